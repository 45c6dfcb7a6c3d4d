"""What makes outputs, read from a small graph: a plan in memory between what is stored."""

from datetime import date
from pathlib import Path

import pytest
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node

from fashion_nets.errors import UserError
from fashion_nets.hooks.lineage import Lineage

PARAMETERS = {
    "threads": 2,
    "seed": 42,
    "study": {"name": "losses", "n_seeds": 3},
    "studies": {"losses": {"variants": 2}, "optimizers": {"variants": 9}},
    "mlp": {"training": {"epochs": 10}},
}


def plan(study, studies, train_set):
    return study, studies, train_set


def train(plan, finished, checkpoints, seed):
    yield plan, finished, checkpoints, seed


def draw(trials, training):
    return trials, training


@pytest.fixture
def lineage():
    def stored(path, **metadata):
        return {"type": "json.JSONDataset", "filepath": path, "metadata": metadata}

    catalog = DataCatalog.from_config(
        {
            "train_set": stored("sets/train.json"),
            "study.trials": stored("trials.json"),
            "study.finished": stored("trials.json", ingredient=False),
            "study.checkpoints": stored("checkpoints", ingredient=False),
            "figure": stored("figure.json"),
            "excerpt": stored("excerpt.json", depends_on={"parameters": ["mlp.training.epochs"]}),
        }
    )
    experiment = Pipeline(
        [
            node(plan, ["params:study", "params:studies", "train_set"], "study.plan"),
            node(train, ["study.plan", "study.finished", "study.checkpoints", "params:seed"], "study.trials"),
            node(draw, ["study.trials", "params:mlp.training"], ["figure", "excerpt"]),
        ]
    )
    return Lineage({"study": experiment, "__default__": experiment}, catalog, PARAMETERS, Path("/project"))


def test_what_is_only_in_memory_is_passed_over_to_what_made_it(lineage):
    trials = lineage.output("study.trials")
    assert [each.name for each in trials.inputs] == ["train_set"]
    assert trials.parameters == {"study": PARAMETERS["study"], "studies.losses": {"variants": 2}, "seed": 42}
    assert (trials.pipeline, trials.stored.path) == ("study", Path("/project/trials.json"))


def test_of_all_sweeps_the_one_that_runs_counts():
    catalog = DataCatalog.from_config({"best": {"type": "json.JSONDataset", "filepath": "best.json"}})
    search = Pipeline([node(lambda sweep, sweeps: sweeps, ["params:sweep", "params:sweeps"], "best")])
    parameters = {"threads": 2, "sweep": {"name": "mine"}, "sweeps": {"mine": {"n_trials": 3}, "other": {}}}
    best = Lineage({"sweep": search}, catalog, parameters, Path("/project")).output("best")
    assert best.parameters == {"sweep": {"name": "mine"}, "sweeps.mine": {"n_trials": 3}}


def test_an_output_takes_what_its_node_takes_unless_the_catalog_says_less(lineage):
    assert lineage.output("figure").parameters == {"mlp.training": {"epochs": 10}}
    assert lineage.output("excerpt").parameters == {"mlp.training.epochs": 10}
    assert [each.name for each in lineage.output("figure").inputs] == ["study.trials"]


def test_threads_are_about_what_is_trained(lineage):
    assert lineage.output("study.trials").threads == 2
    assert lineage.output("figure").threads is None


def test_outputs_are_what_nodes_store(lineage):
    assert set(lineage.outputs()) == {"study.trials", "figure", "excerpt"}
    assert lineage.stored_piecewise() == {"study.trials"}
    assert lineage.output("train_set") is None  # nothing makes it
    assert lineage.stored("study.plan") is None


def lineage_of(entry, /, **parameters):
    """Of one output that takes the group ``figure`` of the parameters."""
    pipeline = Pipeline([node(plan, ["params:figure", "params:seed", "train_set"], "figure", name="draw")])
    catalog = DataCatalog.from_config({"figure": {"type": "json.JSONDataset", "filepath": "a.json", **entry}})
    return Lineage({"draw": pipeline}, catalog, PARAMETERS | parameters, Path("/project"))


def test_a_parameter_that_the_catalog_misspells_is_refused():
    misspelt = lineage_of(
        {"metadata": {"depends_on": {"parameters": ["figure.sise"]}}}, figure={"size": None}
    )
    with pytest.raises(
        UserError, match=r"depends_on of 'figure' .* no parameter 'figure\.sise', as .* no 'sise'"
    ):
        misspelt.output("figure")
    rightly = lineage_of({"metadata": {"depends_on": {"parameters": ["figure.size"]}}}, figure={"size": None})
    assert rightly.output("figure").parameters == {"figure.size": None}


def test_a_parameter_may_not_count_while_another_has_a_value():
    unless = {"metadata": {"depends_on": {"unless": {"seed": {"figure.draw": "first"}}}}}
    first = lineage_of(unless, figure={"draw": "first"}).output("figure")
    assert (set(first.parameters), first.without) == ({"figure"}, {"seed"})
    drawn = lineage_of(unless, figure={"draw": "stratified"}).output("figure")
    assert (set(drawn.parameters), drawn.without) == ({"figure", "seed"}, set())


def test_numbers_of_other_networks_are_only_set_beside():
    def taking(namespace):
        return node(
            plan, ["mlp.metrics", "params:seed", "train_set"], "drawn", name="draw", namespace=namespace
        )

    entry = {"type": "fashion_nets.datasets.OptionalJSONDataset", "filepath": "a.json"}
    catalog = DataCatalog.from_config({"{network}.metrics": entry})
    lineage = Lineage({}, catalog, PARAMETERS, Path("/project"))
    assert lineage.set_beside(Pipeline([taking(None)])) == {"mlp.metrics"}
    assert lineage.set_beside(Pipeline([taking("mlp")])) == set()
    assert lineage.set_beside(Pipeline([taking("autoencoders.mlp")])) == set()


def test_parameters_are_as_a_record_gives_them_back():
    lineage = lineage_of({}, figure={"since": date(2026, 1, 31), "weights": {0: 0.5}})
    assert lineage.output("figure").parameters == {
        "figure": {"since": "2026-01-31", "weights": {"0": 0.5}},
        "seed": 42,
    }
