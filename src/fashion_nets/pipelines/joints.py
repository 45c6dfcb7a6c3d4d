"""Nodes that set the same of many networks side by side, and how pipelines are joined that end in them."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from kedro.pipeline import Node, Pipeline

from fashion_nets.networks.registry import AUTOENCODERS
from fashion_nets.pipelines.wiring import COLLECTED, step

STORED = "stored_results"
"""What earlier runs have stored, by its path below the folder of reports, such as ``mlp/metrics``."""
NOTHING: Mapping[str, str] = MappingProxyType({})

Stored = Mapping[str, Callable[[], Any]]


class Joint(NamedTuple):
    """What makes a node that takes the same of many networks, those of its pipeline and those stored before.

    To take all of them one by one would draw each of them in the graph of every pipeline, also what this
    pipeline has nothing to do with. So the node takes those that its pipeline makes, as it has to come after
    them, and :data:`STORED` for the others; and of autoencoders, which are one box of the graph, what
    :func:`collect_results` has collected.

    Attributes:
        function: Of the node. Its arguments are ``stored``, ``collected``, those of ``further``, and by the
            name of each network what is taken of it; :func:`results_of_all` puts these together.
        what: It takes ``<network>.<what>``.
        members: All the networks that may have it.
        output: What the node makes.
        further: Other datasets that it takes, by argument.
        namespace: Of the node; within that of the autoencoders it takes what they make one by one.
        tags: Of the node.
    """

    function: Callable[..., Any]
    what: str
    members: tuple[str, ...]
    output: str
    further: Mapping[str, str] = NOTHING
    namespace: str | None = None
    tags: tuple[str, ...] = ()

    def make_full_node(self) -> Node:
        """The node that takes all of them one by one: what the output depends on, whatever makes it."""
        return self._node_of({name: f"{name}.{self.what}" for name in self.members})

    def make_node(self, made: Iterable[str]) -> Node:
        """The node of a pipeline.

        Args:
            made: Names of the datasets that the pipeline makes.
        """
        datasets = {name: f"{name}.{self.what}" for name in self.members}
        own = {name: dataset for name, dataset in datasets.items() if dataset in set(made)}
        inputs: dict[str, str] = {}
        if self.namespace is None and own.keys() & set(AUTOENCODERS):
            inputs["collected"] = COLLECTED
            own = {name: dataset for name, dataset in own.items() if name not in AUTOENCODERS}
        return self._node_of(inputs | own)

    def _node_of(self, inputs: Mapping[str, str]) -> Node:
        made = step(self.function, {"stored": STORED, **self.further, **inputs}, self.output, tags=self.tags)
        grouped = Pipeline([made], namespace=self.namespace, prefix_datasets_with_namespace=False)
        return grouped.nodes[0]


def collect_results(**results: Any) -> dict[str, Any]:
    """Put what the autoencoders of this run have made together, by name, for what compares all networks."""
    return results


def results_of_all(
    what: str,
    members: Iterable[str],
    made: Mapping[str, Any],
    stored: Stored,
    collected: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """What there is of all members of a joint, by name; what this run has made goes before what is stored.

    Args:
        what: As of the joint.
        members: As of the joint.
        made: What the node takes one by one, by name.
        stored: As the node takes it.
        collected: As the node takes it; None where it takes none, or is run alone.
    """
    earlier = {name: stored[f"{name}/{what}"]() for name in members if f"{name}/{what}" in stored}
    of_autoencoders = {
        name: (collected or {})[f"{name}.{what}"] for name in members if f"{name}.{what}" in (collected or {})
    }
    found = earlier | of_autoencoders | dict(made)
    return {name: found[name] for name in members if found.get(name) is not None}


def join(nodes: Iterable[Node], joints: Iterable[Joint], group: str) -> list[Node]:
    """Let the joints among some nodes take what the other nodes make.

    Args:
        nodes: Of one pipeline or of several, each with joints of its own.
        joints: All that there are.
        group: The namespace in which what autoencoders make is collected.
    """
    nodes = list(nodes)
    wanted = [joint for joint in joints if any(joint.output in node.outputs for node in nodes)]
    joined = {COLLECTED, *(joint.output for joint in wanted)}
    own = [node for node in nodes if not joined & set(node.outputs)]
    made = {name for node in own for name in node.outputs}
    ends = [joint.make_node(made) for joint in wanted]
    if any(COLLECTED in node.inputs for node in ends):
        own += [_make_collector(made, [joint for joint in wanted if joint.namespace is None], group)]
    return own + ends


def _make_collector(made: Iterable[str], joints: Iterable[Joint], group: str) -> Node:
    results = [
        f"{name}.{joint.what}"
        for joint in joints
        for name in joint.members
        if name in AUTOENCODERS and f"{name}.{joint.what}" in made
    ]
    tags = {tag for joint in joints for tag in joint.tags}
    node = step(collect_results, {name: name for name in results}, COLLECTED, tags=tags)
    return Pipeline([node], namespace=group, prefix_datasets_with_namespace=False).nodes[0]
