import logging

import pytest
from tests.parameters import read_params

from fashion_nets.errors import UserError
from fashion_nets.networks.mlp import MlpParams


def make(**settings):
    return read_params(MlpParams, **settings)


@pytest.mark.parametrize(
    ("activation", "settings", "initializer"),
    [
        ("relu", {}, "glorot_uniform"),
        ("selu", {}, "lecun_normal"),
        ({"name": "selu"}, {}, "lecun_normal"),
        ("relu", {"kernel_initializer": "he_normal"}, "he_normal"),
    ],
)
def test_the_initializer_suits_the_activation_unless_one_is_given(activation, settings, initializer):
    assert make(activation=activation, **settings).initializer == initializer


@pytest.mark.parametrize(
    ("activation", "kind", "uses_alpha"),
    [
        ("selu", "auto", True),
        ("relu", "auto", False),
        ("selu", "dropout", False),
        ("relu", "alpha_dropout", True),
    ],
)
def test_alpha_dropout_goes_with_selu_unless_one_is_chosen(activation, kind, uses_alpha):
    assert make(activation=activation, dropout_kind=kind).uses_alpha_dropout == uses_alpha


@pytest.mark.parametrize(
    ("settings", "warning"),
    [
        (
            {"activation": "selu", "kernel_initializer": "he_normal"},
            "only with LeCun's initializer",
        ),
        ({"activation": "selu", "dropout": 0.1, "dropout_kind": "dropout"}, "Plain dropout changes the mean"),
        (
            {"activation": "selu", "batch_normalization": "before_activation"},
            "selu normalizes its outputs",
        ),
        ({"dropout": 0.1, "dropout_kind": "alpha_dropout"}, "alpha_dropout presumes the outputs of selu"),
    ],
)
def test_partners_that_do_not_suit_each_other_are_warned_of(settings, warning, caplog):
    make(**settings)
    assert [record.levelno for record in caplog.records] == [logging.WARNING]
    assert warning in caplog.text


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"activation": "selu", "dropout": 0.1},
        {"activation": "selu", "kernel_initializer": "lecun_uniform"},
        {"dropout_kind": "alpha_dropout"},  # of which nothing is dropped
    ],
)
def test_partners_that_suit_each_other_are_taken_without_a_word(settings, caplog):
    make(**settings)
    assert caplog.records == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"activation": "rule"}, "'activation': .*'rule'.*relu"),
        ({"kernel_initializer": "he_norm"}, "'kernel_initializer': .*he_normal"),
        ({"kernel_regularizer": {"name": "l2", "l3": 1}}, "'kernel_regularizer'"),
        ({"dropout": 1.0}, "'dropout' should be less than 1, got 1.0"),
        ({"max_norm": 0}, "'max_norm' should be greater than 0, got 0"),
    ],
)
def test_wrong_settings_are_refused(settings, message):
    with pytest.raises(UserError, match=message):
        make(**settings)
