import copy
import functools
import json

import pytest
from kedro.framework.project import settings as kedro_settings
from kedro.framework.startup import bootstrap_project
from tests.conftest import ROOT
from tests.networks.architectures.small import settings

from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.errors import UserError
from fashion_nets.formatting import count_epochs
from fashion_nets.networks.registry import NETWORKS, find_architecture
from fashion_nets.training.recipe import GROUPS, choose_recipe, complete_network, read_recipe, types_of

ARCHITECTURES = {
    "lenet5": {
        "architecture": {"name": "lenet5", "output": "softmax", "activation": "tanh"},
        "optimizer": {"name": "Adam", "learning_rate": 0.001, "schedule": {"name": "cosine", "alpha": 0.1}},
        "training": {"epochs": 10, "early_stopping": None},
    }
}


@functools.cache
def parameters():
    bootstrap_project(ROOT)
    loader = NetworkConfigLoader(str(ROOT / "conf"), env="base", **kedro_settings.CONFIG_LOADER_ARGS)
    return loader["parameters"]


def conf(network):
    """The groups of a network that make its recipe, as conf/ has them."""
    return {name: parameters()[network][name] for name in GROUPS}


def complete(**stated):
    network = {"architecture": {"name": "lenet5"}, "optimizer": {}, "training": {}}
    return complete_network({**network, **stated}, ARCHITECTURES)


def test_what_a_network_leaves_open_is_as_its_architecture_has_it():
    assert complete() == ARCHITECTURES["lenet5"]


@pytest.mark.parametrize(
    ("stated", "group", "expected"),
    [
        ({"training": {"epochs": 3}}, "training", {"epochs": 3, "early_stopping": None}),
        ({"training": {"epochs": None}}, "training", {"epochs": None, "early_stopping": None}),
        (
            {"training": {"early_stopping": {"patience": 2}}},
            "training",
            {"epochs": 10, "early_stopping": {"patience": 2}},
        ),
        (
            {"architecture": {"name": "lenet5", "activation": {"name": "elu", "alpha": 0.2}}},
            "architecture",
            {"name": "lenet5", "output": "softmax", "activation": {"name": "elu", "alpha": 0.2}},
        ),
        (
            {"optimizer": {"schedule": {"alpha": 0.2}}},
            "optimizer",
            {"name": "Adam", "learning_rate": 0.001, "schedule": {"name": "cosine", "alpha": 0.2}},
        ),
        (
            {"optimizer": {"schedule": None}},
            "optimizer",
            {"name": "Adam", "learning_rate": 0.001, "schedule": None},
        ),
    ],
)
def test_what_it_states_wins_down_to_single_fields(stated, group, expected):
    before = copy.deepcopy(ARCHITECTURES)
    assert complete(**stated)[group] == expected
    assert before == ARCHITECTURES


def test_what_is_stated_for_another_architecture_is_refused_when_it_is_read():
    network = complete_network({"architecture": {"name": "resnet18", "pool_size": 2}}, settings())
    with pytest.raises(
        UserError, match="architecture: 'pool_size' is not a parameter here; there are name, "
    ):
        read_recipe("cnn", network)


def test_an_unknown_architecture_is_answered_with_the_known_ones():
    with pytest.raises(UserError, match="there is no architecture 'lenet'; did you mean 'lenet5'"):
        complete(architecture={"name": "lenet"})


def test_a_name_in_place_of_the_group_is_refused():
    with pytest.raises(UserError, match="expected a group of parameters with the field 'name', got 'lenet5'"):
        complete(architecture="lenet5")


@pytest.mark.parametrize("network", NETWORKS)
def test_the_recipe_of_each_network_comes_back_from_its_plain_parameters(network):
    recipe = choose_recipe(network, **{network: conf(network)})
    assert recipe.network == network
    again = read_recipe(network, json.loads(json.dumps(recipe.parameters())))
    assert again == recipe
    assert type(again.architecture) is find_architecture(recipe.architecture.name).params
    assert isinstance(recipe.training, types_of(network)[2])


def test_groups_for_other_pipelines_are_left_alone_where_a_network_is_chosen():
    recipe = choose_recipe("mlp", mlp={**conf("mlp"), "projection": {"methods": []}}, cnn={})
    assert recipe == read_recipe("mlp", conf("mlp"))


@pytest.mark.parametrize(
    ("network", "groups", "message"),
    [
        ("mlp", {"optimiser": {}}, "'optimiser' is no group of parameters of a network; there are archi"),
        ("mlp", {"optimizer": {}}, "optimizer: 'name' is missing"),
        ("mlp", {"architecture": {"name": "tied"}}, "architecture: 'name': tied is an architecture of auto"),
        ("tied_autoencoder", {"architecture": {"name": "mlp"}}, "mlp is an architecture of classifiers"),
        ("greedy_autoencoder", {"architecture": {"name": "tied"}}, "architecture: 'name' should be 'dense'"),
        ("mlp", {"training": {"loss": "mse"}}, "training: .*'loss' should be 'sparse_cat"),
    ],
)
def test_what_is_wrong_is_refused_with_its_group(network, groups, message):
    with pytest.raises(UserError, match=message):
        read_recipe(network, {**conf(network), **groups})


def test_a_choice_that_there_is_not_is_answered_with_those_that_there_are():
    with pytest.raises(UserError, match="there is no network 'lstm' to choose; there are mlp, cnn"):
        choose_recipe("lstm", mlp={}, cnn={})
    with pytest.raises(UserError, match="mlp.training: 'epochs' should be greater than 0"):
        choose_recipe("mlp", mlp={**conf("mlp"), "training": {**conf("mlp")["training"], "epochs": 0}})


def test_what_is_built_has_the_name_and_the_classes():
    model = read_recipe("mlp", conf("mlp")).build((28, 28), 7)
    assert (model.name, model.output_shape) == ("mlp", (None, 7))
    autoencoder = read_recipe("tied_autoencoder", conf("tied_autoencoder")).build((28, 28), 7)
    assert (autoencoder.name, autoencoder.output_shape) == ("tied_autoencoder", (None, 28, 28))


@pytest.mark.parametrize(
    ("network", "columns"),
    [
        ("mlp", {"accuracy", "val_accuracy"}),
        ("stacked_autoencoder", {"val_loss"}),
        ("greedy_autoencoder", {"phase"}),
    ],
)
def test_each_is_fitted_in_its_way_and_says_so(network, columns, train_set, validation_set, said):
    recipe = read_recipe(network, conf(network))
    training = recipe.training.model_copy(update={"epochs": 1, "engine": "graph"})
    heard = []
    model, history = recipe._replace(training=training).fit(
        train_set, validation_set, 10, 42, lambda epoch, metrics: heard.append(epoch)
    )
    assert model.name == network
    assert columns <= set(history.columns)
    assert heard == history["epoch"].tolist()
    assert len(history) == recipe._replace(training=training).most_epochs
    assert said()[-1].startswith(f"{network} is trained: {count_epochs(len(history))} in ")
