"""Raw images in, training, validation and test set out."""

from kedro.pipeline import Pipeline, node

from fashion_nets.pipelines.preprocessing.nodes import prepare_test_set, split_training_images


def create_pipeline() -> Pipeline:
    """Split the training images; check the test images."""
    return Pipeline(
        [
            node(
                split_training_images,
                name="split_training_images",
                inputs=["params:seed", "raw_train_images", "raw_train_labels", "params:preprocessing"],
                outputs=["train_set", "validation_set"],
            ),
            node(
                prepare_test_set,
                name="prepare_test_set",
                inputs=["raw_test_images", "raw_test_labels"],
                outputs="test_set",
            ),
        ],
        tags="data",
    )
