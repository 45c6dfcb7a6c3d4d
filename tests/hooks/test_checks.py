import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from fashion_nets.errors import UserError


@pytest.fixture
def open_session(untracked):
    """Load the context of a session, which is when the hook checks it."""
    bootstrap_project(untracked)

    def load_context(env="sample", **given):
        with KedroSession.create(untracked, env=env, runtime_params=given) as session:
            return session.load_context()

    return load_context


def test_an_unknown_environment_is_answered_with_the_known_ones(open_session):
    with pytest.raises(UserError, match="no environment 'smaple' in conf/; there are base, local, sample"):
        open_session(env="smaple")


def test_groups_misspelt_are_answered_with_the_one_that_was_meant(open_session):
    with pytest.raises(UserError, match=r"'mpl' is not a parameter in conf/; did you mean 'mlp'\?"):
        open_session(mpl={"training": {"epochs": 3}})
    with pytest.raises(UserError, match=r"'mlp.trainig' is not .*; did you mean 'mlp.training'\?"):
        open_session(mlp={"trainig": {"epochs": 3}})
    with pytest.raises(UserError, match="'data' is not a parameter in conf/; there are .*preprocessing"):
        open_session(data={"folder": "elsewhere"})


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
def test_groups_by_another_name_are_answered_with_their_own(given, old, new, open_session):
    with pytest.raises(UserError, match=rf"'{old}' is not a parameter in conf/; did you mean '{new}'\?"):
        open_session(**given)


def test_a_field_without_its_group_is_answered_with_the_groups(open_session):
    """Even though other groups have a field of this name."""
    with pytest.raises(
        UserError, match="'mlp.epochs' is not .*; there are architecture, optimizer, training"
    ):
        open_session(mlp={"epochs": 3})


def test_a_value_in_place_of_a_group_is_answered_with_its_parameters(open_session):
    with pytest.raises(UserError, match="'study' is a group of parameters, got 3; there are name, n_seeds"):
        open_session(study=3)


def test_the_fields_of_a_group_are_left_to_its_type(open_session):
    context = open_session(mlp={"optimizer": {"momentum": 0.9}})  # of SGD; conf/ does not state it
    assert context.config_loader["parameters"]["mlp"]["optimizer"]["momentum"] == 0.9


@pytest.mark.parametrize(
    ("given", "file", "option", "message"),
    [
        (
            {"seed": -1},
            "base/parameters.yml",
            "seed=VALUE",
            "'seed' should be greater than or equal to 0, got -1",
        ),
        (
            {"seed": "many"},
            "base/parameters.yml",
            "seed=VALUE",
            "'seed' should be a whole number, got 'many'",
        ),
        (
            {"tracking": {"enabled": "no"}},
            "sample/parameters_untracked.yml",  # of the fixture, and before the base's
            "tracking.enabled=VALUE",
            "'tracking.enabled' should be true or false, got 'no'",
        ),
    ],
)
def test_what_belongs_to_no_group_is_checked_too(given, file, option, message, open_session):
    with pytest.raises(UserError) as raised:
        open_session(**given)
    assert str(raised.value).startswith(message)
    assert str(raised.value).endswith(f'Change it in conf/{file} or with --params "{option}".')
