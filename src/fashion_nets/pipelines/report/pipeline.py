"""What is stored of networks and experiments in; parts and pages out."""

from collections.abc import Iterable

from kedro.pipeline import Pipeline

from fashion_nets.networks.registry import NETWORKS
from fashion_nets.pipelines.joints import Joint
from fashion_nets.pipelines.report.nodes import PartNodes, make_report
from fashion_nets.pipelines.wiring import step
from fashion_nets.reporting.captions import is_described, own_name, reading_order
from fashion_nets.reporting.names import DATA, DATA_PART, FACTS, PAGE, PART

OF_NETWORKS = ("training", "evaluation", "figures", "report")
OF_DATA = ("data", "figures", "report")
"""The tags of what ends in a part: whichever of these is asked for, what it makes comes into the report."""


REPORT = Joint(
    make_report,
    PART,
    tuple(NETWORKS),
    PAGE,
    further={
        FACTS: FACTS,
        "comparison": "comparison",
        "codings_comparison": "codings_comparison",
        DATA: DATA_PART,
    },
    tags=tuple({*OF_DATA, *OF_NETWORKS}),
)
"""Joins the parts of the data and of all networks that are stored to one page."""


def create_pipeline() -> Pipeline:
    """Join the parts of the data and of all networks that are stored to one page."""
    return Pipeline([REPORT.make_full_node()])


def create_data_part(made: Pipeline) -> Pipeline:
    """Make the part of the images.

    Args:
        made: What makes all that is shown of them.
    """
    shown = tuple(reading_order(set(filter(is_described, made.all_outputs()))))
    nodes = PartNodes(DATA, "data", shown)
    return Pipeline(
        [
            step(
                nodes.make_report_part,
                {own: own for own in shown},
                DATA_PART,
                tags=OF_DATA,
            )
        ]
    )


def create_network_part(network: str, made: Pipeline) -> Pipeline:
    """Make the part of one network.

    Args:
        network: Its namespace.
        made: All that makes something of it. What has a caption is shown, and so is what nobody takes.
    """
    return _create_part(PartNodes(network, "network"), made, outside=())


def create_experiment_page(experiment: str, made: Pipeline) -> Pipeline:
    """Make the part of an experiment, and its page.

    Args:
        experiment: Its namespace.
        made: The experiment, likewise.
    """
    shared = tuple(name for name in made.outputs() if "." not in name)
    nodes = PartNodes(experiment, "experiment", shared)
    page = Pipeline(
        [step(nodes.make_experiment_report, [FACTS, PART], PAGE, tags=OF_NETWORKS)],
        namespace=experiment,
        inputs={FACTS},
    )
    return _create_part(nodes, made, shared) + page


def _create_part(nodes: PartNodes, made: Pipeline, outside: Iterable[str]) -> Pipeline:
    own = {name for name in made.all_outputs() if name.startswith(f"{nodes.name}.")}
    shown = {name for name in own if is_described(name) or name in made.outputs()} | set(outside)
    return Pipeline(
        [
            step(
                nodes.make_report_part,
                {own_name(name): own_name(name) for name in reading_order(shown)},
                PART,
                tags=OF_NETWORKS,
            )
        ],
        namespace=nodes.name,
        inputs=set(outside),
    )
