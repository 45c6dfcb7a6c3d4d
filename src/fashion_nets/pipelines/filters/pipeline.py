"""An image in; what filters make of it, and convolutions written as matrices, out."""

from kedro.pipeline import Pipeline, node

from fashion_nets.pipelines.filters.nodes import (
    plot_circulant_matrix,
    plot_convolution_matrix,
    plot_filtered_image,
)


def create_pipeline() -> Pipeline:
    """Draw edges, smoothing and sharpening, and the worked example of a convolution; no network is needed."""
    return Pipeline(
        [
            node(
                plot_filtered_image,
                name="plot_filtered_image",
                inputs=["test_set", "class_names", "params:filters"],
                outputs="filtered_image_plot",
            ),
            node(
                plot_convolution_matrix,
                name="plot_convolution_matrix",
                inputs="params:filters",
                outputs="convolution_matrix_plot",
            ),
            node(
                plot_circulant_matrix,
                name="plot_circulant_matrix",
                inputs="params:filters",
                outputs="circulant_matrix_plot",
            ),
        ],
        namespace="filters",
        inputs={"test_set", "class_names"},
        parameters={"params:filters"},
    )
