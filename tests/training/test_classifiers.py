import copy

import pytest
from tests.networks.architectures.small import settings

from fashion_nets.errors import UserError
from fashion_nets.networks.architectures.resnet import ResNetParams
from fashion_nets.training.classifiers import complete_network, read_classifier

ARCHITECTURES = {
    "lenet5": {
        "architecture": {"name": "lenet5", "output": "softmax", "activation": "tanh"},
        "optimizer": {"name": "Adam", "learning_rate": 0.001, "schedule": {"name": "cosine", "alpha": 0.1}},
        "training": {"epochs": 10, "early_stopping": None},
    }
}


def complete(**stated):
    network = {"name": "cnn", "architecture": {"name": "lenet5"}, "optimizer": {}, "training": {}}
    return complete_network({**network, **stated}, ARCHITECTURES)


def test_what_a_network_leaves_open_is_as_its_architecture_has_it():
    assert complete() == {"name": "cnn", **ARCHITECTURES["lenet5"]}


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
        read_classifier("cnn", network)


def test_an_unknown_architecture_is_answered_with_the_known_ones():
    with pytest.raises(UserError, match="there is no architecture 'lenet'; did you mean 'lenet5'"):
        complete(architecture={"name": "lenet"})


def test_a_name_in_place_of_the_group_is_refused():
    with pytest.raises(UserError, match="expected a group of parameters with the field 'name', got 'lenet5'"):
        complete(architecture="lenet5")


def test_a_classifier_of_any_architecture_comes_back_from_its_plain_parameters():
    network = complete_network({"architecture": {"name": "resnet34"}}, settings())
    classifier = read_classifier("cnn", network)
    assert isinstance(classifier.architecture, ResNetParams)
    assert read_classifier("cnn", classifier.parameters()) == classifier
