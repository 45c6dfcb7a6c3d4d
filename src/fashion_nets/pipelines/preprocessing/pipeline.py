"""Raw images in, training, validation and test set out."""

from kedro.pipeline import Pipeline

from fashion_nets.pipelines.preprocessing.nodes import prepare_test_set, split_training_images
from fashion_nets.pipelines.wiring import step


def create_pipeline() -> Pipeline:
    """Split the training images; check the test images."""
    return Pipeline(
        [
            step(
                split_training_images,
                ["params:seed", "raw_train_images", "raw_train_labels", "params:preprocessing"],
                ["train_set", "validation_set"],
            ),
            step(prepare_test_set, ["raw_test_images", "raw_test_labels"], "test_set"),
        ],
        tags="data",
    )
