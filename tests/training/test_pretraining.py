import keras
import numpy as np
import pytest
from tests.conftest import QUICK_FIT

from fashion_nets.errors import UserError
from fashion_nets.networks.autoencoders.convolutional import (
    ConvolutionalAutoencoderParams,
    build_convolutional_autoencoder,
)
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams, build_dense_autoencoder
from fashion_nets.networks.autoencoders.parts import encoder_of
from fashion_nets.training.pretraining import WAYS, PretrainingParams, fit_way

VALUES = {
    "numbers_of_images": [20, 50],
    "n_seeds": 2,
    "min_images_per_epoch": 20,
    "frozen_epochs": 2,
    "fine_tuned_rate_factor": 0.1,
    "optimizer": {"name": "SGD", "learning_rate": 0.1},
    "training": {"loss": "sparse_categorical_crossentropy", "epochs": 3, **QUICK_FIT},
}
PRETRAINING = PretrainingParams.model_validate(VALUES)
LIKE = {"activation": "selu", "output_activation": "sigmoid"}
DENSE = DenseAutoencoderParams(hidden_units=(20,), codings_size=8, **LIKE)
CONVOLUTIONAL = ConvolutionalAutoencoderParams(filters=(2, 3), kernel_size=3, codings_size=None, **LIKE)
LAYERS = {"dense": ["encoder_1", "codings"], "convolutional": ["encoder_1", "encoder_2"]}


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
def fit(encoders, train_set, validation_set):
    def fit_encoder(way, kind="dense", **changes):
        pretraining = PRETRAINING.model_copy(update=changes)
        return fit_way(way, encoders[kind], 10, train_set, validation_set, pretraining, seed=1)

    return fit_encoder


def kernels(model, kind="dense"):
    return [np.asarray(model.get_layer(name).kernel) for name in LAYERS[kind]]


def distances(model, other):
    return [np.abs(new - old).mean() for new, old in zip(kernels(model), kernels(other), strict=True)]


@pytest.mark.parametrize("kind", ["dense", "convolutional"])
def test_a_frozen_encoder_stays_as_it_is_and_the_layer_on_it_learns(kind, fit, encoders):
    model, history = fit("frozen", kind)
    for new, old in zip(kernels(model, kind), kernels(encoders[kind], kind), strict=True):
        np.testing.assert_array_equal(new, old)
    assert history["loss"].iloc[-1] < history["loss"].iloc[0]


@pytest.mark.parametrize("kind", ["dense", "convolutional"])
def test_fine_tuning_moves_every_layer_of_the_encoder(kind, fit, encoders):
    model, _ = fit("fine_tuned", kind)
    pairs = zip(kernels(model, kind), kernels(encoders[kind], kind), strict=True)
    assert not any(np.array_equal(new, old) for new, old in pairs)


def test_fine_tuning_moves_them_by_a_lower_rate(fit, encoders):
    slow, fast = (
        distances(fit("fine_tuned", fine_tuned_rate_factor=factor)[0], encoders["dense"])
        for factor in (0.01, 0.1)
    )
    assert all(5 < far / near < 15 for near, far in zip(slow, fast, strict=True))


def test_until_the_fine_tuning_nothing_differs_from_frozen(fit):
    frozen, fine_tuned = (fit(way)[1] for way in ("frozen", "fine_tuned"))
    assert frozen["loss"][:2].tolist() == fine_tuned["loss"][:2].tolist()
    assert frozen["loss"][2] != fine_tuned["loss"][2]
    assert fine_tuned["learning_rate"].tolist() == pytest.approx([0.1, 0.1, 0.01])


def test_from_scratch_the_layers_are_the_same_and_their_weights_are_not_the_encoders(fit, encoders):
    scratch, _ = fit("scratch", optimizer=PRETRAINING.optimizer.model_copy(update={"learning_rate": 1e-9}))
    frozen, _ = fit("frozen")
    assert [layer.name for layer in scratch.layers] == [layer.name for layer in frozen.layers]
    assert scratch.count_params() == frozen.count_params()
    for new, old in zip(kernels(scratch), kernels(encoders["dense"]), strict=True):
        assert abs(np.corrcoef(new.ravel(), old.ravel())[0, 1]) < 0.25  # of 160 weights or more: independent


def test_from_scratch_every_layer_learns_at_the_whole_rate(fit):
    _, history = fit("scratch")
    assert history["learning_rate"].tolist() == pytest.approx([0.1, 0.1, 0.1])


def test_every_way_has_the_same_number_of_epochs(fit):
    assert [fit(way)[1]["epoch"].tolist() for way in WAYS] == [[1, 2, 3]] * 3


def test_the_encoder_stays_as_it_is(fit, encoders):
    before = [weights.copy() for weights in encoders["dense"].get_weights()]
    for way in WAYS:
        fit(way)
    for now, then in zip(encoders["dense"].get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"numbers_of_images": []}, "'numbers_of_images' .*at least 1 item"),
        ({"numbers_of_images": [50, 20]}, "'numbers_of_images' must ascend, each once, got 50, 20"),
        ({"numbers_of_images": [20, 20]}, "'numbers_of_images' must ascend, each once, got 20, 20"),
        ({"n_seeds": 1}, "'n_seeds' should be greater than or equal to 2, got 1"),
        ({"frozen_epochs": 3}, "'frozen_epochs' must be fewer than 'training.epochs', 3, got 3"),
        ({"fine_tuned_rate_factor": 0}, "'fine_tuned_rate_factor' should be greater than 0, got 0"),
        ({"optimizer": {"name": "Adamm", "learning_rate": 1}}, "Adamm"),
        (
            {
                "training": {
                    **VALUES["training"],
                    "early_stopping": {
                        "monitor": "val_loss",
                        "patience": 1,
                        "restore_best_weights": True,
                    },
                }
            },
            "'training.early_stopping' must be null: where labels are few",
        ),
    ],
)
def test_what_cannot_be_is_refused(changes, message):
    with pytest.raises(UserError, match=message):
        PretrainingParams.model_validate({**VALUES, **changes})
