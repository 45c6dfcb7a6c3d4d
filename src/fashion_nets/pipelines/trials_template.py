"""The part that comparisons of many trainings have in common: plan, train, collect."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from kedro.pipeline import Node, Pipeline

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.networks.types import KerasModel
from fashion_nets.pipelines.wiring import step, tried_beforehand
from fashion_nets.training.checkpoints import Checkpoints
from fashion_nets.trials.bases import prepare_base, take_base
from fashion_nets.trials.collecting import collect_trials
from fashion_nets.trials.images import TrialSets
from fashion_nets.trials.parameters import TrialsParams
from fashion_nets.trials.planning import Plan
from fashion_nets.trials.runners import open_runner
from fashion_nets.trials.running import Records, run_trials

SETS = ("train_set", "validation_set", "class_names")


def create_trials_pipeline(
    experiment: str,
    plan: Callable[..., Any],
    inputs: Mapping[str, str],
    further: Sequence[Node],
    planned: Sequence[str] = (),
    bases: Sequence[str] = (),
    taken_bases: Mapping[str, str] | None = None,
    with_test_set: bool = True,
) -> Pipeline:
    """Plan trials, train what is not finished of them, collect what they gave, and go on from there.

    Args:
        experiment: Namespace of its datasets.
        plan: Node function of ``seed``, ``train_set``, ``class_names`` and ``inputs``; returns a
            :class:`fashion_nets.trials.planning.Plan`, and ``planned`` after it. It is tried before the run.
        inputs: Further datasets and parameters that ``plan`` takes, by argument.
        further: What makes tables and figures of ``tables``, a
            :class:`fashion_nets.trials.collecting.TrialTables`, and of ``planned``.
        planned: Datasets that ``plan`` makes beside the plan.
        bases: Names of the networks that the trials reuse, which are trained first.
        taken_bases: Those of them that are networks of the project instead, by their names there.
        with_test_set: Whether final networks are measured on the test set too.

    Returns:
        A pipeline in the namespace. Parameters, sets and stored networks are those of the project, and the
        bases are stored as networks.
    """
    sets = (*SETS, "test_set") if with_test_set else SETS
    taken = taken_bases or {}
    nodes = [
        step(
            tried_beforehand(plan),
            {"seed": "params:seed", "train_set": "train_set", "class_names": "class_names", **inputs},
            ["plan", *planned] if planned else "plan",
        ),
        *(BaseNodes(base, taken.get(base)).make_node() for base in bases),
        step(
            train_trials,
            {
                **{name: name for name in ("plan", "finished_trials", "checkpoints", *sets)},
                **{base: f"{base}.model" for base in bases},
                "running": "params:trials",
            },
            "trials",
        ),
        step(collect_trials, ["plan", "trials"], "tables"),
        *further,
    ]
    needed = {name for each in nodes for name in each.inputs}
    return Pipeline(
        nodes,
        namespace=experiment,
        inputs=needed & _datasets_of_the_project(bases, taken.values()),
        outputs={f"{base}.{what}" for base in bases for what in ("model", "origin")},
        parameters={name for name in needed if name.startswith("params:")},
    )


def _datasets_of_the_project(bases: Sequence[str], taken: Iterable[str]) -> set[str]:
    """What no experiment has to itself: sets, stored networks, and the bases, stored as networks."""
    of_bases = ("stored_model", "stored_origin", "checkpoints")
    return {
        *SETS,
        "test_set",
        *(f"{network}.model" for network in taken),
        *(f"{base}.{what}" for base in bases for what in of_bases),
    }


def train_trials(
    plan: Plan,
    finished_trials: Records,
    checkpoints: Checkpoints,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    class_names: list[str],
    running: TrialsParams,
    test_set: LabelledImages | None = None,
    **bases: KerasModel,
) -> Iterator[dict[str, dict[str, Any]]]:
    """Train what is not finished yet, and yield the record of each trial as it is done."""
    sets = TrialSets(train_set, validation_set, class_names, test_set)
    with open_runner(running) as run:
        yield from run_trials(plan, finished_trials, sets, bases, run, checkpoints, running.threads)


class BaseNodes(NamedTuple):
    """The node of one base, which knows its name: Kedro tells a function nothing of its namespace.

    Attributes:
        base: Its name in the plan, and of the network that it is stored as.
        network: The network of the project that it is; None if it is trained.
    """

    base: str
    network: str | None = None

    def prepare(
        self,
        plan: Plan,
        stored_model: Callable[[], KerasModel] | None,
        stored_origin: Records,
        train_set: LabelledImages,
        validation_set: LabelledImages,
        class_names: list[str],
        checkpoints: Checkpoints,
    ) -> tuple[KerasModel, dict[str, dict[str, Any]]]:
        """Train the base, or take the stored one if it was made from the same."""
        sets = TrialSets(train_set, validation_set, class_names)
        return prepare_base(self.base, plan, stored_model, stored_origin, sets, checkpoints)

    def take(self, model: KerasModel) -> tuple[KerasModel, dict[str, dict[str, Any]]]:
        """Take the network of the project as the base."""
        return take_base(model, str(self.network))

    def make_node(self) -> Node:
        """The node, called ``prepare_<base>`` or ``take_<base>`` as a pipeline may have several."""
        outputs = [f"{self.base}.model", f"{self.base}.origin"]
        if self.network is not None:
            return step(self.take, f"{self.network}.model", outputs, name=f"take_{self.base}")
        own = [f"{self.base}.{what}" for what in ("stored_model", "stored_origin", "checkpoints")]
        return step(self.prepare, ["plan", *own[:2], *SETS, own[2]], outputs, name=f"prepare_{self.base}")
