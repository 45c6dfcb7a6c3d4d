from zipfile import ZipFile

import pytest
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.pipeline import Pipeline

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.hooks.progress import ProgressHook
from fashion_nets.progress import current_trainings, follow_no_more

RUN_PARAMS = {"pipeline_names": ["mlp"], "only_missing_outputs": False, "runtime_params": {}}


@pytest.fixture
def begin(shared_project, clock):
    """The hook in a session on the sample, and a run of a pipeline that begins."""
    bootstrap_project(shared_project)
    hook = ProgressHook(clock)

    def start(pipeline, **run_params):
        with KedroSession.create(shared_project, env="sample") as session:
            context = session.load_context()
            hook.after_context_created(context)
            hook.before_pipeline_run({**RUN_PARAMS, **run_params}, pipeline, context.catalog)
        return hook

    yield start
    follow_no_more()


def store_mlp(project):
    """Files of which nothing says what they were made from."""
    history = project / "data/sample/07_model_output/mlp/history.csv"
    history.parent.mkdir(parents=True)
    history.write_text("epoch,seconds\n1,100\n")
    model = project / "data/sample/06_models/mlp/model.keras"
    model.parent.mkdir(parents=True)
    with ZipFile(model, "w") as archive:
        archive.writestr("config.json", "{}")


def labelled(images, n):
    return LabelledImages(images.images[:n], images.labels[:n])


def test_a_run_begins_with_what_it_is(begin, said):
    begin(pipelines["mlp"])
    n_steps = len(pipelines["mlp"].nodes)
    assert said()[-1] == (
        f"Run mlp: The sample of Fashion-MNIST, environment sample, {n_steps} steps, 1 network to train"
    )


def test_a_part_of_a_run_is_told_as_one(begin, said):
    part = pipelines["mlp"].filter(node_names=["mlp.plot_costs"])
    begin(part, node_names=["mlp.plot_costs"])
    assert said()[-1] == (
        "Run mlp (nodes mlp.plot_costs): The sample of Fashion-MNIST, environment sample, 1 step"
    )


def test_networks_that_are_stored_are_not_trained_where_only_the_rest_is_made(begin, shared_project, said):
    store_mlp(shared_project)
    both = pipelines["train_mlp"] + pipelines["train_cnn"]
    begin(both, pipeline_names=["train_cnn", "train_mlp"], only_missing_outputs=True)
    assert said()[-1].endswith(f"what is missing of {len(both.nodes)} steps, 1 network to train")
    current_trainings().begin("cnn", 5).end_epoch(30.0)
    assert current_trainings().tell("cnn") == "about 2 min left"  # it is the only one


def test_a_network_that_was_not_made_in_the_same_way_tells_nothing_of_its_time(begin, shared_project):
    store_mlp(shared_project)
    begin(pipelines["train_mlp"] + pipelines["train_cnn"])
    current_trainings().begin("cnn", 5).end_epoch(30.0)
    assert current_trainings().tell("cnn") == "network 1 of 2, about 2 min left of cnn"


def test_the_sets_are_counted_once_all_of_them_are_made(begin, train_set, validation_set, said):
    hook = begin(pipelines["preprocessing"])
    before = len(said())
    hook.after_dataset_saved("test_set", labelled(train_set, 30))
    hook.after_dataset_saved("train_set", labelled(train_set, 50))
    assert len(said()) == before
    hook.after_dataset_saved("validation_set", labelled(validation_set, 20))
    hook.after_dataset_saved("validation_set", labelled(validation_set, 20))
    assert said()[before:] == ["Sets of images: 50 training, 20 validation, 30 test"]


def test_steps_are_counted_and_told_every_few_seconds(begin, clock, said):
    pipeline = pipelines["mlp"]
    hook = begin(pipeline)
    before = len(said())
    for node in pipeline.nodes[:3]:
        clock.now += 4
        hook.after_node_run(node)
    clock.now += 4
    hook.after_node_run(pipeline.nodes[3])
    assert said()[before:] == [f"Step 3 of {len(pipeline.nodes)} is done: {pipeline.nodes[2].name}"]


def test_a_network_speaks_for_itself(begin, clock, said):
    pipeline = pipelines["mlp"]
    (training,) = (node for node in pipeline.nodes if "mlp.model" in node.outputs)
    hook = begin(pipeline)
    before = len(said())
    clock.now += 60
    hook.after_node_run(training)
    clock.now += 4
    hook.after_node_run(pipeline.nodes[-1])
    assert said()[before:] == []


def test_a_run_that_fails_is_followed_no_more(begin):
    hook = begin(Pipeline([]))
    followed = current_trainings()
    assert current_trainings() is followed
    hook.on_pipeline_error()
    assert current_trainings() is not followed
