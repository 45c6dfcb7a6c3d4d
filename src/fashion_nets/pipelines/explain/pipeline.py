"""A stored network and the test set in; kernels, feature maps and heat maps out."""

from kedro.pipeline import Pipeline, node

from fashion_nets.pipelines.explain.nodes import (
    plot_feature_maps,
    plot_heat_maps,
    plot_kernels,
    predict_classes,
)


def create_pipeline() -> Pipeline:
    """Draw what one stored network has learned to see, and what its surest predictions rest on."""
    return Pipeline(
        [
            node(
                plot_kernels,
                name="plot_kernels",
                inputs=["stored_networks", "params:explain"],
                outputs="kernels_plot",
            ),
            node(
                plot_feature_maps,
                name="plot_feature_maps",
                inputs=["stored_networks", "test_set", "class_names", "params:explain"],
                outputs="feature_maps_plot",
            ),
            node(
                predict_classes,
                name="predict_classes",
                inputs=["stored_networks", "test_set", "class_names", "params:explain"],
                outputs="predictions",
            ),
            node(
                plot_heat_maps,
                name="plot_heat_maps",
                inputs=["stored_networks", "test_set", "predictions", "params:explain"],
                outputs="heat_maps_plot",
            ),
        ],
        namespace="explain",
        tags="evaluation",
        inputs={"stored_networks", "test_set", "class_names"},
        parameters={"params:explain"},
    )
