import pytest
import yaml
from kedro.framework.startup import bootstrap_project
from tests.conftest import ROOT
from tests.parameters import stated
from tests.pipelines.study.conf import CLASSES, IMAGES, MLP
from tests.pipelines.sweep.conf import SWEEP, params, read

from fashion_nets import settings
from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.errors import UserError
from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.pipelines.sweep.definition import SweepParams, check_ends, list_ends, read_sweep
from fashion_nets.pipelines.sweep.space import DimensionParams

SWEEPS = yaml.safe_load((ROOT / "conf/base/parameters_sweep.yml").read_text())["sweeps"]


def space(**dimensions):
    return {"space": dimensions}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            space(**{"architecture.hiden_units": {"choice": [[8], [16]]}}),
            (
                "Sweep mine, the first of all values: architecture: 'hiden_units' is not a parameter here; .*"
                "Change it in conf/base/parameters_sweep.yml."
            ),
        ),
        (
            space(**{"architecture.activation": {"choice": ["relu", "rellu"]}}),
            "Sweep mine, architecture.activation = rellu: .*did you mean 'relu'",
        ),
        (
            space(**{"architecture.dropout": {"low": 0.0, "high": 1.0}}),
            "Sweep mine, architecture.dropout = 1.0: .*'dropout' should be less than 1",
        ),
        (
            space(**{"architecture.hidden_units.1": {"low": 1, "high": 9, "integer": True}}),
            "there is no place 1 in .8., which has 0 to 0",
        ),
        (
            space(
                **{
                    "optimizer.momentum": {"low": 0.0, "high": 0.9},
                    "optimizer.name": {"choice": ["SGD", "Adam"]},
                }
            ),
            "Sweep mine, optimizer.name = Adam: .*Adam has no setting 'momentum'",
        ),
        (
            space(**{"optimizer.learning_rate": {"low": 1.0, "high": 0.1}}),
            "Sweep mine: 'space.optimizer.learning_rate': 'low' should be less than 'high', got 1 and 0.1",
        ),
        ({"rungs": [2, 2]}, "Sweep mine: 'rungs' should increase and end before the 4 epochs, got .2, 2."),
        ({"rungs": [4]}, "'rungs' should increase and end before the 4 epochs"),
        (
            {"overrides": {"training.epochs": 9}},
            "^Sweep mine: 'training.epochs' in 'overrides' is the sweep's own 'epochs'; state it there",
        ),
        ({"overrides": {"training.epochs.most": 9}}, "'training.epochs' in 'overrides' is the sweep's own"),
        (
            {"overrides": {"training": {"epochs": 9, "batch_size": 64}}},
            "^Sweep mine: 'training.epochs' in 'overrides' is the sweep's own 'epochs'; state it there",
        ),
        (
            space(**{"training.epochs": {"low": 2, "high": 9, "integer": True}}),
            "'training.epochs' in 'space.training.epochs' is the sweep's own 'epochs'",
        ),
        (
            space(length={"choice": {"short": {}, "long": {"training.epochs": 9}}}),
            "'training.epochs' in 'space.length' is the sweep's own 'epochs'",
        ),
        (
            space(
                **{
                    "architecture.hidden_units.0": {"low": 4, "high": 8, "integer": True},
                    "architecture.hidden_units": {"choice": [[8], [16]]},
                }
            ),
            "^Sweep mine, architecture.hidden_units.0: has no effect: .* put this one behind it. Change",
        ),
        (
            space(
                **{
                    "optimizer.momentum": {"low": 0.1, "high": 0.5},
                    "optimizer": {
                        "choice": {"slow": {"optimizer.momentum": 0.9}, "fast": {"optimizer.momentum": 0.0}}
                    },
                }
            ),
            "^Sweep mine, optimizer.momentum: has no effect",
        ),
        (
            space(**{"architecture.hidden_units.0": {"low": 32, "high": 256}}),
            "^Sweep mine, architecture.hidden_units.0 = 32.5: .*'hidden_units.0' should be a whole number",
        ),
        (
            space(trial={"choice": {"a": {}, "b": {"optimizer.momentum": 0.5}}}),
            "^Sweep mine: a dimension cannot be called 'trial', which is a column of the table .* seconds",
        ),
        ({"network": "mpl"}, "'network': there is no network to search 'mpl'; did you mean 'mlp'"),
        ({"trails": 3}, "'trails' is not a parameter here"),
    ],
)
def test_a_wrong_sweep_is_refused_in_one_line(changes, message):
    with pytest.raises(UserError, match=message) as refused:
        read(changes)
    assert "\n" not in str(refused.value)


def test_a_sweep_that_is_not_there_is_answered_with_those_that_are():
    with pytest.raises(UserError, match="'name': there is no sweep 'x'; there are mine$"):
        read(name="x")
    with pytest.raises(UserError, match="there is no sweep 'mein'; did you mean 'mine'. There are mine$"):
        read(name="mein")


def test_what_is_wrong_with_a_sweep_is_no_matter_to_another():
    networks = {"mlp": MLP, "cnn": stated("cnn")}
    sweeps = {"mine": SWEEP, "other": {"network": "mpl", "space": {"optimizer.rate": {"low": 2, "high": 1}}}}
    assert read_sweep(params(), sweeps, {}, 42, 800, **networks).name == "mine"
    with pytest.raises(UserError, match="^Sweep other: .*there is no network to search 'mpl'"):
        read_sweep(params(name="other"), sweeps, {}, 42, 800, **networks)


def test_what_is_chosen_comes_over_what_all_trials_have_in_common():
    values = {
        "architecture.hidden_units.0": 12,
        "optimizer.learning_rate": 0.0123456,
        "optimizer.schedule": "cosine",
    }
    recipe = read().recipe(values)
    assert recipe.architecture.hidden_units == (12,)
    assert recipe.optimizer.learning_rate == 0.01235
    assert recipe.optimizer.schedule.name == "cosine"
    assert recipe.training.epochs == 4


def test_what_all_trials_have_in_common_holds_of_every_architecture_that_is_chosen():
    sweep = read(
        {
            "network": "cnn",
            "overrides": {"training.batch_size": 256, "training.early_stopping": None},
            "space": {"architecture.name": {"choice": ["lecture", "resnet18"]}},
            "n_trials": 2,
        }
    )
    for name in ("lecture", "resnet18"):
        recipe = sweep.recipe({"architecture.name": name})
        assert recipe.architecture.name == name
        assert recipe.training.batch_size == 256
        assert recipe.training.early_stopping is None
        assert recipe.training.epochs == 4


def test_a_dimension_that_counts_with_one_choice_alone_is_taken():
    named = {"set": {"optimizer.momentum": 0.9}, "searched": {}}
    momentum = {"optimizer.momentum": {"low": 0.1, "high": 0.5}, "optimizer": {"choice": named}}
    sweep = read({"space": momentum})
    for name, expected in (("set", 0.9), ("searched", 0.3)):
        recipe = sweep.recipe({"optimizer.momentum": 0.3, "optimizer": name})
        assert recipe.optimizer.momentum == expected


def test_more_trials_than_there_are_combinations_are_refused():
    few = {
        "architecture.hidden_units.0": {"choice": [4, 8, 16]},
        "optimizer.schedule": {"choice": [None, "cosine"]},
    }
    refused = "^Sweep mine: its space has 6 combinations, fewer than the 7 of 'n_trials', .*twice"
    with pytest.raises(UserError, match=refused):
        read({"space": few}, n_trials=7)
    assert read({"space": few}, n_trials=6).n_trials == 6


def test_how_much_runs_may_be_cut():
    sweep = read(n_trials=2, n_train_images=100, n_seeds=1)
    assert (sweep.n_trials, sweep.n_images, sweep.n_seeds) == (2, 100, 1)
    assert read({"n_train_images": 1000}).n_images == 800  # there are no more
    assert read(n_images=None).n_images is None


def test_every_choice_and_examples_of_ranges_are_looked_at():
    dimensions = {"a": DimensionParams(choice=["x", "y", "z"]), "b": DimensionParams(low=1, high=2)}
    assert [values for _, values in list_ends(dimensions)] == [
        {"a": "x", "b": 1},
        {"a": "y", "b": 1},
        {"a": "z", "b": 1},
        {"a": "x", "b": 1.5},
        {"a": "x", "b": 2},
        {"a": "z", "b": 2},
    ]


def test_what_cannot_be_trained_is_refused_before_anything_is():
    sweep = read(
        space(
            **{
                "training.batch_size": {"choice": [32, "full"]},
                "architecture.hidden_units.0": {"low": 8, "high": 2_000_000_000, "integer": True},
            }
        )
    )
    with pytest.raises(UserError, match="^Sweep mine, architecture.hidden_units.0 = 2000000000: .*memory"):
        check_ends(sweep, IMAGES, CLASSES)


@pytest.fixture(scope="module")
def parameters():
    """Those of the sample, in which conf/base is cut."""
    bootstrap_project(ROOT)
    return NetworkConfigLoader(str(ROOT / "conf"), env="sample", **settings.CONFIG_LOADER_ARGS)["parameters"]


@pytest.mark.parametrize("name", SWEEPS)
def test_every_value_of_the_sweeps_of_the_project_can_be_trained(name, parameters):
    networks = {network: parameters[network] for network in CLASSIFIERS}
    sweep = SweepParams.model_validate({**parameters["sweep"], "name": name})
    made = read_sweep(
        sweep, parameters["sweeps"], parameters["architecture_settings"], parameters["seed"], 800, **networks
    )
    check_ends(made, IMAGES, CLASSES)
    assert made.n_trials <= 8  # the sample takes a minute
    assert made.rungs[-1] < SWEEPS[name]["epochs"]


@pytest.mark.parametrize("name", ["a/b", "..", "", "my sweep"])
def test_a_name_that_no_folder_can_have_is_refused(name):
    with pytest.raises(UserError, match="^'name': a folder or a file has this name: expected letters"):
        params(name=name)
