"""The pipelines as they are registered: grouped into boxes of the graph, and joined where results meet."""

from collections.abc import Iterable
from typing import Any, Self

from kedro.pipeline import Node, Pipeline

from fashion_nets.errors import UserError
from fashion_nets.networks.registry import AUTOENCODERS
from fashion_nets.pipelines.joints import GROUP, Joint, join, within

DATA_GROUP = "data"


def joints() -> list[Joint]:
    """What sets the same of all networks side by side."""
    from fashion_nets.pipelines.embed_and_project.pipeline import CODINGS_COMPARISON
    from fashion_nets.pipelines.evaluate.pipeline import COMPARISON
    from fashion_nets.pipelines.report.pipeline import REPORT

    return [COMPARISON, CODINGS_COMPARISON, REPORT]


def group(pipeline: Pipeline) -> "ProjectPipeline":
    """Put into one namespace, one box of the graph, what belongs together; names of datasets stay."""
    groups: dict[str | None, list[Node]] = {}
    for node in pipeline.nodes:
        groups.setdefault(_group_of(node), []).append(node)
    return ProjectPipeline.of(node for name, nodes in groups.items() for node in within(name, nodes))


def _group_of(node: Node) -> str | None:
    if node.tags & {"data", "training"} == {"data"}:  # the report is of both
        return DATA_GROUP
    return GROUP if node.namespace in AUTOENCODERS else None


class ProjectPipeline(Pipeline):
    """A registered pipeline, as sessions add it to others and as they and runners filter it.

    These two join results anew. Kedro's other ways to take a pipeline apart, such as
    ``only_nodes_with_tags``, give nodes as they are, some of which then lack what others make in memory.
    """

    @classmethod
    def of(cls, nodes: Iterable[Node]) -> Self:
        """The nodes, of which those that set results side by side take what the others make."""
        return cls(join(nodes, joints()))

    def __add__(self, other: Any) -> Pipeline:
        """The nodes of both."""
        return self.of({*self.nodes, *other.nodes}) if isinstance(other, Pipeline) else NotImplemented

    def __radd__(self, other: Any) -> Pipeline:
        """The same, where the other one is of Kedro's own class.

        Python asks a subclass first only if it has this method of its own.
        """
        return super().__radd__(other)

    def filter(self, *arguments: Any, **conditions: Any) -> Pipeline:
        """The nodes that are asked for; what is not made by these is taken as it is stored.

        Args:
            arguments: As of Kedro.
            conditions: Likewise; the namespace of an autoencoder is known by its name alone, too.

        Raises:
            UserError: If nothing is asked for but to put together in memory what others make.
            ValueError: If there are no such nodes.
        """
        if namespaces := conditions.get("node_namespaces"):
            within_group = [f"{GROUP}.{name}" if name in AUTOENCODERS else name for name in namespaces]
            conditions = {**conditions, "node_namespaces": within_group}
        chosen = super().filter(*arguments, **conditions)
        joined = self.of(chosen.nodes)
        if not joined.nodes:
            names = ", ".join(sorted(node.name for node in chosen.nodes))
            raise UserError(
                f"{names} makes nothing by itself: it hands on what others make in the same run. "
                "compare_networks and make_report take what is stored."
            )
        return joined
