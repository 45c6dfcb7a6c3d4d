"""Sets and a space in; the best parameters, what they reach, and figures out."""

from kedro.pipeline import Pipeline

from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.pipelines.sweep.nodes import (
    collect_finals,
    collect_sweep,
    plan_finals,
    plan_sweep,
    search_space,
)
from fashion_nets.pipelines.sweep.results import (
    judge_winner,
    list_axes,
    measure_importance,
    write_best,
)
from fashion_nets.pipelines.trials_template import SETS, train_trials
from fashion_nets.pipelines.wiring import step, tried_beforehand
from fashion_nets.plotting.sweep import plot_history, plot_importance, plot_parallel_coordinates

RUNNING = "params:trials"
TAKEN = {*SETS, "test_set"}


def create_pipeline() -> Pipeline:
    """Search the space of the sweep that ``sweep.name`` names; train its winner anew, and test it once."""
    parameters = ("sweep", "sweeps", "architecture_settings", "seed", *CLASSIFIERS)
    nodes = [
        step(
            tried_beforehand(plan_sweep),
            {"train_set": "train_set", "class_names": "class_names"}
            | {name: f"params:{name}" for name in parameters},
            "plan",
        ),
        step(search_space, ["plan", "finished_trials", "checkpoints", *SETS, RUNNING], "trials"),
        step(collect_sweep, ["plan", "trials"], ["parts", "trials_table", "winner"]),
        step(plan_finals, ["plan", "winner", "train_set", "class_names"], "finals_plan"),
        step(
            train_trials,
            ["finals_plan", "finished_finals", "checkpoints", *SETS, RUNNING, "test_set"],
            "final_trials",
        ),
        step(collect_finals, ["finals_plan", "final_trials"], "finals"),
        step(
            judge_winner,
            ["plan", "parts", "winner", "finals", "test_set"],
            ["verdict", "metrics", "caption"],
        ),
        step(write_best, ["plan", "winner", "verdict"], "best"),
        step(measure_importance, ["plan", "parts"], "importance"),
        step(list_axes, "plan", "axes"),
        step(plot_history, ["parts", "caption"], "history_plot"),
        step(plot_importance, ["importance", "parts", "caption"], "importance_plot"),
        step(plot_parallel_coordinates, ["parts", "axes", "caption"], "parallel_coordinates_plot"),
    ]
    needed = {name for each in nodes for name in each.inputs}
    return Pipeline(
        nodes,
        namespace="sweep",
        inputs=needed & TAKEN,
        parameters={name for name in needed if name.startswith("params:")},
    )
