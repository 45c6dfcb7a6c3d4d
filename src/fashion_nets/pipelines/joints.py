"""Nodes that set the same of many networks side by side, and how pipelines are joined that end in them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from kedro.pipeline import Node, Pipeline

from fashion_nets.networks.registry import AUTOENCODERS
from fashion_nets.pipelines.wiring import step

STORED = "stored_results"
"""What earlier runs have stored, by its path below the folder of reports, such as ``mlp/metrics``."""
COLLECTED = "collected"
"""What an autoencoder, or all of them, have made in a run, for what compares all networks; only in memory."""
GROUP = "autoencoders"
"""The namespace of the namespaces of all autoencoders."""
ALL_COLLECTED = f"{GROUP}.{COLLECTED}"
NOTHING: Mapping[str, str] = MappingProxyType({})

Stored = Mapping[str, Callable[[], Any]]


class Joint(NamedTuple):
    """What makes a node that takes the same of many networks, those of its pipeline and those stored before.

    To take all of them one by one would draw each of them in the graph of every pipeline, also what this
    pipeline has nothing to do with. So the node takes those that its pipeline makes, as it has to come after
    them, and :data:`STORED` for the others; and of autoencoders, which are one box of the graph, what
    :func:`collect_all` has collected.

    Attributes:
        function: Of the node. Its arguments are ``stored``, ``collected``, those of ``further``, and by the
            name of each network what is taken of it; :func:`results_of_all` puts these together.
        what: It takes ``<network>.<what>``.
        members: All the networks that may have it.
        output: What the node makes.
        further: Other datasets that it takes, by argument.
        namespace: Of the node.
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
        one_by_one = {name: dataset for name, dataset in own.items() if name not in AUTOENCODERS}
        collected = {"collected": ALL_COLLECTED} if len(one_by_one) < len(own) else {}
        return self._node_of(collected | one_by_one)

    def _node_of(self, inputs: Mapping[str, str]) -> Node:
        taken = {"stored": STORED, **self.further, **inputs}
        return within(self.namespace, [step(self.function, taken, self.output, tags=self.tags)])[0]


def collect_results(**results: Any) -> dict[str, Any]:
    """Put together, by name, what this run has made of one autoencoder for what compares all networks."""
    return results


def collect_all(**collected: Mapping[str, Any]) -> dict[str, Any]:
    """Put together, by name, what this run has made of all autoencoders for what compares all networks."""
    return {name: result for each in collected.values() for name, result in each.items()}


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
        collected: As the node takes it; None where it takes none.
    """
    found = {}
    for name in members:
        of_this_run = made.get(name, (collected or {}).get(f"{name}.{what}"))
        read = stored.get(f"{name}/{what}", lambda: None)
        found[name] = read() if of_this_run is None else of_this_run
    return {name: result for name, result in found.items() if result is not None}


def is_collected(name: str) -> bool:
    """Whether a dataset is what was collected of others."""
    return name.rpartition(".")[2] == COLLECTED


def join(nodes: Iterable[Node], joints: Iterable[Joint]) -> list[Node]:
    """Let the joints among some nodes take what the other nodes make.

    Args:
        nodes: Of one pipeline or of several, each with joints of its own.
        joints: All that there are.
    """
    nodes = list(nodes)
    wanted = [joint for joint in joints if any(joint.output in node.outputs for node in nodes)]
    results = {joint.output for joint in wanted}
    own = [
        node for node in nodes if not results & set(node.outputs) and not any(map(is_collected, node.outputs))
    ]
    made = {name for node in own for name in node.outputs}
    ends = [joint.make_node(made) for joint in wanted]
    return [*own, *_make_collectors(made, wanted), *ends]


def _make_collectors(made: set[str], joints: Sequence[Joint]) -> Iterator[Node]:
    """One for each autoencoder, whose box then has one output, and one for all of them."""
    tags = {tag for joint in joints for tag in joint.tags}
    collected = {}
    for network in AUTOENCODERS:
        results = [f"{network}.{joint.what}" for joint in joints if network in joint.members]
        if taken := {name: name for name in results if name in made}:
            collected[network] = f"{network}.{COLLECTED}"
            node = step(collect_results, taken, collected[network], tags=tags)
            yield from within(f"{GROUP}.{network}", [node])
    if collected:
        yield from within(GROUP, [step(collect_all, collected, ALL_COLLECTED, tags=tags)])


def within(namespace: str | None, nodes: Iterable[Node]) -> list[Node]:
    """The nodes in a namespace, around what they have; names of datasets and parameters stay."""
    return list(Pipeline(nodes, namespace=namespace, prefix_datasets_with_namespace=False).nodes)
