"""Which trials of a sweep go on: successive halving, decided at fixed points."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

LOST = -math.inf
"""The score of a trial that diverged."""


class Job(NamedTuple):
    """A part of the training of one trial.

    Attributes:
        number: Of the trial, from 1.
        rung: Up to which it is trained, from 1.
    """

    number: int
    rung: int


def find_promoted(scores: Sequence[Mapping[int, float]], reduction: int) -> list[Job]:
    """The trials that have earned to go on, and have not yet.

    Of those that have reached a rung, one in ``reduction`` goes on to the next one: the best of them by what
    is known at the time. Those of a higher rung come first, and of one rung the best.

    Args:
        scores: For each rung the score of every trial that has reached it, by its number; higher is better.
        reduction: 2 or more.

    Reference:
        Li et al., "A System for Massively Parallel Hyperparameter Tuning", 2020: ASHA. Here trials are told
        in their order, a fixed number at a time, so that it does not matter how many run at once.
    """
    promoted = []
    for rung in range(len(scores) - 1, 0, -1):
        reached, gone_on = scores[rung - 1], scores[rung]
        best = rank(reached)[: len(reached) // reduction]
        promoted += [Job(number, rung + 1) for number in best if number not in gone_on]
    return promoted


def find_last_chance(scores: Sequence[Mapping[int, float]]) -> list[Job]:
    """What goes on where none has reached the end: the best of the highest rung with any."""
    if rank(scores[-1]):
        return []
    for rung in range(len(scores) - 1, 0, -1):
        waiting = [number for number in rank(scores[rung - 1]) if number not in scores[rung]]
        if waiting:
            return [Job(waiting[0], rung + 1)]
    return []


def rank(scores: Mapping[int, float]) -> list[int]:
    """The numbers of the trials that did not diverge, the best first, of equal ones the earlier."""
    there = [number for number, score in scores.items() if score != LOST]
    return sorted(there, key=lambda number: (-scores[number], number))
