"""A stored network and the test set in; kernels, feature maps and heat maps out."""

from kedro.pipeline import Pipeline

from fashion_nets.pipelines.explain.nodes import (
    plot_feature_maps,
    plot_heat_maps,
    plot_kernels,
    predict_classes,
)
from fashion_nets.pipelines.wiring import step


def create_pipeline() -> Pipeline:
    """Draw what one stored network has learned to see, and what its surest predictions rest on."""
    return Pipeline(
        [
            step(plot_kernels, ["stored_networks", "params:explain"], "kernels_plot"),
            step(
                plot_feature_maps,
                ["stored_networks", "test_set", "class_names", "params:explain"],
                "feature_maps_plot",
            ),
            step(
                predict_classes,
                ["stored_networks", "test_set", "class_names", "params:explain"],
                "predictions",
            ),
            step(
                plot_heat_maps,
                ["stored_networks", "test_set", "predictions", "params:explain"],
                "heat_maps_plot",
            ),
        ],
        namespace="explain",
        tags="evaluation",
        inputs={"stored_networks", "test_set", "class_names"},
        parameters={"params:explain"},
    )
