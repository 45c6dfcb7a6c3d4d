import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from fashion_nets.errors import UserError


@pytest.fixture
def refuse(shared_project):
    """What the context of a session says of parameters, in lines."""
    bootstrap_project(shared_project)

    def say(**given):
        with (
            KedroSession.create(shared_project, env="sample", runtime_params=given) as session,
            pytest.raises(UserError) as raised,
        ):
            _ = session.load_context().params
        return str(raised.value).splitlines()

    return say


def test_each_wrong_group_has_a_line_with_field_rule_value_and_place(refuse):
    by_group = dict(
        line.split(": ", maxsplit=1)
        for line in refuse(
            mlp={"training": {"epochs": 0}}, preprocessing={"validation_size": "many"}, study={"n_seeds": 0.5}
        )
    )
    assert set(by_group) == {"mlp.training", "preprocessing", "study"}
    assert by_group["mlp.training"] == (
        "'epochs' should be greater than 0, got 0. Change it in conf/base/parameters_train_mlp.yml "
        'or with --params "mlp.training.epochs=VALUE".'
    )
    assert "conf/sample/parameters_preprocessing.yml" in by_group["preprocessing"]
    assert '--params "study.n_seeds=VALUE"' in by_group["study"]


def test_several_wrong_fields_of_a_group_are_named_in_one_line(refuse):
    (line,) = refuse(mlp={"training": {"epochs": 0, "batch_size": 0}})
    assert "'epochs' should be greater than 0, got 0; 'batch_size': expected a number of images" in line
    assert line.endswith('--params "mlp.training.NAME=VALUE".')


def test_the_field_of_an_architecture_is_known_though_its_type_is_chosen_by_name(refuse):
    (line,) = refuse(cnn={"architecture": {"dropout": 2}})
    assert line.startswith("cnn.architecture: 'dropout' should be less than 1, got 2. Change it in ")
    (line,) = refuse(mlp={"architecture": {"dropout": 2}})
    assert line.endswith(
        'conf/base/parameters_train_mlp.yml or with --params "mlp.architecture.dropout=VALUE".'
    )


def test_what_is_right_reaches_nodes_as_typed_groups(shared_project):
    bootstrap_project(shared_project)
    given = {"mlp": {"training": {"epochs": 3}}}
    with KedroSession.create(shared_project, env="sample", runtime_params=given) as session:
        catalog = session.load_context().catalog
    assert catalog.load("params:mlp.training").epochs == 3
