"""An image in; what filters make of it, and convolutions written as matrices, out."""

from kedro.pipeline import Pipeline

from fashion_nets.pipelines.filters.nodes import (
    plot_circulant_matrix,
    plot_convolution_matrix,
    plot_filtered_image,
)
from fashion_nets.pipelines.wiring import step


def create_pipeline() -> Pipeline:
    """Draw edges, smoothing and sharpening, and the worked example of a convolution; no network is needed."""
    return Pipeline(
        [
            step(plot_filtered_image, ["test_set", "class_names", "params:filters"], "filtered_image_plot"),
            step(plot_convolution_matrix, "params:filters", "convolution_matrix_plot"),
            step(plot_circulant_matrix, "params:filters", "circulant_matrix_plot"),
        ],
        namespace="filters",
        inputs={"test_set", "class_names"},
        parameters={"params:filters"},
    )
