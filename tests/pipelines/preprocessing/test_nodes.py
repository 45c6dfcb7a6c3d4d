import numpy as np
import pytest

from fashion_nets.data.image_set import ImageSetError
from fashion_nets.errors import UserError
from fashion_nets.pipelines.data_ingestion import create_pipeline as create_data_ingestion
from fashion_nets.pipelines.preprocessing import create_pipeline
from fashion_nets.pipelines.preprocessing.nodes import (
    PreprocessingParams,
    prepare_test_set,
    split_training_images,
)

IMAGES = np.array([0, 51, 102, 153, 204, 255], dtype=np.uint8).reshape(6, 1, 1)
LABELS = np.array([0, 1, 0, 1, 0, 1], dtype=np.uint8)


def split(method, size=2, seed=0):
    return split_training_images(
        seed, IMAGES, LABELS, PreprocessingParams(validation_size=size, validation_method=method)
    )


def test_the_first_images_validate_and_all_stay_grey_levels():
    train, validation = split("first")

    np.testing.assert_array_equal(validation.images.ravel(), [0, 51])
    np.testing.assert_array_equal(train.images.ravel(), [102, 153, 204, 255])
    np.testing.assert_array_equal(validation.labels, [0, 1])
    np.testing.assert_array_equal(train.labels, [0, 1, 0, 1])
    assert train.images.dtype == validation.images.dtype == np.uint8


def test_a_stratified_split_takes_the_classes_in_proportion():
    train, validation = split("stratified")

    np.testing.assert_array_equal(np.bincount(validation.labels), [1, 1])
    assert set(validation.images.ravel().tolist()) < set(IMAGES.ravel().tolist())
    assert len(train.images) == 4


def test_a_size_that_leaves_nothing_to_train_with_is_refused():
    with pytest.raises(ImageSetError, match="validation_size must be 1 to 5"):
        split("first", size=6)


def test_the_raw_images_are_not_changed():
    split("first")
    prepare_test_set(IMAGES, LABELS)

    np.testing.assert_array_equal(IMAGES.ravel(), [0, 51, 102, 153, 204, 255])


def test_the_test_set_is_images_with_their_labels():
    test_set = prepare_test_set(IMAGES, LABELS)

    np.testing.assert_array_equal(test_set.images, IMAGES)
    np.testing.assert_array_equal(test_set.labels, LABELS)


def test_test_images_and_labels_of_different_counts_are_refused():
    with pytest.raises(ImageSetError, match="got 6 test images and 5 test labels"):
        prepare_test_set(IMAGES, LABELS[:5])


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"validation_size": 0, "validation_method": "first"},
            "'validation_size' should be greater than 0, got 0",
        ),
        (
            {"validation_size": 5, "validation_method": "last"},
            "'validation_method'.*'stratified', got 'last'",
        ),
        (
            {"validation_size": 0.1, "validation_method": "first"},
            "'validation_size' should be a whole number",
        ),
    ],
)
def test_wrong_parameters_are_refused(parameters, message):
    with pytest.raises(UserError, match=message):
        PreprocessingParams.model_validate(parameters)


def test_the_pipeline_starts_from_what_the_ingestion_stores():
    needed = {name for name in create_pipeline().inputs() if not name.startswith("params:")}

    assert needed <= create_data_ingestion().all_outputs()
    assert create_pipeline().outputs() == {"train_set", "validation_set", "test_set"}
