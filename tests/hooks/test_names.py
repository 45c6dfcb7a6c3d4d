"""Names that nothing knows, in what a run is given and in the files of an environment."""

import pytest
from kedro.framework.project import settings
from kedro.framework.startup import bootstrap_project

from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.errors import UserError
from fashion_nets.hooks.names import check_names


@pytest.fixture
def check(shared_project):
    """Check what conf/local/parameters.yml and ``--params`` say."""
    bootstrap_project(shared_project)

    def check_with(local="", **given):
        (shared_project / "conf" / "local" / "parameters.yml").write_text(local)
        check_names(
            NetworkConfigLoader(
                str(shared_project / "conf"), env="local", runtime_params=given, **settings.CONFIG_LOADER_ARGS
            )
        )

    return check_with


def test_groups_misspelt_are_answered_with_the_one_that_was_meant(check):
    with pytest.raises(UserError, match=r"^'mpl' is not a parameter in conf/; did you mean 'mlp'\?$"):
        check(mpl={"training": {"epochs": 3}})
    with pytest.raises(UserError, match=r"'mlp.trainig' is not .*; did you mean 'mlp.training'\?"):
        check(mlp={"trainig": {"epochs": 3}})
    with pytest.raises(UserError, match="'data' is not a parameter in conf/; there are .*preprocessing"):
        check(data={"folder": "elsewhere"})


@pytest.mark.parametrize(
    ("given", "old", "new"),
    [
        ({"compare_architectures": {"epochs": 5}}, "compare_architectures", "architectures"),
        (
            {"architectures": {"lenet5": {"training": {"epochs": 2}}}},
            "architectures.lenet5",
            "architecture_settings.lenet5",
        ),
        (
            {"denoising_autoencoder": {"denoising": {"rescale": True}}},
            "denoising_autoencoder.denoising",
            "denoising_autoencoder.denoise",
        ),
    ],
)
def test_groups_by_another_name_are_answered_with_their_own(given, old, new, check):
    with pytest.raises(UserError, match=rf"'{old}' is not a parameter in conf/; did you mean '{new}'\?"):
        check(**given)


def test_a_field_without_its_group_is_answered_with_the_groups(check):
    """Even though other groups have a field of this name."""
    with pytest.raises(
        UserError, match="'mlp.epochs' is not .*; there are architecture, optimizer, training"
    ):
        check(mlp={"epochs": 3})


def test_a_group_that_is_in_several_places_is_answered_with_those_of_its_own(check):
    with pytest.raises(UserError, match="'preprocessing.training' is not .*; there are validation_size, "):
        check(preprocessing={"training": {"epochs": 3}})


def test_a_value_in_place_of_a_group_is_answered_with_its_parameters(check):
    with pytest.raises(UserError, match="'study' is a group of parameters, got 3; there are name, n_seeds"):
        check(study=3)


@pytest.mark.parametrize(
    ("local", "message"),
    [
        ("mlpp: {training: {epochs: 3}}", "'mlpp' is not .*; did you mean 'mlp'\\?"),
        ("studies: abc", "'studies' is a group of parameters, got 'abc'; there are initializers, .*\\."),
        ("1: 2", "'1' is not a parameter in conf/"),
        ("study: 3", "'study' is a group of parameters, got 3; there are name, n_seeds.*\\."),
        (
            "architecture_settings: {lenet5: {training: {epoch: 3}}}",
            "'architecture_settings.lenet5.training.epoch' .*'architecture_settings.lenet5.training.epochs'",
        ),
        (
            "studies: {mine: {questoin: Why?}}",
            "'studies.mine.questoin' .*; did you mean 'studies.mine.question'\\?",
        ),
        (
            "sweeps: {mine: {n_trails: 3}}",
            "'sweeps.mine.n_trails' .*; did you mean 'sweeps.mine.n_trials'\\?",
        ),
    ],
)
def test_a_name_in_a_file_is_answered_with_the_file(local, message, check):
    with pytest.raises(UserError, match=f"^{message}") as raised:
        check(local)
    assert str(raised.value).endswith(" It stands in conf/local/parameters.yml.")


@pytest.mark.parametrize(
    "local",
    [
        "_mine: {batch_size: 1}\nmlp: {training: {_like: _mine}}",
        "studies: {mine: {question: Why?}}",
        "sweeps: {mine: {n_trials: 3, space: {any.path: {low: 0}}}}",
        "mlp: {optimizer: {momentum: 0.9}}",  # of SGD; its type knows it, and conf/base does not state it
        "",
    ],
)
def test_blocks_studies_of_ones_own_and_fields_of_a_typed_group_are_allowed(local, check):
    check(local)
