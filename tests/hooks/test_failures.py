import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from fashion_nets.errors import UserError
from fashion_nets.hooks.failures import FailureHook


@pytest.fixture
def run(shared_project):
    """Run pipelines of a project in which nothing is stored."""
    bootstrap_project(shared_project)

    def run_pipelines(*names, **options):
        with KedroSession.create(shared_project, env="sample") as session:
            return session.run(pipeline_names=list(names), **options)

    return run_pipelines


def test_what_is_not_stored_is_named_with_the_pipelines_that_make_it_in_their_order(run):
    with pytest.raises(UserError) as raised:
        run("filters")
    assert str(raised.value) == (
        "'class_names', 'test_set' are not stored yet. Run first: "
        "kedro run --env=sample --pipelines=data_ingestion,preprocessing"
    )
    with pytest.raises(UserError) as raised:
        run("preprocessing")
    assert str(raised.value).startswith("'raw_test_images', 'raw_test_labels', 'raw_train_images', ")
    assert str(raised.value).endswith(
        "are not stored yet. Run first: kedro run --env=sample --pipelines=data_ingestion"
    )
    with pytest.raises(
        UserError, match="'class_names', .* --pipelines=data_ingestion,preprocessing,train_mlp$"
    ):
        run("evaluate", namespaces=["mlp"])


def test_a_network_that_nothing_makes_is_named_with_those_that_there_can_be(shared_project):
    bootstrap_project(shared_project)
    parameters = {"explain": {"network": "lenet"}}
    with (
        KedroSession.create(shared_project, env="sample", runtime_params=parameters) as session,
        pytest.raises(UserError, match=r"'lenet.model' is not stored, .* a model of cnn, mlp\. .*champion"),
    ):
        session.run(pipeline_names=["explain"], node_names=["explain.plot_kernels"])


def test_other_errors_stay_as_they_are(shared_project):
    bootstrap_project(shared_project)
    hook = FailureHook()
    hook.on_pipeline_error(ValueError("no file"), None, None)


def test_nodes_may_have_run_once_the_run_has_begun():
    hook = FailureHook()
    hook.after_context_created()
    assert not hook.is_running
    hook.before_pipeline_run()
    assert hook.is_running
    hook.after_context_created()  # of the next session
    assert not hook.is_running
