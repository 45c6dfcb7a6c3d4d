"""The steps of a sweep: what is trained next follows from what was told."""

import logging
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any, NamedTuple

from fashion_nets.errors import naming
from fashion_nets.formatting import count_epochs
from fashion_nets.pipelines.sweep.definition import CONF, Sweep
from fashion_nets.pipelines.sweep.halving import LOST, Job, find_last_chance, find_promoted, rank
from fashion_nets.pipelines.sweep.sampling import Told, propose
from fashion_nets.pipelines.sweep.space import Value, describe_values
from fashion_nets.training.checkpoints import Checkpoints
from fashion_nets.trials.images import TrialSets
from fashion_nets.trials.planning import Plan, check_variant
from fashion_nets.trials.result import TrialResult
from fashion_nets.trials.runner import Runner
from fashion_nets.trials.running import Records, run_trials
from fashion_nets.trials.trial import Trial

logger = logging.getLogger(__name__)


class Part(NamedTuple):
    """What is trained of one trial in one step.

    Attributes:
        job: Which trial, up to which rung.
        values: What was chosen for it.
        labels: What its record is called by.
    """

    job: Job
    values: Mapping[str, Value]
    labels: dict[str, str]

    @property
    def training(self) -> str:
        """The name of the whole training that it is a part of."""
        return self.labels["number"]


class Search:
    """Chooses what a sweep trains, step by step: a function of what it was told, in the order of its steps.

    Args:
        sweep: What is searched.
    """

    def __init__(self, sweep: Sweep) -> None:
        self._sweep = sweep
        self._values: list[dict[str, Value]] = []
        self._scores: list[dict[int, float]] = [{} for _ in sweep.rungs]

    def next_step(self) -> list[Part]:
        """What is trained next, no more than ``pending`` parts: what goes on first, then what begins.

        Returns:
            Nothing where the sweep has ended.
        """
        sweep = self._sweep
        jobs = find_promoted(self._scores, sweep.definition.reduction)[: sweep.pending]
        n_new = min(sweep.pending - len(jobs), sweep.n_trials - len(self._values))
        if n_new > 0:
            new = propose(sweep.definition.space, sweep.definition.sampler, self._told(), n_new, sweep.seed)
            jobs += [Job(len(self._values) + place, 1) for place in range(1, n_new + 1)]
            self._values += new
        return [self._part(job) for job in jobs or find_last_chance(self._scores)]

    def tell(self, part: Part, result: TrialResult) -> None:
        """Take the result of a part of the last step; all of them, in their order."""
        score = LOST if result.diverged else self._sweep.score(result.numbers)
        self._scores[part.job.rung - 1][part.job.number] = score

    def find_best(self) -> Job | None:
        """The best of the highest rung that any has reached; None if all diverged, there or later."""
        lost = {number for scores in self._scores for number, score in scores.items() if score == LOST}
        for rung in range(len(self._scores), 0, -1):
            if ranked := [number for number in rank(self._scores[rung - 1]) if number not in lost]:
                return Job(ranked[0], rung)
        return None

    def tell_progress(self) -> str:
        """How many trials have begun, how many got to the end, and which is the best so far."""
        sweep, best = self._sweep, self.find_best()
        n_ended = len(self._scores[-1])
        told = f"{sweep.title}: {len(self._values)} of {sweep.n_trials} trials begun, {n_ended} at the end"
        if best is None:
            return f"{told}; every one diverged so far"
        score = abs(self._scores[best.rung - 1][best.number])
        reached = f"{sweep.definition.objective} {score:.4f} after {count_epochs(sweep.rungs[best.rung - 1])}"
        return f"{told}; best so far {self._part(best).training}, {reached}"

    def values_of(self, job: Job) -> dict[str, Value]:
        """What was chosen for a trial."""
        return self._values[job.number - 1]

    def _part(self, job: Job) -> Part:
        labels = {"number": f"trial_{job.number:03d}", "rung": f"rung_{job.rung}"}
        return Part(job, self.values_of(job), labels)

    def _told(self) -> list[Told]:
        told = []
        for number, values in enumerate(self._values, start=1):
            reached = zip(self._sweep.rungs, self._scores, strict=True)
            scores = {epochs: scores[number] for epochs, scores in reached if number in scores}
            told.append(Told(values, scores, number in self._scores[-1]))
        return told


def trial_of(sweep: Sweep, part: Part) -> Trial:
    """The trial of a part, not made sure of."""
    epochs = sweep.rungs[part.job.rung - 1]
    return sweep.trial(part.values, part.labels)._replace(
        pause_after=epochs if epochs < sweep.epochs else None, training=part.training
    )


def check_part(sweep: Sweep, part: Part, sets: TrialSets) -> Trial:
    """The trial of a part, made sure of.

    Raises:
        UserError: If what was chosen for it does not go together; names the trial and the values.
    """
    values = describe_values(sweep.definition.space, part.values)
    chosen = ", ".join(f"{path} = {value}" for path, value in values.items())
    with naming(f"Sweep {sweep.name}, {part.training} ({chosen})", CONF):
        return check_variant(trial_of(sweep, part), 1, sets.train, sets.class_names)[0]


def run_search(
    sweep: Sweep, finished: Records, sets: TrialSets, run: Runner, checkpoints: Checkpoints, threads: int
) -> Iterator[dict[str, dict[str, Any]]]:
    """Choose, train and tell, step by step.

    Args:
        sweep: What is searched.
        finished: Stored parts of trials, each taken as it is unless it was made from something else, or all
            are to be trained anew.
        sets: What images are chosen from.
        run: How the parts of a step are run.
        checkpoints: Where trials that pause leave their states.
        threads: How many each trial computes with.

    Yields:
        The record of each part by its key, as it is done; nothing for what is stored already.
    """
    search = Search(sweep)
    if not sweep.reuse:
        checkpoints.remove()
        finished = {}
    for step in count(1):
        if not (parts := search.next_step()):
            return
        trials = [check_part(sweep, part, sets) for part in parts]
        plan = Plan(f"{sweep.title}, step {step}", trials, reuse=True, tags={"sweep": sweep.name})
        made: dict[str, dict[str, Any]] = {}
        for record in run_trials(plan, finished, sets, {}, run, checkpoints, threads):
            made |= record
            yield record
        for part, trial in zip(parts, trials, strict=True):
            search.tell(part, TrialResult.from_record(made.get(trial.key) or finished[trial.key]()))
        logger.info(search.tell_progress())
