from typing import get_args

import keras
import numpy as np
import pytest
from omegaconf import OmegaConf
from tests.conftest import ROOT
from tests.networks.architectures.small import CLASSICAL, build, settings
from tests.parameters import read_params

from fashion_nets.datasets import KerasModelDataset
from fashion_nets.errors import UserError
from fashion_nets.networks.mlp import MlpParams
from fashion_nets.networks.registry import (
    ARCHITECTURES,
    AUTOENCODERS,
    CLASSIFIERS,
    NETWORKS,
    AnyArchitectureParams,
    AutoencoderArchitectureParams,
    ClassifierArchitectureParams,
    architectures_of,
    build_network,
    build_original,
    find_architecture,
)
from fashion_nets.networks.reuse import is_chain
from fashion_nets.training.engine import resolve_engine
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import ClassifierTrainingParams
from fashion_nets.training.precision import dtype_policy

SLOW = {"googlenet", "vgg19", "resnet34", "resnet50", "resnet101", "resnet152", "xception"}
"""Deep: each takes seconds to build, to store and to load."""
EACH = [pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name for name in CLASSICAL]
IMAGES = np.random.default_rng(0).random((3, 28, 28), dtype=np.float32)


def test_conf_has_the_settings_of_each_architecture_in_the_order_of_the_lecture():
    assert list(settings()) == [name for name in architectures_of("classifier") if name in settings()]
    assert {"lecture", *CLASSICAL} <= set(settings())


@pytest.mark.parametrize("name", settings())
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


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_parameters_are_of_the_type_that_their_name_has(name):
    assert name in get_args(ARCHITECTURES[name].params.model_fields["name"].annotation)


def test_ready_parameters_stay_as_they_are():
    params = read_params(MlpParams, hidden_units=(3,), dropout=0.0)
    assert AnyArchitectureParams.model_validate(params) is params
    assert AnyArchitectureParams.model_validate(params.model_dump(mode="json")) == params


def test_parameters_without_a_name_are_refused():
    with pytest.raises(UserError, match="'name' is missing"):
        AnyArchitectureParams.model_validate({"hidden_units": [3]})


def test_networks_of_different_kinds_do_not_mix():
    mlp = read_params(MlpParams, hidden_units=(3,), dropout=0.0)
    for given in (mlp, mlp.model_dump()):
        assert ClassifierArchitectureParams.model_validate(given) == mlp
        with pytest.raises(
            UserError,
            match="mlp is an architecture of classifiers, and this network is an autoencoder; there are dens",
        ):
            AutoencoderArchitectureParams.model_validate(given)
    with pytest.raises(UserError, match="tied is an architecture of autoencoders.* there are mlp, "):
        ClassifierArchitectureParams.model_validate({"name": "tied"})


@pytest.mark.parametrize("network", NETWORKS)
def test_the_parameters_of_each_network_in_conf_are_complete(network):
    """What conf/ leaves to the architecture has tests of its own."""
    kind = NETWORKS[network].kind
    file = f"parameters_train_{network if kind == 'classifier' else 'autoencoders'}.yml"
    stated = OmegaConf.to_container(OmegaConf.load(ROOT / "conf" / "base" / file))[network]["architecture"]
    assert find_architecture(stated["name"], kind)
    if stated["name"] not in settings():
        assert set(stated) == set(ARCHITECTURES[stated["name"]].params.model_fields)


@pytest.mark.parametrize("name", architectures_of("autoencoder"))
def test_autoencoders_give_back_images(name):
    file = ROOT / "conf" / "base" / "parameters_train_autoencoders.yml"
    networks = OmegaConf.to_container(OmegaConf.load(file)).values()
    stated = next(group["architecture"] for group in networks if group["architecture"]["name"] == name)
    model = build_network(AnyArchitectureParams.model_validate(stated), (28, 28), 0, "autoencoder")
    assert model.output_shape == (None, 28, 28)
    assert model.name == "autoencoder"


def test_every_network_is_a_classifier_or_an_autoencoder():
    assert (*CLASSIFIERS, *AUTOENCODERS) == tuple(NETWORKS)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": "lenet"}, r"there is no architecture 'lenet'; did you mean 'lenet5'\? There are alexnet, "),
        ({"blocks": []}, "'blocks' is not a parameter here; there are name, width, skip_connections"),
        ({"width": 0}, "'width' should be greater than 0, got 0"),
        ({"skip_connections": "some"}, "'skip_connections' should be true or false"),
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
)  # up to 144 million weights
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


def test_the_usual_architecture_of_each_network_is_that_of_conf():
    conf = OmegaConf.merge(
        *(OmegaConf.load(file) for file in (ROOT / "conf/base").glob("parameters_train_*.yml"))
    )
    stated = {network: conf[network]["architecture"]["name"] for network in NETWORKS}
    assert stated == {name: network.architecture for name, network in NETWORKS.items()}
