import keras
import numpy as np
import pytest
import yaml
from tests.conftest import ROOT, title_of
from tests.parameters import read_params

from fashion_nets.data.image_set import ImageSetError, scale_pixels
from fashion_nets.errors import UserError
from fashion_nets.evaluation.classification import predict_classes
from fashion_nets.inspection.prediction import predict
from fashion_nets.networks.architectures.lecture import CnnParams, build_cnn
from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.pipelines.explain.nodes import (
    ExplainParams,
    plot_feature_maps,
    plot_heat_maps,
    plot_kernels,
)

CONF = yaml.safe_load((ROOT / "conf" / "base" / "parameters_explain.yml").read_text())["explain"]
CNN = read_params(
    CnnParams,
    blocks=[{"filters": 4, "kernel_size": 5, "convolutions": 1}],
    pool_size=2,
    dense_units=[8],
    dropout=0.0,
)


@pytest.fixture(scope="module")
def networks():
    keras.utils.set_random_seed(0)
    return {
        "cnn": build_cnn(CNN, (28, 28), 10, "cnn"),
        "base": build_cnn(CNN, (28, 28), 8, "base"),
        "mlp": build_mlp(read_params(MlpParams, hidden_units=(8,), dropout=0.0), (28, 28), 10, "mlp"),
    }


@pytest.fixture(scope="module")
def predictions(networks, test_set, class_names):
    return predict_classes(networks["cnn"], test_set, class_names)


def params(**changes):
    return ExplainParams.model_validate({**CONF, **changes})


def pictures_in(figure):
    return [axes for axes in figure.axes if axes.images and axes.get_label() != "<colorbar>"]


def test_kernels_are_those_of_the_network_that_is_named(networks):
    figure = plot_kernels(networks["cnn"], params(), {})
    assert title_of(figure) == "CNN: all 4 kernels of the first convolution, 5 × 5 weights each"
    drawn = np.stack([axes.images[0].get_array() for axes in pictures_in(figure)])
    stored = networks["cnn"].get_layer("convolution_1_1").get_weights()[0]
    assert np.abs(drawn).sum() == pytest.approx(np.abs(stored).sum(), rel=1e-5)


def test_feature_maps_are_those_of_the_image_that_is_named(networks, test_set, class_names):
    figure = plot_feature_maps(networks["cnn"], test_set, class_names, params(image_index=0, n_maps=3), {})
    image, *maps = pictures_in(figure)
    np.testing.assert_array_equal(image.images[0].get_array(), scale_pixels(test_set.images[0]))
    assert [axes.get_ylabel() for axes in maps] == [
        *("convolution_1_1\n28 × 28 × 4", "", ""),
        *("pooling_1\n14 × 14 × 4", "", ""),
    ]
    assert title_of(figure) == ("CNN, test image 0 (Ankle boot): the strongest feature maps of each layer")


def test_predictions_are_the_networks(networks, predictions, test_set):
    probabilities = predict(networks["cnn"], test_set.images)
    np.testing.assert_array_equal(predictions["predicted_label"], probabilities.argmax(axis=1))


def test_heat_maps_are_of_the_surest_predictions(networks, predictions, test_set):
    figure = plot_heat_maps(networks["cnn"], test_set, predictions, params(n_right=2, n_wrong=3), {})
    right, wrong = figure.subfigs
    assert len(pictures_in(right)) == 2 * 2
    assert len(pictures_in(wrong)) == 3 * 3
    surest = predictions[predictions["correct"]].sort_values("confidence", ascending=False, kind="stable")
    first = pictures_in(right)[0]
    np.testing.assert_array_equal(
        first.images[0].get_array(), scale_pixels(test_set.images)[surest["image"].iloc[0]]
    )
    assert first.get_title(loc="center") == surest["class_name"].iloc[0]
    assert "Grad-CAM on convolution_1_1" in title_of(figure)
    named = plot_heat_maps(
        networks["cnn"], test_set, predictions, params(n_right=1, n_wrong=1), {"architecture": "lenet5"}
    )
    assert title_of(named).startswith("CNN (LeNet-5), test images")


def test_a_network_that_cannot_be_explained_is_refused(networks, test_set, class_names):
    with pytest.raises(UserError, match="'mlp' has no convolution to look into"):
        plot_kernels(networks["mlp"], params(), {})
    with pytest.raises(
        UserError, match=r"'base' maps .* outputs of shape \(8,\); expected .* 10 probabilities"
    ):
        predict_classes(networks["base"], test_set, class_names)
    with pytest.raises(ImageSetError, match="no image 300"):
        plot_feature_maps(networks["cnn"], test_set, class_names, params(image_index=300), {})


@pytest.mark.parametrize("name", ["n_maps", "n_right", "n_wrong"])
def test_numbers_of_pictures_are_positive(name):
    with pytest.raises(UserError, match=f"'{name}' should be greater than 0, got 0"):
        params(**{name: 0})
