"""Optuna's samplers, asked and told; imported only where a sweep runs."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from fashion_nets.pipelines.sweep.halving import LOST
from fashion_nets.pipelines.sweep.space import Space, Value

if TYPE_CHECKING:
    from optuna import Study

Sampler = Literal["tpe", "random"]
"""``tpe`` proposes at random until ten trials have results, then what was good; ``random`` always at random.

Reference: Bergstra et al., "Algorithms for Hyper-Parameter Optimization", 2011.
"""


class Told(NamedTuple):
    """What a sampler is told of a trial.

    Attributes:
        values: What was proposed.
        scores: Higher is better, by the epochs after which they were measured.
        is_whole: Whether the last one is of the whole training.
    """

    values: Mapping[str, Value]
    scores: Mapping[int, float]
    is_whole: bool


def propose(
    space: Space, sampler: Sampler, told: Sequence[Told], n_trials: int, seed: int
) -> list[dict[str, Value]]:
    """Ask for the values of further trials: a function of what was told, and of the seed.

    Args:
        space: What may be chosen.
        sampler: Who chooses.
        told: All trials so far, in their order.
        n_trials: How many to ask for at once.
        seed: Of the sweep; each number of told trials has a seed of its own.
    """
    import numpy as np
    from optuna import samplers

    own_seed = int(np.random.SeedSequence([seed, len(told)]).generate_state(1)[0])
    made = {"tpe": samplers.TPESampler, "random": samplers.RandomSampler}[sampler](seed=own_seed)
    study = make_study(space, told)
    study.sampler = made
    distributions = {path: dimension.distribution() for path, dimension in space.items()}
    return [dict(study.ask(distributions).params) for _ in range(n_trials)]


def make_study(space: Space, told: Sequence[Told]) -> "Study":
    """A study of Optuna in memory with all trials so far, which maximizes.

    Of what did not get to the end Optuna knows how far it got and what it reached there.
    """
    import optuna
    from optuna.trial import TrialState

    optuna.logging.set_verbosity(optuna.logging.WARNING)  # not a line of each trial: the sweep tells of them
    study = optuna.create_study(direction="maximize")
    distributions = {path: dimension.distribution() for path, dimension in space.items()}
    for each in told:
        scores = {epochs: score for epochs, score in each.scores.items() if score != LOST}
        if each.is_whole and len(scores) == len(each.scores):
            state = TrialState.COMPLETE
        elif scores:
            state = TrialState.PRUNED
        else:
            state = TrialState.FAIL
        study.add_trial(
            optuna.trial.create_trial(
                state=state,
                value=list(scores.values())[-1] if state == TrialState.COMPLETE else None,
                params=dict(each.values),
                distributions=distributions,
                intermediate_values=scores,
            )
        )
    return study


def importances(space: Space, told: Sequence[Told], seed: int) -> dict[str, float]:
    """The share of the differences between trials that each dimension explains, by Optuna's fANOVA.

    Reference:
        Hutter et al., "An Efficient Approach for Assessing Hyperparameter Importance", 2014.
    """
    from optuna.importance import FanovaImportanceEvaluator, get_param_importances

    shares = get_param_importances(make_study(space, told), evaluator=FanovaImportanceEvaluator(seed=seed))
    return {path: float(share) for path, share in shares.items()}
