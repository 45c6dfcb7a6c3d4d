"""Sources in, verified image set and its description out."""

from kedro.pipeline import Pipeline, node

from fashion_nets.pipelines.data_ingestion.nodes import (
    describe_image_set,
    obtain_image_set,
    plot_class_examples,
)

RAW = ["raw_train_images", "raw_train_labels", "raw_test_images", "raw_test_labels"]


def create_pipeline() -> Pipeline:
    """Obtain the image set, then describe and show it."""
    return Pipeline(
        [
            node(
                obtain_image_set,
                name="obtain_image_set",
                inputs="params:data_ingestion",
                outputs=[*RAW, "class_names", "image_source"],
            ),
            node(
                describe_image_set,
                name="describe_image_set",
                inputs=[*RAW, "class_names", "image_source"],
                outputs="data_card",
            ),
            node(
                plot_class_examples,
                name="plot_class_examples",
                inputs=[
                    "params:seed",
                    "raw_train_images",
                    "raw_train_labels",
                    "class_names",
                    "params:data_ingestion",
                ],
                outputs="class_examples",
            ),
        ],
        tags="data",
    )
