from functools import partial

import keras
import numpy as np
import pytest
from tests.conftest import QUICK_FIT
from tests.parameters import read_params
from tests.training.conftest import changed, weights_of

from fashion_nets.data.subsets import choose_classes
from fashion_nets.networks.autoencoders.convolutional import (
    ConvolutionalAutoencoderParams,
    build_convolutional_autoencoder,
)
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams, build_dense_autoencoder
from fashion_nets.networks.autoencoders.parts import encoder_of
from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.networks.reuse import classify_outputs, count_layers, reuse_layers
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import ClassifierTrainingParams
from fashion_nets.training.stages import Stage, fit_in_stages
from fashion_nets.training.ways import Way, plan_ways

WAYS = plan_ways(2, epochs=3, frozen_epochs=2, n_frozen_in_the_end=1, rate_factor=0.1, last="unfrozen")
FROZEN = ["input_normalization", "hidden_1", "hidden_1_normalization", "hidden_2", "hidden_2_normalization"]


ARCHITECTURE = read_params(
    MlpParams,
    hidden_units=(30, 20),
    dropout=0.0,
    batch_normalization="after_activation",
    normalize_inputs=True,
)
OPTIMIZER = read_params(OptimizerParams, name="SGD", learning_rate=0.1, momentum=0.9)
TRAINING = read_params(ClassifierTrainingParams, epochs=30, **QUICK_FIT | {"steps_per_execution": 4})
ENCODER_WAYS = partial(plan_ways, epochs=3, frozen_epochs=2, n_frozen_in_the_end=0, last="fine_tuned")
LIKE = {"activation": "selu", "output_activation": "sigmoid"}
DENSE = read_params(DenseAutoencoderParams, hidden_units=(20,), codings_size=8, **LIKE)
CONVOLUTIONAL = read_params(
    ConvolutionalAutoencoderParams, filters=(2, 3), kernel_size=3, codings_size=None, **LIKE
)
LAYERS = {"dense": ["encoder_1", "codings"], "convolutional": ["encoder_1", "encoder_2"]}


@pytest.fixture
def base():
    keras.utils.set_random_seed(0)
    return build_mlp(ARCHITECTURE, (28, 28), 8, "mlp")


@pytest.fixture
def fit_base(base, train_set, validation_set):
    train, validation = (choose_classes(part, [5, 6]) for part in (train_set, validation_set))

    def run(name, engine="graph", ways=WAYS):
        way = ways[name]
        build = partial(reuse_layers, base, way.n_reused, 2, "mlp")
        training = TRAINING.model_copy(update={"engine": engine})
        return fit_in_stages(build, way.stages, train, validation, 2, OPTIMIZER, training, seed=1)

    return run


@pytest.mark.parametrize("engine", ["xla", "graph", "keras"])
def test_frozen_weights_stay_as_they_are_bit_by_bit(fit_base, base, engine):
    before = [weights.tobytes() for weights in weights_of(base, *FROZEN)]
    model, history = fit_base("frozen", engine)
    assert [weights.tobytes() for weights in weights_of(model, *FROZEN)] == before
    assert history["loss"].iloc[-1] < history["loss"].iloc[0]  # the layer on top has learned


@pytest.mark.parametrize("engine", ["xla", "graph", "keras"])
def test_unfreezing_lets_the_highest_reused_layers_learn(fit_base, base, engine):
    model, _ = fit_base("unfrozen", engine)
    assert [layer for layer in FROZEN if changed(model, base, layer)] == [
        "hidden_2",
        "hidden_2_normalization",
    ]


def test_from_scratch_nothing_is_reused(fit_base, base):
    model, _ = fit_base("scratch")
    assert all(changed(model, base, layer) for layer in FROZEN)


def test_the_base_stays_as_it_is(fit_base, base):
    before = [weights.copy() for weights in base.get_weights()]
    for way in ("scratch", "frozen", "unfrozen"):
        fit_base(way)
    for now, then in zip(base.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_every_way_has_the_same_number_of_epochs_and_the_last_ones_are_slower(fit_base):
    rates = {
        way: fit_base(way)[1].set_index("epoch")["learning_rate"] for way in ("scratch", "frozen", "unfrozen")
    }
    assert rates["scratch"].to_dict() == pytest.approx({1: 0.1, 2: 0.1, 3: 0.1})
    assert rates["frozen"].to_dict() == pytest.approx({1: 0.1, 2: 0.1, 3: 0.1})
    assert rates["unfrozen"].to_dict() == pytest.approx({1: 0.1, 2: 0.1, 3: 0.01})


def test_until_the_unfreezing_nothing_differs_from_frozen(fit_base):
    frozen, unfrozen = (fit_base(way)[1]["loss"] for way in ("frozen", "unfrozen"))
    assert frozen[:2].tolist() == unfrozen[:2].tolist()
    assert frozen[2] != unfrozen[2]


def test_ways_have_the_layers_and_the_stages_that_they_are_described_by():
    assert {
        "scratch": Way(0, (Stage(3, 0),)),
        "frozen": Way(2, (Stage(3, 2),)),
        "unfrozen": Way(2, (Stage(2, 2), Stage(1, 1, 0.1))),
    } == WAYS


@pytest.fixture
def encoders():
    keras.utils.set_random_seed(0)
    return {
        "dense": encoder_of(build_dense_autoencoder(DENSE, (28, 28), "dense")),
        "convolutional": encoder_of(
            build_convolutional_autoencoder(CONVOLUTIONAL, (28, 28), "convolutional")
        ),
    }


@pytest.fixture
def fit_on_encoder(encoders, train_set, validation_set):
    def fit_it(name, kind="dense", rate=0.1, rate_factor=0.1):
        encoder = encoders[kind]
        way = ENCODER_WAYS(count_layers(encoder), rate_factor=rate_factor)[name]
        build = partial(classify_outputs, encoder, way.n_reused, 10, "mine")
        optimizer = read_params(OptimizerParams, name="SGD", learning_rate=rate)
        return fit_in_stages(build, way.stages, train_set, validation_set, 10, optimizer, TRAINING, seed=1)

    return fit_it


def kernels(model, kind="dense"):
    return [np.asarray(model.get_layer(name).kernel) for name in LAYERS[kind]]


def distances(model, other):
    return [np.abs(new - old).mean() for new, old in zip(kernels(model), kernels(other), strict=True)]


@pytest.mark.parametrize("kind", ["dense", "convolutional"])
def test_a_frozen_encoder_stays_as_it_is_and_the_layer_on_it_learns(kind, fit_on_encoder, encoders):
    model, history = fit_on_encoder("frozen", kind)
    for new, old in zip(kernels(model, kind), kernels(encoders[kind], kind), strict=True):
        np.testing.assert_array_equal(new, old)
    assert history["loss"].iloc[-1] < history["loss"].iloc[0]


@pytest.mark.parametrize("kind", ["dense", "convolutional"])
def test_fine_tuning_moves_every_layer_of_the_encoder(kind, fit_on_encoder, encoders):
    model, _ = fit_on_encoder("fine_tuned", kind)
    pairs = zip(kernels(model, kind), kernels(encoders[kind], kind), strict=True)
    assert not any(np.array_equal(new, old) for new, old in pairs)


def test_fine_tuning_moves_them_by_a_lower_rate(fit_on_encoder, encoders):
    slow, fast = (
        distances(fit_on_encoder("fine_tuned", rate_factor=factor)[0], encoders["dense"])
        for factor in (0.01, 0.1)
    )
    assert all(5 < far / near < 15 for near, far in zip(slow, fast, strict=True))


def test_until_the_fine_tuning_nothing_differs_from_frozen(fit_on_encoder):
    frozen, fine_tuned = (fit_on_encoder(way)[1] for way in ("frozen", "fine_tuned"))
    assert frozen["loss"][:2].tolist() == fine_tuned["loss"][:2].tolist()
    assert frozen["loss"][2] != fine_tuned["loss"][2]
    assert fine_tuned["learning_rate"].tolist() == pytest.approx([0.1, 0.1, 0.01])


def test_from_scratch_the_layers_are_the_same_and_their_weights_are_not_the_encoders(
    fit_on_encoder, encoders
):
    scratch, _ = fit_on_encoder("scratch", rate=1e-9)
    frozen, _ = fit_on_encoder("frozen")
    assert [layer.name for layer in scratch.layers] == [layer.name for layer in frozen.layers]
    assert scratch.count_params() == frozen.count_params()
    for new, old in zip(kernels(scratch), kernels(encoders["dense"]), strict=True):
        assert abs(np.corrcoef(new.ravel(), old.ravel())[0, 1]) < 0.25  # of 160 weights or more: independent


def test_on_an_encoder_every_way_has_the_same_number_of_epochs_and_scratch_the_whole_rate(fit_on_encoder):
    histories = {way: fit_on_encoder(way)[1] for way in ENCODER_WAYS(2, rate_factor=0.1)}
    assert [history["epoch"].tolist() for history in histories.values()] == [[1, 2, 3]] * 3
    assert histories["scratch"]["learning_rate"].tolist() == pytest.approx([0.1, 0.1, 0.1])


def test_the_encoder_stays_as_it_is(fit_on_encoder, encoders):
    before = [weights.copy() for weights in encoders["dense"].get_weights()]
    for way in ENCODER_WAYS(2, rate_factor=0.1):
        fit_on_encoder(way)
    for now, then in zip(encoders["dense"].get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)
