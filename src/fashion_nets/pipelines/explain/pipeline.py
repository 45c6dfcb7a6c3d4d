"""A network and the test set in; kernels, feature maps and heat maps out."""

from kedro.pipeline import Pipeline

from fashion_nets.evaluation.classification import predict_classes
from fashion_nets.pipelines.explain.nodes import plot_feature_maps, plot_heat_maps, plot_kernels
from fashion_nets.pipelines.wiring import NetworkInputs, step


def create_pipeline(network: NetworkInputs) -> Pipeline:
    """Draw what one network has learned to see, and what its surest predictions rest on.

    Args:
        network: The datasets of the network that ``explain.network`` names.
    """
    model, about, class_names = network
    return Pipeline(
        [
            step(plot_kernels, [model, "params:explain", about], "kernels_plot"),
            step(
                plot_feature_maps,
                [model, "test_set", class_names, "params:explain", about],
                "feature_maps_plot",
            ),
            step(
                predict_classes,
                [model, "test_set", class_names],
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
        inputs={model, about, class_names, "test_set"},
        parameters={"params:explain"},
    )
