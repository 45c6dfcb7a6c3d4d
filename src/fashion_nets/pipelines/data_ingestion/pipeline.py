"""Sources in, verified image set and its description out."""

from kedro.pipeline import Pipeline

from fashion_nets.pipelines.data_ingestion.nodes import (
    describe_image_set,
    obtain_image_set,
    plot_class_examples,
)
from fashion_nets.pipelines.wiring import step

RAW = ["raw_train_images", "raw_train_labels", "raw_test_images", "raw_test_labels"]


def create_pipeline() -> Pipeline:
    """Obtain the image set, then describe and show it."""
    return Pipeline(
        [
            step(obtain_image_set, "params:data_ingestion", [*RAW, "class_names", "image_source"]),
            step(describe_image_set, [*RAW, "class_names", "image_source"], "data_card"),
            step(
                plot_class_examples,
                [
                    "params:seed",
                    "raw_train_images",
                    "raw_train_labels",
                    "class_names",
                    "params:data_ingestion",
                ],
                "class_examples",
            ),
        ],
        tags="data",
    )
