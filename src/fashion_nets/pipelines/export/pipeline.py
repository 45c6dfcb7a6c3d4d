"""A network in; its files for other programs, and how they compare with it, out."""

from kedro.pipeline import Pipeline

from fashion_nets.evaluation.formats import compare_formats
from fashion_nets.pipelines.export.nodes import plot_comparison, write_formats
from fashion_nets.pipelines.wiring import NetworkInputs, step


def create_pipeline(network: NetworkInputs) -> Pipeline:
    """Write a network for other programs, and hold what was written against it.

    Args:
        network: The datasets of the network that ``export.network`` names.
    """
    model, about, class_names = network
    return Pipeline(
        [
            step(write_formats, [model, "train_set", class_names, "params:export"], ["files", "left_out"]),
            step(compare_formats, [model, "files", "test_set"], "formats"),
            step(plot_comparison, ["formats", "params:export", about], "formats_plot"),
        ],
        namespace="export",
        tags="evaluation",
        inputs={model, about, class_names, "train_set", "test_set"},
        parameters={"params:export"},
    )
