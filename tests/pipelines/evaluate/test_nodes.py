import keras
import numpy as np
import pandas as pd
import pytest

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation.classification import predict_classes
from fashion_nets.evaluation.generation import GenerationParams
from fashion_nets.pipelines.evaluate.nodes import (
    EvaluationNodes,
    evaluate_autoencoder,
    evaluate_classifier,
)

CLASS_NAMES = ["dark", "bright"]
COSTS = {"parameters": 4, "multiplications": 2, "training_memory_mb": 0.5, "batch_size": 32}
HISTORY = pd.DataFrame({"epoch": [1, 2], "loss": [0.7, 0.6], "seconds": [1.5, 0.5]})


def _brightness_classifier():
    """Knows a bright image by its one pixel: logit 2 for 1, so P(bright) = 1 / (1 + e^-2) = 0.8808."""
    model = keras.Sequential(
        [keras.Input((1, 1)), keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")],
        name="brightness",
    )
    model.set_weights([np.array([[0, 4]], "float32"), np.array([0, -2], "float32")])
    return model


@pytest.fixture
def images():
    pixels = np.array([0, 255, 255, 0], "uint8").reshape(4, 1, 1)
    return LabelledImages(pixels, np.array([0, 1, 0, 0], "uint8"))  # the third is labelled wrong


@pytest.fixture
def predictions(images):
    return predict_classes(_brightness_classifier(), images, CLASS_NAMES)


ABOUT = {"architecture": "resnet34", "stored_epoch": 2}


def test_metrics_of_a_classifier_by_hand(predictions, images):
    validation = LabelledImages(images.images[:2], images.labels[:2])
    metrics = evaluate_classifier(
        _brightness_classifier(), HISTORY, predictions, validation, CLASS_NAMES, COSTS, ABOUT
    )
    right, wrong = -np.log(1 / (1 + np.exp(-2))), -np.log(1 / (1 + np.exp(2)))
    assert metrics["test_loss"] == pytest.approx((3 * right + wrong) / 4, rel=1e-5)
    assert metrics["test_accuracy"] == 0.75
    assert metrics["val_loss"] == pytest.approx(right, rel=1e-5)
    assert metrics["val_accuracy"] == 1
    assert (metrics["parameters"], metrics["multiplications"], metrics["training_memory_mb"]) == (4, 2, 0.5)
    assert "batch_size" not in metrics
    assert metrics["architecture"] == "resnet34"
    assert metrics["epochs"] == 2
    assert metrics["training_seconds"] == 2


ACCURACY = {"test_accuracy": 0.75, "test_accuracy_low": 0.3, "test_accuracy_high": 0.95}


def test_figures_say_which_network_and_how_well(predictions, images):
    nodes = EvaluationNodes("mlp")
    confusion = nodes.plot_confusion_matrix(predictions, ACCURACY, {})
    assert "MLP" in confusion.get_suptitle()
    assert "0.75" in confusion.get_suptitle()
    assert "1 mistake" in nodes.plot_mistakes(images, predictions, {}).get_suptitle()


def test_figures_name_another_architecture_than_the_usual(predictions, images):
    nodes = EvaluationNodes("cnn")
    about = {"architecture": "resnet34"}
    for figure in (
        nodes.plot_confusion_matrix(predictions, ACCURACY, about),
        nodes.plot_mistakes(images, predictions, about),
    ):
        assert figure.get_suptitle().startswith("CNN (ResNet-34), test images: ")
    usual = nodes.plot_mistakes(images, predictions, {"architecture": "lecture"})
    assert usual.get_suptitle().startswith("CNN, test images: ")


@pytest.fixture
def halving_autoencoder():
    """Gives back half of each intensity: an error of 0.25 where the pixel is 1, of 0 where it is 0."""
    model = keras.Sequential(
        [keras.Input((1, 1)), keras.layers.Dense(1, use_bias=False)], name="halving_autoencoder"
    )
    model.set_weights([np.array([[0.5]], "float32")])
    model.compile(loss="mse")
    return model


def test_metrics_of_an_autoencoder_by_hand(halving_autoencoder, images):
    bright = LabelledImages(images.images[1:2], images.labels[1:2])
    metrics = evaluate_autoencoder(halving_autoencoder, HISTORY, bright, images, COSTS, {})
    assert metrics["test_mse"] == metrics["test_loss"] == pytest.approx(0.125)
    assert metrics["val_mse"] == pytest.approx(0.25)
    assert metrics["val_binary_crossentropy"] == pytest.approx(-np.log(0.5))
    assert (metrics["parameters"], metrics["multiplications"]) == (4, 2)


def test_reconstructions_are_drawn_under_their_originals(halving_autoencoder, images):
    metrics = {"val_mse": 0.125, "val_binary_crossentropy": 0.3, "val_psnr": 9.0}
    nodes = EvaluationNodes("halving_autoencoder")
    figure = nodes.plot_reconstructions(halving_autoencoder, images, metrics, {})
    assert "halving autoencoder" in figure.get_suptitle()
    assert "validation" in figure.get_suptitle()


def test_a_walk_starts_and_ends_at_the_first_images_of_its_classes(images):
    inputs = keras.Input((1, 1))
    codings = keras.layers.Flatten(name="codings")(inputs)
    model = keras.Model(inputs, keras.layers.Reshape((1, 1))(codings))
    generation = GenerationParams(n_images=7, walk_from="bright", walk_to="dark", walk_steps=3)
    nodes = EvaluationNodes("variational_autoencoder")
    walk = nodes.plot_walk(model, images, CLASS_NAMES, generation, {}).axes[0]
    assert walk.images[0].get_array()[0].compressed().tolist() == [1, 1, 0.5, 0, 0]
    generated = nodes.plot_generated_images(model, generation, 42, {})
    assert "7 images" in generated.get_suptitle()
