"""A network and pictures in; their classes, and the pictures as the network sees them, out."""

from kedro.pipeline import Pipeline

from fashion_nets.pipelines.predict.nodes import (
    classify_images,
    plot_pictures,
    read_pictures,
    take_test_images,
)
from fashion_nets.pipelines.wiring import NetworkInputs, step


def create_pipeline(network: NetworkInputs, source: str) -> Pipeline:
    """Classify pictures, files of grey levels or the test images.

    Args:
        network: The datasets of the network that ``predict.network`` names.
        source: As ``predict.source`` has it.
    """
    reading = (
        step(take_test_images, "test_set", ["images", "unread"], tags="figures")
        if source == "test"
        else step(read_pictures, [network.model, "params:predict"], ["images", "unread"], tags="figures")
    )
    pipeline = [
        reading,
        step(classify_images, [network.model, "images", network.class_names], ["predictions", "table"]),
        step(plot_pictures, ["images", "predictions", "params:predict", network.about], "pictures_plot"),
    ]
    made = Pipeline(pipeline)
    return Pipeline(
        pipeline,
        namespace="predict",
        tags="evaluation",
        inputs={name for name in made.inputs() if not name.startswith("params:")},
        parameters={"params:predict"},
    )
