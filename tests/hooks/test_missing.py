"""What is asked for before a run that takes what nobody has stored, of the pipelines of the project."""

import pytest
from kedro.framework.project import pipelines, settings
from kedro.framework.startup import bootstrap_project
from kedro.io import MemoryDataset
from kedro.pipeline import Pipeline, node

from fashion_nets import pipeline_registry
from fashion_nets.catalog import NetworkCatalog
from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.errors import UserError
from fashion_nets.hooks.missing import check_inputs
from fashion_nets.pipelines.wiring import doing_without

SETS = ("train_set", "validation_set", "test_set")


@pytest.fixture
def catalog(shared_project):
    """That of the project, in which nothing is stored."""
    bootstrap_project(shared_project)
    loader = NetworkConfigLoader(str(shared_project / "conf"), env="sample", **settings.CONFIG_LOADER_ARGS)
    pipelines.configure(pipeline_registry.__name__)
    return NetworkCatalog.from_config(loader["catalog"])


def store(catalog, *names):
    for name in names:
        catalog[name] = MemoryDataset("what it is does not matter")


def taking(*names):
    return Pipeline([node(lambda *values: values, list(names), "taken", name="take")])


def test_one_command_that_makes_all_of_it_is_named(catalog):
    with pytest.raises(UserError) as raised:
        check_inputs(pipelines["preprocessing"], catalog)
    message = str(raised.value)
    assert message.startswith("'raw_test_images', 'raw_test_labels', 'raw_train_images', ")
    assert message.endswith(
        " are not stored yet. Run first: kedro run --env=sample --pipelines=data_ingestion"
    )


def test_what_is_missing_in_turn_is_made_first(catalog):
    with pytest.raises(UserError, match="'train_set' is not stored yet. .*=data_ingestion,preprocessing$"):
        check_inputs(taking("train_set"), catalog)
    store(catalog, *(f"raw_{part}_{what}" for part in ("train", "test") for what in ("images", "labels")))
    store(catalog, "class_names")
    with pytest.raises(UserError, match="'train_set' is not stored yet. .*--pipelines=preprocessing$"):
        check_inputs(taking("train_set"), catalog)


def test_of_several_pipelines_that_make_it_the_cheapest_is_named(catalog):
    store(catalog, *SETS, "class_names")
    with pytest.raises(UserError, match="'mlp.model' is not stored yet. Run first: .*--pipelines=train_mlp$"):
        check_inputs(taking("mlp.model"), catalog)  # and neither mlp, which does more, nor the default run


def test_fewer_trainings_are_cheaper_than_fewer_nodes(catalog, monkeypatch):
    def make(*outputs):
        return node(lambda: outputs, None, list(outputs), name=f"make_{outputs[0]}")

    ways = {
        "trains": Pipeline([make("mlp.model", "mlp.costs")]),
        "computes": Pipeline([make("mlp.costs"), make("mlp.layers")]),
    }
    monkeypatch.setattr("fashion_nets.hooks.missing.pipelines", ways)
    with pytest.raises(UserError, match="'mlp.costs' is not stored yet. Run first: .*--pipelines=computes$"):
        check_inputs(taking("mlp.costs"), catalog)


def test_what_is_damaged_is_not_said_to_be_missing(catalog, shared_project):
    store(catalog, *SETS, "class_names")
    file = shared_project / "data/sample/06_models/mlp/model.keras"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"half of one")
    with pytest.raises(UserError, match="^'mlp.model' is damaged. Run first: .*--pipelines=train_mlp$"):
        check_inputs(taking("mlp.model"), catalog)
    with pytest.raises(UserError, match="^'mlp.costs' is not stored yet; 'mlp.model' is damaged. Run "):
        check_inputs(taking("mlp.model", "mlp.costs"), catalog)


def test_what_no_pipeline_makes_is_answered_with_what_there_can_be(catalog):
    with pytest.raises(UserError) as raised:
        check_inputs(taking("foo.model"), catalog)
    message = str(raised.value)
    assert message.startswith("'foo.model' is not stored, and no pipeline makes it. There can be a model of ")
    named = message.removesuffix(".").rpartition(" of ")[2].split(", ")
    assert named == sorted(named)
    assert {"mlp", "cnn"} <= set(named)


def test_what_is_stored_is_a_parameter_or_can_be_done_without_is_not_asked_for(catalog):
    store(catalog, *SETS)
    check_inputs(taking("params:seed", *SETS, "mlp.metrics"), catalog)  # a missing one loads as empty
    with pytest.raises(UserError, match="'mlp.costs' is not stored yet"):
        check_inputs(taking("params:seed", *SETS, "mlp.costs"), catalog)


def test_what_a_pipeline_can_do_without_is_not_asked_for(catalog):
    @doing_without
    def describe(validation_set, test_set):
        return validation_set, test_set

    store(catalog, "test_set")
    sets = Pipeline([node(describe, ["validation_set", "test_set"], "described")])
    check_inputs(sets, catalog)
    with pytest.raises(UserError, match="'validation_set' is not stored yet"):
        check_inputs(sets + taking("validation_set"), catalog)
