import logging

import mlflow
import pandas as pd
import pytest
from tests.conftest import QUICK_FIT

from fashion_nets.data.image_set import ImageSetError
from fashion_nets.networks.autoencoders.convolutional import ConvolutionalAutoencoderParams
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams
from fashion_nets.pipelines.pretraining.nodes import (
    compare_ways,
    pretrain_convolutional_autoencoder,
    pretrain_stacked_autoencoder,
    summarize_ways,
)
from fashion_nets.training.fit import AutoencoderTrainingParams
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.pretraining import PretrainingParams

LIKE = {"activation": "selu", "output_activation": "sigmoid"}
STACKED = DenseAutoencoderParams(hidden_units=(30,), codings_size=10, **LIKE)
CONVOLUTIONAL = ConvolutionalAutoencoderParams(filters=(2, 4), kernel_size=3, codings_size=None, **LIKE)
OPTIMIZER = OptimizerParams(name="SGD", learning_rate=1.5)
TRAINING = AutoencoderTrainingParams(loss="binary_crossentropy", epochs=2, **QUICK_FIT)
PRETRAINING = PretrainingParams.model_validate(
    {
        "numbers_of_images": [100],
        "n_seeds": 2,
        "min_images_per_epoch": 200,
        "frozen_epochs": 2,
        "fine_tuned_rate_factor": 0.1,
        "optimizer": {"name": "Adam", "learning_rate": 0.01},
        "training": {"loss": "sparse_categorical_crossentropy", "epochs": 4, **QUICK_FIT},
    }
)
PRETRAIN = {
    "stacked_autoencoder": (pretrain_stacked_autoencoder, STACKED),
    "convolutional_autoencoder": (pretrain_convolutional_autoencoder, CONVOLUTIONAL),
}


@pytest.fixture(scope="module")
def pretrain(train_set, validation_set):
    def pretrain_quickly(name, part=train_set, **changes):
        node, architecture = PRETRAIN[name]
        pretraining = PRETRAINING.model_copy(update=changes)
        return node(42, part, validation_set, architecture, OPTIMIZER, TRAINING, pretraining)

    return pretrain_quickly


@pytest.fixture(scope="module")
def compared(pretrain, train_set, validation_set, test_set, class_names):
    """The results, and the lines that tell of them."""
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    logger = logging.getLogger("fashion_nets.pipelines.pretraining")
    autoencoders = [pretrain(name) for name in PRETRAIN]
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    results = compare_ways(42, train_set, validation_set, test_set, class_names, *autoencoders, PRETRAINING)
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)
    return results, lines


def test_labels_play_no_part_in_the_pretraining(pretrain, train_set):
    shifted = train_set._replace(labels=(train_set.labels + 1) % 10)
    autoencoder, other = (pretrain("stacked_autoencoder", part) for part in (train_set, shifted))
    assert [w.tobytes() for w in autoencoder.get_weights()] == [w.tobytes() for w in other.get_weights()]


def test_epochs_of_the_pretraining_are_tracked_under_a_name_of_their_own(pretrain):
    with mlflow.start_run(experiment_id="0") as active:
        pretrain("stacked_autoencoder")
    metrics = mlflow.get_run(active.info.run_id).data.metrics
    assert "pretraining_stacked_autoencoder/val_loss" in metrics
    assert not any(name.startswith("stacked_autoencoder/") for name in metrics)


@pytest.mark.parametrize("name", list(PRETRAIN))
@pytest.mark.parametrize(
    ("numbers_of_images", "message"),
    [
        ((20, 105), "pretraining.numbers_of_images: cannot draw 105 images: .* so a multiple of 10"),
        ((20, 5000), "pretraining.numbers_of_images: cannot draw 5,000 images: expected 500 of each class"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_trained(
    name, numbers_of_images, message, pretrain, caplog
):
    caplog.set_level(logging.INFO, logger="fashion_nets")
    with pytest.raises(ImageSetError, match=message):
        pretrain(name, numbers_of_images=numbers_of_images)
    assert not caplog.records  # a training logs its epochs


def test_each_way_is_trained_on_each_encoder_with_each_number_of_images_and_seed(compared):
    results, _ = compared
    trials = results[["autoencoder", "n_images", "way", "seed"]]
    assert len(trials.drop_duplicates()) == len(trials) == 2 * 3 * 2
    assert set(trials["autoencoder"]) == set(PRETRAIN)
    assert set(trials["n_images"]) == {100}
    assert set(trials["seed"]) == {42, 43}
    scratch = results[results["way"] == "scratch"].groupby("autoencoder")[["val_accuracy", "test_accuracy"]]
    assert (scratch.mean() > 0.4).all(axis=None)  # chance is 0.1; encoders this little trained may stay there


def test_each_training_is_told_of(compared):
    results, lines = compared
    first = results.iloc[0]
    assert len(lines) == len(results)
    assert lines[0].startswith(
        "Encoder of stacked_autoencoder, 100 labelled images, scratch, seed 42: validation accuracy "
        f"{first['val_accuracy']:.4f}, test accuracy {first['test_accuracy']:.4f} ("
    )


def test_gains_are_those_over_the_same_images_and_encoder_from_scratch():
    accuracies = {
        "stacked_autoencoder": {"scratch": (0.6, 0.5), "frozen": (0.65, 0.57), "fine_tuned": (0.64, 0.6)},
        "convolutional_autoencoder": {"scratch": (0.7, 0.6), "frozen": (0.6, 0.6), "fine_tuned": (0.8, 0.7)},
    }
    results = pd.DataFrame(
        [
            {
                "autoencoder": autoencoder,
                "n_images": 100,
                "way": way,
                "seed": seed,
                "val_accuracy": 0.5,
                "test_accuracy": value,
                "seconds": 1.0,
            }
            for autoencoder, ways in accuracies.items()
            for way, values in ways.items()
            for seed, value in enumerate(values)
        ]
    )
    table, metrics = summarize_ways(results)
    assert table["way"].tolist() == ["scratch", "frozen", "fine_tuned"] * 2
    assert table["test_accuracy_mean"].tolist() == pytest.approx([0.55, 0.61, 0.62, 0.65, 0.6, 0.75])
    assert table["test_gain_mean"].tolist() == pytest.approx([0, 0.06, 0.07, 0, -0.05, 0.1])
    assert table["test_gain_std"].tolist() == pytest.approx(
        [0, 0.02 / 2**0.5, 0.06 / 2**0.5, 0, 0.1 / 2**0.5, 0], abs=1e-12
    )
    assert len(metrics) == 2 * (3 * 2 + 2 * 2)
    assert metrics["stacked_autoencoder_100_images_frozen_test_gain_mean"] == pytest.approx(0.06)
    assert metrics["convolutional_autoencoder_100_images_scratch_test_accuracy_std"] == pytest.approx(
        0.1 / 2**0.5
    )
