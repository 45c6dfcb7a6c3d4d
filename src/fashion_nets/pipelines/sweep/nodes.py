"""Nodes of the pipeline ``sweep``."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.pipelines.sweep.definition import Sweep, SweepParams, check_ends, read_sweep
from fashion_nets.pipelines.sweep.search import Part, Search, run_search, trial_of
from fashion_nets.pipelines.sweep.space import describe_values
from fashion_nets.pipelines.wiring import checked_by
from fashion_nets.training.checkpoints import Checkpoints
from fashion_nets.trials.collecting import collect_trials
from fashion_nets.trials.images import TrialSets
from fashion_nets.trials.parameters import TrialsParams
from fashion_nets.trials.planning import Plan, plan_seeds
from fashion_nets.trials.result import TrialResult
from fashion_nets.trials.runners import open_runner
from fashion_nets.trials.running import Records


def check_sweep(
    sweep: SweepParams,
    sweeps: dict[str, Any],
    architecture_settings: dict[str, Any],
    seed: int,
    **networks: dict[str, Any],
) -> None:
    """Refuse a sweep that is not there, or wrong in itself."""
    read_sweep(sweep, sweeps, architecture_settings, seed, None, **networks)


@checked_by(check_sweep)
def plan_sweep(
    sweep: SweepParams,
    sweeps: dict[str, Any],
    architecture_settings: dict[str, Any],
    seed: int,
    train_set: LabelledImages,
    class_names: list[str],
    **networks: dict[str, Any],
) -> Sweep:
    """Read the sweep, and make sure of every value that it may choose before any trial begins."""
    n_images = len(train_set.labels)
    plan = read_sweep(sweep, sweeps, architecture_settings, seed, n_images, **networks)
    check_ends(plan, train_set, class_names)
    return plan


def search_space(
    plan: Sweep,
    finished_trials: Records,
    checkpoints: Checkpoints,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    class_names: list[str],
    running: TrialsParams,
) -> Iterator[dict[str, dict[str, Any]]]:
    """Choose, train and tell, step by step; yield the record of each trial as it is done."""
    sets = TrialSets(train_set, validation_set, class_names)
    with open_runner(running) as run:
        yield from run_search(plan, finished_trials, sets, run, checkpoints, running.threads)


def collect_sweep(plan: Sweep, trials: Records) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """Go through the steps of the sweep once more, with what is stored.

    Returns:
        A row for each part of a trial, in the order in which they were told: ``trial`` (its number, from 1),
        ``rung``, ``epochs``, what the network measures, ``outcome`` (``promoted``, ``ended early``,
        ``finished`` or ``diverged``), what it costs, and a column for each dimension of the space; the same
        to be stored. And the winner: ``trial``, ``values`` as the sampler chose them, ``value`` of the
        objective.

    Raises:
        UserError: If every trial diverged.
    """
    search, rows = Search(plan), []
    while parts := search.next_step():
        for part in parts:
            result = TrialResult.from_record(trials[trial_of(plan, part).key]())
            search.tell(part, result)
            rows.append(_make_row(plan, part, result))
    best = search.find_best()
    if best is None:
        raise UserError(
            f"Sweep {plan.name}: every trial diverged, so that there is no best one. Usual cause: learning "
            "rates too high; lower its range in conf/base/parameters_sweep.yml."
        )
    parts_of_all = pd.DataFrame(rows)
    further = parts_of_all.groupby("trial")["rung"].transform("max") > parts_of_all["rung"]
    parts_of_all.loc[further, "outcome"] = "promoted"
    ended = parts_of_all.set_index(["trial", "rung"]).loc[tuple(best)]
    value = float(ended[plan.definition.objective])
    winner = {"trial": best.number, "values": search.values_of(best), "value": value}
    return parts_of_all, parts_of_all, winner


def plan_finals(
    plan: Sweep, winner: dict[str, Any], train_set: LabelledImages, class_names: list[str]
) -> Plan:
    """Plan to train the winner anew with seeds that chose nothing, and to measure it on the test set."""
    trial = plan.trial(winner["values"], {"number": "winner"})
    trial = trial._replace(seed=plan.seed + 1, scored_on=("train", "val", "test"))
    trials = plan_seeds(trial, plan.n_seeds, train_set, class_names)
    return Plan(f"{plan.title}, winner", trials, plan.reuse, tags={"sweep": plan.name})


def collect_finals(finals_plan: Plan, finals: Records) -> pd.DataFrame:
    """A row for each training of the winner, with its seed."""
    return collect_trials(finals_plan, finals).trials.drop(columns="number")


def _make_row(plan: Sweep, part: Part, result: TrialResult) -> dict[str, Any]:
    numbers = result.numbers
    ending = "finished" if part.job.rung == len(plan.rungs) else "ended early"
    return {
        "trial": part.job.number,
        "rung": part.job.rung,
        "epochs": int(numbers["epochs"]),
        "val_accuracy": numbers.get("val_accuracy"),
        "val_loss": numbers.get("val_loss"),
        "train_accuracy": numbers.get("train_accuracy"),
        "outcome": "diverged" if result.diverged else ending,
        "parameters": int(numbers["parameters"]),
        "seconds": numbers["seconds"],
        **describe_values(plan.definition.space, part.values),
    }
