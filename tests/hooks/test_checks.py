import pytest
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from fashion_nets.errors import UserError
from fashion_nets.hooks import checks


@pytest.fixture
def open_session(shared_project):
    """Load the context of a session, which is when the hook checks it."""
    bootstrap_project(shared_project)

    def load_context(env="sample", **given):
        with KedroSession.create(shared_project, env=env, runtime_params=given) as session:
            return session.load_context()

    return load_context


def test_an_unknown_environment_is_answered_with_the_known_ones(open_session):
    with pytest.raises(UserError, match="no environment 'smaple' in conf/; there are base, local, sample"):
        open_session(env="smaple")


def test_a_name_that_nothing_knows_is_refused(open_session):
    with pytest.raises(UserError, match=r"'mpl' is not a parameter in conf/; did you mean 'mlp'\?"):
        open_session(mpl={"training": {"epochs": 3}})


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
            {"threads": 100_000},
            "base/parameters.yml",
            "threads=VALUE",
            "'threads' should be less than or equal to 1024, got 100000",
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


@pytest.mark.parametrize(
    ("names", "given", "expected"),
    [
        (["study"], {}, [1]),
        (["sweep"], {"trials": {"threads": 3}}, [3]),
        (["study", "evaluate"], {}, []),  # networks that are not those of trials compute as always
        (["study"], {"threads": 2}, []),
    ],
)
def test_a_run_of_trials_alone_computes_with_their_threads(names, given, expected, open_session, monkeypatch):
    limits = []
    monkeypatch.setattr(checks, "limit_threads", limits.append)
    catalog = open_session(**given).catalog
    assert limits == [given.get("threads")]
    checks.give_threads(sum(pipelines[name] for name in names), catalog)
    assert limits[1:] == expected


def test_ray_is_asked_for_before_networks_are_trained_that_its_trials_reuse(open_session, monkeypatch):
    monkeypatch.setattr("fashion_nets.trials.ray_connection.find_spec", lambda name: None)
    catalog = open_session(trials={"ray": "auto"}).catalog
    with pytest.raises(UserError, match="needs Ray, which is not installed"):
        checks.check_ray(pipelines["pretraining"], catalog)
    checks.check_ray(pipelines["study"], catalog)  # whose trials may be finished, and need nothing then
    checks.check_ray(pipelines["pretraining"], open_session().catalog)
