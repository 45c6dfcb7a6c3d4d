import keras
import numpy as np
import pytest
from tests.networks.architectures.small import CLASSICAL, build, settings

from fashion_nets.datasets import KerasModelDataset
from fashion_nets.errors import UserError
from fashion_nets.networks.architectures import ARCHITECTURES, AnyArchitectureParams, build_original
from fashion_nets.networks.architectures.lecture import CnnParams
from fashion_nets.networks.reuse import is_chain
from fashion_nets.training.engine import resolve_engine
from fashion_nets.training.fit import ClassifierTrainingParams
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.precision import dtype_policy

SLOW = {"googlenet", "vgg19", "resnet34", "resnet50", "resnet101", "resnet152", "xception"}
EACH = [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in CLASSICAL]
IMAGES = np.random.default_rng(0).random((3, 28, 28), dtype=np.float32)


def test_conf_has_the_settings_of_each_architecture_in_the_order_of_the_lecture():
    assert list(settings()) == list(ARCHITECTURES)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_the_settings_of_each_are_complete_and_right(name):
    groups = settings()[name]
    params = AnyArchitectureParams.model_validate(groups["architecture"])
    assert isinstance(params, ARCHITECTURES[name].params)
    assert params.name == name
    assert set(groups["architecture"]) == set(type(params).model_fields)  # conf/ shows every parameter
    OptimizerParams.model_validate(groups["optimizer"])
    training = ClassifierTrainingParams.model_validate(groups["training"])
    assert set(groups["training"]) == set(ClassifierTrainingParams.model_fields)
    assert training.epochs >= 5


@pytest.mark.parametrize("name", EACH)
def test_each_gives_probabilities_of_small_images_and_comes_back_from_disk(name, tmp_path):
    model = build(name)
    probabilities = model.predict(IMAGES, verbose=0)
    assert probabilities.shape == (3, 10)
    assert probabilities.dtype == np.float32
    assert (probabilities >= 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)
    stored = KerasModelDataset(filepath=str(tmp_path / "model.keras"))
    stored.save(model)
    np.testing.assert_array_equal(stored.load().predict(IMAGES, verbose=0), probabilities)


def test_radial_basis_units_come_back_from_disk(tmp_path):
    model = build("lenet5", output="rbf")
    stored = KerasModelDataset(filepath=str(tmp_path / "model.keras"))
    stored.save(model)
    expected = model.predict(IMAGES, verbose=0)
    np.testing.assert_allclose(expected.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(stored.load().predict(IMAGES, verbose=0), expected)


@pytest.mark.parametrize("changes", [{}, {"output": "rbf"}])
def test_in_mixed_precision_probabilities_stay_float32(changes):
    with dtype_policy("mixed_bfloat16"):
        model = build("lenet5", **changes)
    assert model.get_layer("c1").compute_dtype == "bfloat16"
    assert model.output.dtype == "float32"


@pytest.mark.parametrize("name", ["vgg16", "resnet18"])
def test_every_output_layer_stays_float32(name):
    with dtype_policy("mixed_bfloat16"):
        model = build(name)
    assert model.get_layer("probabilities").compute_dtype == "float32"


def test_convolutions_with_batch_normalization_run_as_graphs():
    model = build("resnet18", width=0.1)
    model.compile("sgd", "sparse_categorical_crossentropy")
    assert resolve_engine("auto", model) == "graph"
    nested = keras.Sequential([keras.Input((28, 28)), model], name="nested")
    nested.compile("sgd", "sparse_categorical_crossentropy")
    assert resolve_engine("auto", nested) == "graph"


@pytest.mark.parametrize(
    ("name", "chain"),
    [("lenet5", True), ("alexnet", True), ("vgg16", True), ("resnet18", False), ("googlenet", False)],
)
def test_which_are_chains_of_layers(name, chain):
    assert is_chain(build(name)) == chain


def test_the_parameters_of_the_lectures_network_need_no_name():
    architecture = dict(settings()["lecture"]["architecture"])
    del architecture["name"]
    params = AnyArchitectureParams.model_validate(architecture)
    assert isinstance(params, CnnParams)
    assert params.name == "lecture"
    assert AnyArchitectureParams.model_validate(params) is params


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "lenet"}, r"there is no architecture 'lenet'; did you mean 'lenet5'\? There are alexnet, "),
        ({"blocks": []}, "'blocks' is not a parameter here; there are name, width, skip_connections"),
        ({"width": 0}, "'width' should be greater than 0, got 0"),
        ({"skip_connections": "some"}, "'skip_connections' should be a valid boolean"),
    ],
)
def test_wrong_parameters_are_refused_with_what_there_is(changes, message):
    with pytest.raises(UserError, match=message):
        AnyArchitectureParams.model_validate({**settings()["resnet34"]["architecture"], **changes})


def test_what_is_no_group_is_refused():
    with pytest.raises(UserError):
        AnyArchitectureParams.model_validate(None)


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name == "lenet5" else pytest.mark.slow) for name in CLASSICAL]
)
def test_the_published_number_of_parameters_is_that_of_the_original(name):
    publication = ARCHITECTURES[name].publication
    model = build_original(name, 10) if name == "lenet5" else build_original(name)
    assert model.count_params() == publication.parameters


def test_years_rise_in_the_order_of_the_lecture():
    years = [ARCHITECTURES[name].publication.year for name in CLASSICAL]
    assert years == sorted(years)
    assert (years[0], years[-1]) == (1998, 2016)
    assert ARCHITECTURES["lecture"].publication is None


def test_a_citation_is_authors_title_and_year():
    assert ARCHITECTURES["xception"].publication.citation == (
        "F. Chollet: Xception: Deep Learning with Depthwise Separable Convolutions, 2016"
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [("resnet", "there is no architecture 'resnet'; did you mean"), ("lecture", "lecture has one form only")],
)
def test_originals_are_those_of_the_classical_architectures(name, message):
    with pytest.raises(UserError, match=message):
        build_original(name)
