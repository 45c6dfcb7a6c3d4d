"""A network and the test set in; kernels, feature maps and heat maps out."""

from kedro.pipeline import Pipeline

from fashion_nets.evaluation.classification import predict_classes
from fashion_nets.pipelines.explain.nodes import plot_feature_maps, plot_heat_maps, plot_kernels
from fashion_nets.pipelines.wiring import step


def create_pipeline(network: str) -> Pipeline:
    """Draw what one network has learned to see, and what its surest predictions rest on.

    Args:
        network: Its name, as ``explain.network`` has it.
    """
    model, about = f"{network}.model", f"{network}.about"
    return Pipeline(
        [
            step(plot_kernels, [model, "params:explain", about], "kernels_plot"),
            step(
                plot_feature_maps,
                [model, "test_set", "class_names", "params:explain", about],
                "feature_maps_plot",
            ),
            step(
                predict_classes,
                [model, "test_set", "class_names"],
                "predictions",
            ),
            step(
                plot_heat_maps,
                [model, "test_set", "predictions", "params:explain", about],
                "heat_maps_plot",
            ),
        ],
        namespace="explain",
        tags="evaluation",
        inputs={model, about, "test_set", "class_names"},
        parameters={"params:explain"},
    )
