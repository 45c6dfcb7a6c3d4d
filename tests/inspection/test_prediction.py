import ast

import numpy as np
import pytest
from tests.conftest import ROOT
from tests.parameters import read_params

from fashion_nets.data.image_set import LabelledImages, scale_pixels
from fashion_nets.inspection.prediction import accuracy_of, class_probabilities, predict, which_are_right
from fashion_nets.networks.mlp import MlpParams, build_mlp


@pytest.fixture(scope="module")
def model():
    return build_mlp(read_params(MlpParams, hidden_units=(8,), dropout=0.0), (28, 28), 10, "mlp")


def test_every_image_is_predicted_in_order(model, train_set, capsys):
    outputs = predict(model, train_set.images)  # 800 images: one whole batch and a part of one
    assert outputs.shape == (800, 10)
    intensities = scale_pixels(train_set.images)
    np.testing.assert_allclose(outputs[[0, 600]], model(intensities[[0, 600]]), rtol=1e-5)
    np.testing.assert_array_equal(predict(model, intensities), outputs)  # both kinds of images are taken
    assert capsys.readouterr().out == ""


def test_probabilities_are_of_raw_grey_levels(model, test_set):
    probabilities = class_probabilities(model, test_set.images)
    np.testing.assert_array_equal(probabilities, predict(model, test_set.images))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    for images in (scale_pixels(test_set.images), test_set.images[0], test_set.images.astype(int)):
        with pytest.raises(
            ValueError, match=r"expects raw grey levels, uint8 of shape \(n, height, width\), got"
        ):
            class_probabilities(model, images)


def test_an_image_is_right_where_its_class_is_the_most_probable(model, test_set):
    most_probable = class_probabilities(model, test_set.images).argmax(axis=1)
    labels = most_probable.copy()
    labels[[0, 7, 299]] = (labels[[0, 7, 299]] + 1) % 10
    labelled = LabelledImages(test_set.images, labels)
    assert np.flatnonzero(~which_are_right(model, labelled)).tolist() == [0, 7, 299]
    assert accuracy_of(model, labelled) == 0.99


def test_an_image_alone_gets_what_it_gets_among_others(model, test_set):
    together = class_probabilities(model, test_set.images)
    alone = np.concatenate([class_probabilities(model, test_set.images[i : i + 1]) for i in range(5)])
    np.testing.assert_allclose(alone, together[:5], rtol=1e-5)


def test_no_other_module_asks_a_model_for_predictions():
    """One way from grey levels to outputs: a second one could scale otherwise."""
    asking = {"predict_on_batch", "predict_step"}
    found = {
        path.relative_to(ROOT / "src" / "fashion_nets").as_posix()
        for path in (ROOT / "src").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
        and (node.attr in asking or (node.attr == "predict" and ast.unparse(node.value) == "model"))
    }
    assert found == {"inspection/prediction.py"}
