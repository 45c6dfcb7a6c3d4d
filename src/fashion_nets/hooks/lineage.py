"""What makes each stored output, read from the pipelines, the catalog and the parameters."""

import inspect
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from fashion_nets.errors import UserError
from fashion_nets.hooks.metadata import (
    file_pattern,
    is_ingredient,
    is_optional,
    parameters_that_do_not_count,
    parameters_that_matter,
    stored_path,
)
from fashion_nets.parameters import find_value
from fashion_nets.pipeline_registry import makers
from fashion_nets.pipelines.joints import is_collected
from fashion_nets.pipelines.wiring import inputs_done_without
from fashion_nets.provenance.changes import without_keeping
from fashion_nets.provenance.content import Stored
from fashion_nets.provenance.records import as_recorded
from fashion_nets.provenance.states import Output

PARAMETERS = "params:"
CHOSEN = {"study": "studies", "sweep": "sweeps"}
"""The group that names what runs, and that of all that there are."""
CHECKPOINTS = "checkpoints"  # what trains leaves its state there, an experiment in one of its namespace


class Lineage:
    """Where outputs lie and what makes them; datasets that are only in memory are passed over.

    Args:
        pipelines: All that are registered, by name.
        catalog: Knows where datasets are stored. None is loaded.
        parameters: As conf/ and the command line state them.
        root: What paths of the catalog may be relative to.
    """

    def __init__(
        self,
        pipelines: Mapping[str, Pipeline],
        catalog: DataCatalog,
        parameters: Mapping[str, Any],
        root: Path,
    ) -> None:
        self._catalog = catalog
        self._parameters = parameters
        self._root = root
        self._stored: dict[str, Stored | None] = {}
        self._outputs: dict[str, Output | None] = {}
        self._makers = makers(pipelines)

    def outputs(self) -> dict[str, Output]:
        """All that nodes store, by name."""
        found = ((name, self.output(name)) for name in self._makers)
        return {name: output for name, output in found if output is not None}

    def output(self, name: str) -> Output | None:
        """What makes an output; None if it is not stored, or made by no registered pipeline.

        Raises:
            UserError: If the catalog says that it depends on a parameter that there is not.
        """
        if name not in self._outputs:
            self._outputs[name] = self._find_output(name)
        return self._outputs[name]

    def _find_output(self, name: str) -> Output | None:
        stored = self.stored(name)
        if stored is None or name not in self._makers:
            return None
        pipeline, node = self._makers[name]
        parameters, inputs = self._trace(node)
        matter = parameters_that_matter(self._catalog, name)
        for path in matter or ():
            self._check(path, name)
        values = self._values(parameters if matter is None else matter)
        without = parameters_that_do_not_count(self._catalog, name, self._parameters)
        values = {path: value for path, value in values.items() if path not in without}
        is_trained = any(map(is_checkpoints, node.inputs))
        own_threads = "trials" in parameters  # which are then among the values
        threads = self._parameters["threads"] if is_trained and not own_threads else None
        return Output(stored, node.name, pipeline, values, tuple(inputs), threads, without)

    def stored(self, name: str) -> Stored | None:
        """Where a dataset lies; None if it is only in memory."""
        if name not in self._stored:
            path = None if name.startswith(PARAMETERS) else stored_path(self._catalog, name)
            self._stored[name] = (
                None if path is None else Stored(name, self._root / path, file_pattern(self._catalog, name))
            )
        return self._stored[name]

    def stored_piecewise(self) -> set[str]:
        """The outputs of nodes that give them piece by piece, and that go on from what is there."""
        return {name for name, (_, node) in self._makers.items() if inspect.isgeneratorfunction(node.func)}

    def stored_inputs(self, pipeline: Pipeline) -> list[Stored]:
        """What a pipeline needs of what is stored and does not make itself."""
        whole = self._with_all_that_counts(pipeline)
        needed = sorted(whole.inputs() - inputs_done_without(whole))
        found = (self.stored(name) for name in needed if is_ingredient(self._catalog, name))
        return [stored for stored in found if stored is not None]

    def set_beside(self, pipeline: Pipeline) -> set[str]:
        """The inputs of a pipeline that only tables of all networks take, which do without them."""
        whole = self._with_all_that_counts(pipeline)
        return {
            name
            for name in whole.inputs()
            if is_optional(self._catalog, name)
            and not any(_is_of_network(node, name) for node in whole.nodes if name in node.inputs)
        }

    def _with_all_that_counts(self, pipeline: Pipeline) -> Pipeline:
        """The same, but what sets results side by side takes all of them, not only those of this pipeline."""
        nodes = [node for node in pipeline.nodes if not any(map(is_collected, node.outputs))]
        return Pipeline(
            {
                self._makers[node.outputs[0]][1] if {*node.outputs} & {*self._makers} else node
                for node in nodes
            }
        )

    def _trace(self, node: Node) -> tuple[list[str], list[Stored]]:
        parameters: dict[str, None] = {}
        inputs: dict[str, Stored] = {}
        for name in node.inputs:
            if name.startswith(PARAMETERS):
                parameters[name.removeprefix(PARAMETERS)] = None
            elif not is_ingredient(self._catalog, name):
                continue
            elif (stored := self.stored(name)) is not None:
                inputs[name] = stored
            elif name in self._makers:
                further_parameters, further_inputs = self._trace(self._makers[name][1])
                parameters |= dict.fromkeys(further_parameters)
                inputs |= {each.name: each for each in further_inputs}
        return list(parameters), list(inputs.values())

    def _values(self, names: Iterable[str]) -> dict[str, Any]:
        values = {name: find_value(self._parameters, name) for name in names}
        for one, several in CHOSEN.items():
            if one in values and several in values:  # of all studies the one that runs
                chosen = values[one].get("name")
                values[f"{several}.{chosen}"] = values.pop(several).get(chosen)
        return as_recorded({name: without_keeping(value) for name, value in values.items()})

    def _check(self, path: str, output: str) -> None:
        group: Any = self._parameters
        for part in path.split("."):
            if not isinstance(group, Mapping) or part not in group:
                raise UserError(
                    f"metadata.depends_on of '{output}' in the catalog: there is no parameter '{path}', "
                    f"as there is no '{part}'. State one of conf/."
                )
            group = group[part]


def is_checkpoints(name: str) -> bool:
    """Whether a dataset is where trainings leave their state."""
    return name.rpartition(".")[2] == CHECKPOINTS


def _is_of_network(node: Node, name: str) -> bool:
    """Whether a node is about the network that a dataset belongs to."""
    return name.rpartition(".")[0] in (node.namespace or "").split(".")
