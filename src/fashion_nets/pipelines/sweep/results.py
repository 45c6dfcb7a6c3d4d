"""What a sweep has found: in words, in numbers, and as parameters of a run."""

from typing import Any

import pandas as pd
import yaml

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.evaluation.differences import measure_accuracies
from fashion_nets.formatting import count_epochs
from fashion_nets.networks.names import display_name
from fashion_nets.pipelines.sweep.definition import Sweep
from fashion_nets.pipelines.sweep.sampling import Told, importances
from fashion_nets.pipelines.sweep.space import describe_values
from fashion_nets.plotting.sweep import Axis, SweepCaption, first_parts
from fashion_nets.provenance.changes import without_keeping

FEWEST_TRIALS = 2
"""For each dimension of the space: with fewer trials nothing is said of what mattered."""


def judge_winner(
    plan: Sweep, parts: pd.DataFrame, winner: dict[str, Any], finals: pd.DataFrame, test_set: LabelledImages
) -> tuple[dict[str, Any], dict[str, float], SweepCaption]:
    """Say what the winner reaches with seeds, and on images, that chose nothing.

    Returns:
        The verdict as JSON holds it: a sentence and what it rests on; its numbers as metrics; and what is
        written on figures.

    Raises:
        UserError: If every training of the winner diverged.
    """
    trained = finals[~finals["diverged"]]
    if trained.empty:
        raise UserError(
            f"Sweep {plan.name}: the winner, trial {winner['trial']}, diverged with each of its "
            f"{len(finals)} seeds. Lower the learning rates in conf/base/parameters_sweep.yml."
        )
    n_images = len(test_set.labels)
    reached = measure_accuracies(trained["test_accuracy"].to_list(), n_images)
    seeds = f"{len(trained)} seeds" if len(trained) > 1 else "one seed"
    lost = len(finals) - len(trained)
    network, n_trials = display_name(plan.definition.network), parts["trial"].nunique()
    result = f"test accuracy {reached.value:.4f} ± {reached.half:.4f} (95 %, {seeds}, {n_images:,} images)"
    result += f"; {lost} of {len(finals)} seeds diverged" if lost else ""
    verdict = {
        "sentence": f"{network}, the best of {n_trials} trials (trial {winner['trial']}): {result}",
        "trial": winner["trial"],
        "chosen": describe_values(plan.definition.space, winner["values"]),
        f"{plan.definition.objective}_of_the_trial": winner["value"],
    }
    metrics = {
        "test_accuracy": reached.value,
        "test_accuracy_95": reached.half,
        "val_accuracy": float(trained["val_accuracy"].mean()),
        "train_accuracy": float(trained["train_accuracy"].mean()),
        "parameters": float(trained["parameters"].iloc[0]),
        "trials": float(n_trials),
        "epochs_trained": float(_count_epochs(parts)),
    }
    facts = (
        f"{network}, {plan.n_images:,} training images, {count_epochs(plan.epochs)}; {n_trials} trials, seed "
        f"{plan.seed}; the test images and the seeds of the winner's trainings chose nothing"
    )
    definition = plan.definition
    caption = SweepCaption(
        plan.name, network, result, facts, definition.objective, definition.is_rising, winner["trial"]
    )
    return {**verdict, **metrics}, metrics, caption


def list_axes(plan: Sweep) -> list[Axis]:
    """The dimensions of the space, to be drawn."""
    return [
        Axis(path, list(dimension.choices))
        if dimension.choice is not None
        else Axis(path, (), float(dimension.ends()[0]), float(dimension.ends()[-1]), dimension.log)
        for path, dimension in plan.definition.space.items()
    ]


def write_best(plan: Sweep, winner: dict[str, Any], verdict: dict[str, Any]) -> str:
    """The parameters of the winner, as ``kedro run --config`` takes them."""
    network = plan.definition.network
    parameters = without_keeping(plan.recipe(winner["values"]).parameters())
    content = {"run": {"pipelines": network, "params": {network: parameters}}}
    head = (
        f"# Sweep {plan.name}. {verdict['sentence']}.\n"
        "# From the root of the project: kedro run --config=PATH_OF_THIS_FILE\n"
    )
    return head + yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def measure_importance(plan: Sweep, parts: pd.DataFrame) -> pd.DataFrame:
    """How much of what the trials differ by each dimension of the space explains.

    It is measured after the first rung, which all trials reach, so that they compare.

    Returns:
        A row for each dimension, the most important first: ``parameter`` and ``importance``, the shares of
        all that is explained. No rows where there are too few trials to tell, or all are alike.
    """
    space = plan.definition.space
    told = [
        Told({path: row[path] for path in space}, {1: plan.score(row)}, is_whole=True)
        for row in first_parts(parts).to_dict("records")
    ]
    enough = len(told) >= FEWEST_TRIALS * len(space) and len({each.scores[1] for each in told}) > 1
    shares = importances(space, told, plan.seed) if enough else {}
    rows = sorted(shares.items(), key=lambda item: -item[1])
    return pd.DataFrame(rows, columns=["parameter", "importance"])


def _count_epochs(parts: pd.DataFrame) -> int:
    """All epochs that were trained: of a trial, those of its last part."""
    return int(parts.groupby("trial")["epochs"].max().sum())
