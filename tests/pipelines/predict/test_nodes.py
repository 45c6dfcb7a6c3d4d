import keras
import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image
from tests.conftest import ROOT, title_of
from tests.parameters import read_params

from fashion_nets.errors import UserError
from fashion_nets.inspection.prediction import class_probabilities
from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.parameters import RefusedValueError
from fashion_nets.pipelines.predict.nodes import (
    PredictParams,
    check_network,
    check_pictures,
    classify_images,
    plot_pictures,
    read_pictures,
    take_test_images,
)
from fashion_nets.pipelines.wiring import checks_of

CONF = yaml.safe_load((ROOT / "conf" / "base" / "parameters_predict.yml").read_text())["predict"]


def params(**changes):
    return PredictParams.model_validate({**CONF, **changes})


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(0)
    return build_mlp(read_params(MlpParams, hidden_units=(8,), dropout=0.0), (28, 28), 10, "mlp")


@pytest.fixture
def folder(tmp_path, test_set):
    for index, image in enumerate(test_set.images[:3]):
        Image.fromarray(255 - image).resize((280, 280), Image.Resampling.NEAREST).save(
            tmp_path / f"{index}.png"
        )
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def test_pictures_get_the_three_classes_that_are_most_probable(model, folder, class_names, said):
    images, unread = read_pictures(model, params(source=str(folder), sharpen=False))
    table, again = classify_images(model, images, class_names)
    pd.testing.assert_frame_equal(table, again)
    assert table["file"].to_list() == ["0.png", "1.png", "2.png"]
    assert table["negated"].all()
    expected = class_probabilities(model, images.images)
    order = expected.argsort(axis=1)[:, ::-1]
    for place, (name, probability) in enumerate(
        [
            ("class_name", "probability"),
            ("second_class", "second_probability"),
            ("third_class", "third_probability"),
        ]
    ):
        assert table[name].to_list() == [class_names[index] for index in order[:, place]]
        np.testing.assert_array_equal(table[probability], np.sort(expected, axis=1)[:, -1 - place])
    assert unread["file"].to_list() == ["notes.txt"]
    assert any(
        "3 of them negated as darker than the background; 1 files could not be read" in line
        for line in said()
    )


def test_test_images_go_the_way_of_evaluation(model, test_set, class_names):
    images, unread = take_test_images(test_set)
    table, _ = classify_images(model, images, class_names)
    probabilities = class_probabilities(model, test_set.images)
    np.testing.assert_array_equal(table["probability"], probabilities.max(axis=1))
    assert table["image"].to_list() == list(range(300))
    assert unread.empty


def test_the_figure_shows_the_first_pictures_as_the_network_sees_them(model, folder, class_names):
    given = params(source=str(folder), n_shown=2, network="cnn")
    images, _ = read_pictures(model, given)
    table, _ = classify_images(model, images, class_names)
    figure = plot_pictures(images, table, given, {})
    assert title_of(figure) == "CNN: the first 2 of 3 pictures as it sees them, and their classes"
    shown = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title(loc="center") for axes in shown] == ["0.png", "1.png"]
    np.testing.assert_allclose(shown[1].images[0].get_array(), images.images[1] / 255, rtol=1e-6)
    name, probability, said = shown[0].get_xlabel().split("\n")
    assert (name, said) == (table["class_name"][0], "negated")
    assert probability.endswith("%")


def test_images_of_one_file_are_told_by_their_number(model, test_set, class_names):
    images, _ = take_test_images(test_set)
    table, _ = classify_images(model, images, class_names)
    figure = plot_pictures(images, table, params(n_shown=9), {})
    shown = [axes for axes in figure.axes if axes.images]
    assert [axes.get_title(loc="center") for axes in shown][::4] == ["test 0", "test 4", "test 8"]
    assert shown[0].get_xlabel().count("\n") == 1  # nothing is said of negation


def test_another_network_than_a_classifier_of_these_images_is_refused(model, test_set):
    images, _ = take_test_images(test_set)
    with pytest.raises(UserError, match="expected a classifier, from images of shape .* to 3 probabilities"):
        classify_images(model, images, ["a", "b", "c"])


def test_a_source_that_is_not_there_is_refused_before_the_run(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(RefusedValueError, match=r"'source': .*/nowhere cannot be read: No such file"):
        check_pictures(params(source="~/nowhere"))


def test_an_autoencoder_is_refused_before_the_run():
    check_network(params(network="cnn"))
    with pytest.raises(
        RefusedValueError, match="'network': should be a classifier, such as cnn, got an auto"
    ):
        check_network(params(network="tied_autoencoder"))
    assert check_network in checks_of(plot_pictures)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source": ""}, "'source' string should have at least 1 character"),
        ({"n_shown": 0}, "'n_shown' should be greater than 0"),
        ({"sharpen": "yes"}, "'sharpen' should be true or false"),
        ({"file": "a.png"}, "'file' is not a parameter here; there are source, network, sharpen, n_shown"),
    ],
)
def test_wrong_values_are_refused(changes, message):
    with pytest.raises(UserError, match=message):
        params(**changes)


def test_a_version_may_be_a_number():
    assert params(network=3).network == "3"
