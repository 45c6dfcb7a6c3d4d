import pytest
from optuna.trial import TrialState

from fashion_nets.pipelines.sweep.halving import LOST
from fashion_nets.pipelines.sweep.sampling import Told, importances, make_study, propose
from fashion_nets.pipelines.sweep.space import DimensionParams

SPACE = {
    "rate": DimensionParams(low=1e-3, high=1.0, log=True),
    "units": DimensionParams(low=4, high=16, integer=True, step=4),
    "name": DimensionParams(choice=["a", "b"]),
}


def told(rate, score=None, **fields):
    """A trial that has ended with a score."""
    values = {"rate": rate, "units": 8, "name": "a"}
    scores = {4: rate if score is None else score}
    return Told(values, **{"scores": scores, "is_whole": True, **fields})


MANY = [told(0.001 * 1.3**number) for number in range(20)]


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_the_same_is_proposed_for_the_same_that_was_told(sampler):
    first = propose(SPACE, sampler, MANY, 3, seed=1)
    assert propose(SPACE, sampler, MANY, 3, seed=1) == first
    assert propose(SPACE, sampler, MANY, 3, seed=2) != first
    assert propose(SPACE, sampler, MANY[:19], 3, seed=1) != first
    for values in first:
        assert 1e-3 <= values["rate"] <= 1
        assert values["units"] in (4, 8, 12, 16)
        assert values["name"] in ("a", "b")


def test_tpe_goes_where_it_was_good():
    rates = [values["rate"] for values in propose(SPACE, "tpe", MANY, 8, seed=1)]
    assert sorted(rates)[2] > 0.03  # random ones lie below it in half of all cases


def test_optuna_knows_how_far_a_trial_got():
    study = make_study(
        SPACE,
        [
            told(0.1, 0.5),
            told(0.1, is_whole=False),
            told(0.1, LOST),
            Told({"rate": 0.1, "units": 4, "name": "b"}, {4: 0.3, 10: LOST}, is_whole=True),
            Told({"rate": 0.1, "units": 4, "name": "b"}, {}, is_whole=False),
        ],
    )
    states = [TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL, TrialState.PRUNED, TrialState.FAIL]
    assert [trial.state for trial in study.trials] == states
    assert study.best_value == 0.5
    assert study.trials[3].intermediate_values == {4: 0.3}


def test_what_matters_is_found_to_matter():
    shares = importances(
        SPACE,
        [
            each._replace(values={**each.values, "units": 4 + 4 * (place % 4)})
            for place, each in enumerate(MANY)
        ],
        seed=1,
    )
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["rate"] > 0.6
