from functools import partial

import numpy as np
import pytest
from tests.conftest import QUICK_FIT
from tests.parameters import read_params
from tests.training.conftest import KilledError, assert_same_training, killed_in, weights_of

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.errors import UserError
from fashion_nets.inspection.prediction import predict
from fashion_nets.networks.autoencoders.dense import (
    DenseAutoencoderParams,
    InputNoiseParams,
    build_dense_autoencoder,
)
from fashion_nets.training.checkpoints import NOT_KEPT, Checkpoints
from fashion_nets.training.fit import fit_autoencoder
from fashion_nets.training.greedy import GreedyTrainingParams, fit_greedily, list_phases
from fashion_nets.training.optimizers import OptimizerParams

DEEP = read_params(DenseAutoencoderParams, hidden_units=(16, 8), codings_size=4)
TRAINING = {
    **QUICK_FIT,
    "engine": "keras",  # nothing to compile in each of many short phases
    "loss": "binary_crossentropy",
    "epochs": 2,
    "fine_tuning_epochs": 0,
}
NADAM = read_params(OptimizerParams, name="Nadam", learning_rate=0.003)


@pytest.fixture(scope="module")
def fit_deep(train_set, validation_set):
    def run(architecture=DEEP, listener=None, checkpoints=NOT_KEPT, **changes):
        training = read_params(GreedyTrainingParams, **TRAINING | changes)
        sets = (train_set, validation_set)
        return fit_greedily(
            architecture, "greedy_autoencoder", *sets, NADAM, training, 5, listener, checkpoints
        )

    return run


@pytest.fixture(scope="module")
def stacked(fit_deep):
    """Three phases and no fine-tuning."""
    return fit_deep()


@pytest.fixture(scope="module")
def tuned(fit_deep):
    """The same with fine-tuning, and what a listener is told."""
    told = []
    model, history = fit_deep(fine_tuning_epochs=3, listener=lambda *epoch: told.append(epoch))
    return model, history, told


def test_phases_go_from_the_outside_in():
    phases = list(list_phases(DEEP))
    assert [(phase.name, phase.encoder, phase.decoder) for phase in phases] == [
        ("layer_1", "encoder_1", "intensities"),
        ("layer_2", "encoder_2", "decoder_2"),
        ("layer_3", "codings", "decoder_1"),
    ]
    assert [phase.shallow.codings_size for phase in phases] == [16, 8, 4]
    assert [phase.shallow.output_activation for phase in phases] == ["sigmoid", "selu", "selu"]
    assert [phase.takes_images for phase in phases] == [True, False, False]


def test_noise_is_for_images_and_penalties_are_for_the_codings():
    special = {
        "noise": InputNoiseParams(kind="dropout", strength=0.5),
        "codings_activation": "sigmoid",
        "codings_regularizer": {"name": "l1", "l1": 0.1},
    }
    first, second, last = (phase.shallow for phase in list_phases(DEEP.model_copy(update=special)))
    assert [part.noise is not None for part in (first, second, last)] == [True, False, False]
    assert [part.codings_activation for part in (first, second, last)] == [None, None, "sigmoid"]
    assert [part.codings_regularizer is None for part in (first, second, last)] == [True, True, False]


def test_the_first_phase_is_the_training_of_a_shallow_autoencoder(stacked, train_set, validation_set):
    shallow = DEEP.model_copy(update={"hidden_units": (), "codings_size": 16})
    training = read_params(GreedyTrainingParams, **TRAINING)
    build = partial(build_dense_autoencoder, shallow, (28, 28), "shallow")
    model, history = fit_autoencoder(build, train_set, validation_set, NADAM, training, seed=5)
    for expected, received in zip(
        weights_of(model, "codings", "intensities"),
        weights_of(stacked[0], "encoder_1", "intensities"),
        strict=True,
    ):
        np.testing.assert_array_equal(received, expected)
    assert list(stacked[1]["val_loss"][:2]) == list(history["val_loss"])


def test_a_further_phase_leaves_the_layers_of_those_before_as_they_are(fit_deep, stacked):
    """The same training without the third phase ends with the same weights, bit for bit."""
    shorter, _ = fit_deep(DEEP.model_copy(update={"hidden_units": (16,), "codings_size": 8}))
    for before, after in zip(
        weights_of(shorter, "encoder_1", "codings", "decoder_1", "intensities"),
        weights_of(stacked[0], "encoder_1", "encoder_2", "decoder_2", "intensities"),
        strict=True,
    ):
        np.testing.assert_array_equal(after, before)


def test_inner_phases_reconstruct_the_codings_of_the_phase_before(stacked, validation_set):
    import keras

    model, history = stacked
    codings = keras.Model(model.input, model.get_layer("encoder_1").output)(
        scale_pixels(validation_set.images)
    )
    reconstructed = model.get_layer("decoder_2")(model.get_layer("encoder_2")(codings))
    error = np.mean((np.asarray(codings) - np.asarray(reconstructed)) ** 2)
    assert history["val_loss"][3] == pytest.approx(error, rel=1e-4)
    assert history["loss"][3] < history["loss"][2]


def test_the_stack_is_the_whole_autoencoder_compiled(stacked, validation_set):
    model, _ = stacked
    expected = build_dense_autoencoder(DEEP, (28, 28), "greedy_autoencoder")
    assert [layer.name for layer in model.layers] == [layer.name for layer in expected.layers]
    assert model.count_params() == expected.count_params()
    assert type(model.optimizer).__name__ == "Nadam"
    images = scale_pixels(validation_set.images)
    loss = model.evaluate(images, images, verbose=0)
    pixels = np.clip(predict(model, validation_set.images), 1e-7, 1 - 1e-7)
    entropy = -(
        scale_pixels(validation_set.images) * np.log(pixels)
        + (1 - scale_pixels(validation_set.images)) * np.log(1 - pixels)
    )
    assert loss == pytest.approx(entropy.mean(), rel=1e-5)


def test_the_history_names_the_phases_and_its_epochs_go_on(stacked, tuned):
    assert list(stacked[1]["phase"]) == ["layer_1"] * 2 + ["layer_2"] * 2 + ["layer_3"] * 2
    history = tuned[1]
    assert list(history["phase"][6:]) == ["fine_tuning"] * 3
    assert list(history["epoch"]) == list(range(1, 10))
    assert list(history.columns[:2]) == ["phase", "epoch"]
    assert list(history["val_loss"][:6]) == list(stacked[1]["val_loss"])


def test_fine_tuning_starts_from_the_stack_and_betters_it(stacked, tuned, validation_set):
    images = scale_pixels(validation_set.images)
    model, history, _ = tuned
    before, after = (network.evaluate(images, images, verbose=0) for network in (stacked[0], model))
    assert after == pytest.approx(history["val_loss"].iloc[-1], rel=1e-5)
    assert after < history["val_loss"].iloc[-3] < before


def test_in_bfloat16_it_leaves_a_float32_network(fit_deep, stacked):
    model, history = fit_deep(precision="mixed_bfloat16", fine_tuning_epochs=1)
    assert {layer.compute_dtype for layer in model.layers} == {"float32"}
    np.testing.assert_allclose(history["val_loss"][:2], stacked[1]["val_loss"][:2], rtol=0.02)


def test_each_epoch_is_told_with_its_phase(tuned):
    names = ["learning_rate", "loss", "seconds", "val_loss"]
    prefixes = [f"layer_{number}/" for number in (1, 1, 2, 2, 3, 3)] + [""] * 3
    assert [(epoch, sorted(metrics)) for epoch, metrics in tuned[2]] == [
        (epoch, [f"{prefix}{name}" for name in names]) for epoch, prefix in enumerate(prefixes, start=1)
    ]


def test_a_negative_number_of_epochs_is_refused():
    with pytest.raises(UserError, match="'fine_tuning_epochs' should be greater than or equal to 0, got -1"):
        read_params(GreedyTrainingParams, **TRAINING | {"fine_tuning_epochs": -1})


def test_an_interrupted_phase_goes_on_after_those_that_had_ended(fit_deep, tuned, tmp_path, said):
    checkpoints = Checkpoints(tmp_path, title="greedy_autoencoder")
    for epoch in (4, 8):  # the second of the second phase, and of the fine-tuning
        with pytest.raises(KilledError):
            fit_deep(fine_tuning_epochs=3, checkpoints=checkpoints, listener=killed_in(epoch))
    told = []
    resumed = fit_deep(
        fine_tuning_epochs=3, checkpoints=checkpoints, listener=lambda *epoch: told.append(epoch)
    )
    assert_same_training(resumed, tuned[:2])
    assert [(number, set(metrics)) for number, metrics in told] == [
        (number, set(metrics)) for number, metrics in tuned[2]
    ]
    assert [line for line in said() if "goes on" in line or "taken" in line] == [
        "greedy_autoencoder, layer_1: trained by the interrupted run, taken as it is",
        "greedy_autoencoder, layer_2 goes on at epoch 2 of 2",
        "greedy_autoencoder, layer_1: trained by the interrupted run, taken as it is",
        "greedy_autoencoder, layer_2: trained by the interrupted run, taken as it is",
        "greedy_autoencoder, layer_3: trained by the interrupted run, taken as it is",
        "greedy_autoencoder, fine_tuning goes on at epoch 2 of 3",
    ]


def test_more_epochs_of_each_phase_train_what_follows_anew(fit_deep, tmp_path, said):
    shallow = DEEP.model_copy(update={"hidden_units": ()})
    checkpoints = Checkpoints(tmp_path / "greedy", title="greedy")
    fit_deep(shallow, epochs=1, fine_tuning_epochs=1, checkpoints=checkpoints)
    checkpoints.end()
    more = fit_deep(shallow, epochs=2, fine_tuning_epochs=2, checkpoints=checkpoints)
    assert "greedy, layer_1 goes on at epoch 2 of 2" in said()
    assert "greedy, fine_tuning starts anew: initial weights changed since its checkpoint" in said()
    assert_same_training(more, fit_deep(shallow, epochs=2, fine_tuning_epochs=2))
