import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_nets.data.image_set import ImageSetError
from fashion_nets.data.splits import choose_validation, split_validation


def images_numbered(n):
    """``n`` images of one pixel, whose grey level is the number of the image."""
    return np.arange(n, dtype=np.uint8).reshape(n, 1, 1)


def labels_of(*labels):
    return np.array(labels, dtype=np.uint8)


def test_the_first_images_validate(raw):
    labels = labels_of(2, 1, 0, 1, 2, 0)
    train, validation = split_validation(raw.train_images, labels, 3, "first", seed=0)

    np.testing.assert_array_equal(validation.images, raw.train_images[:3])
    np.testing.assert_array_equal(validation.labels, [2, 1, 0])
    np.testing.assert_array_equal(train.images, raw.train_images[3:])
    np.testing.assert_array_equal(train.labels, [1, 2, 0])


def test_a_stratified_split_keeps_the_proportions_of_the_classes():
    labels = labels_of(*[0] * 60, *[1] * 30, *[2] * 10)

    train, validation = split_validation(images_numbered(100), labels, 20, "stratified", seed=3)

    np.testing.assert_array_equal(np.bincount(validation.labels), [12, 6, 2])
    np.testing.assert_array_equal(np.bincount(train.labels), [48, 24, 8])


@given(st.integers(0, 2**32 - 1), st.sampled_from(["first", "stratified"]), st.integers(3, 30))
def test_both_parts_keep_file_order_and_lose_nothing(seed, method, size):
    images = images_numbered(60)
    labels = (images.ravel() % 3).astype(np.uint8)

    train, validation = split_validation(images, labels, size, method, seed)

    assert len(validation.images) == size
    for part in (train, validation):
        assert (np.diff(part.images.ravel().astype(int)) > 0).all()
        np.testing.assert_array_equal(part.labels, part.images.ravel() % 3)
    together = np.concatenate([train.images, validation.images]).ravel()
    np.testing.assert_array_equal(np.sort(together), images.ravel())


def test_the_seed_decides_the_stratified_draw():
    images, labels = images_numbered(60), np.tile(labels_of(0, 1, 2), 20)

    def draw(seed):
        return split_validation(images, labels, 15, "stratified", seed)[1].images.ravel().tolist()

    assert draw(1) == draw(1)
    assert draw(1) != draw(2)


@pytest.mark.parametrize("method", ["first", "stratified"])
@pytest.mark.parametrize("size", [-1, 0, 6, 7])
def test_sizes_that_leave_nothing_are_refused(raw, method, size):
    message = f"must be 1 to 5, so that some of the 6 training images are left to train with, got {size}"
    with pytest.raises(ImageSetError, match=message):
        split_validation(raw.train_images, raw.train_labels, size, method, seed=0)


def test_a_class_must_keep_images_to_train_with():
    message = r"to train with, got none of class 0 \(of 2\) after taking 2 of 4 images.*stratified"
    with pytest.raises(ImageSetError, match=message):
        choose_validation(labels_of(0, 0, 1, 1), 2, "first", seed=0)


def test_a_class_must_have_images_to_validate_with():
    """As in a set that is sorted by class, whose first images are all of one."""
    labels = labels_of(*[0] * 5, *[1] * 5, *[2] * 5)
    message = (
        r"every class needs images to validate with, got none of classes 1, 2 \(of 3\) after taking 3 of "
        r"15 images for validation \(first\); preprocessing.validation_method=stratified takes every class"
    )
    with pytest.raises(ImageSetError, match=message):
        choose_validation(labels, 3, "first", seed=0)
    _, validation = choose_validation(labels, 3, "stratified", seed=0)
    np.testing.assert_array_equal(labels[validation], [0, 1, 2])


def test_a_class_too_rare_to_be_drawn_is_named():
    labels = labels_of(*[0] * 49, *[1] * 49, 2, 2)
    with pytest.raises(ImageSetError, match=r"validate with, got none of class 2 .*take another number"):
        choose_validation(labels, 3, "stratified", seed=0)


@pytest.mark.parametrize(
    ("labels", "size"), [(labels_of(0, 0, 0, 1, 1, 1), 1), (labels_of(0, 0, 0, 0, 0, 1), 2)]
)
def test_a_draw_that_cannot_be_stratified_is_refused(labels, size):
    with pytest.raises(ImageSetError, match=f"cannot draw {size} of 6 images stratified by class: "):
        split_validation(images_numbered(6), labels, size, "stratified", seed=0)


def test_images_and_labels_of_different_counts_are_not_split():
    with pytest.raises(ImageSetError, match="got 6 training images and 3 training labels"):
        split_validation(images_numbered(6), labels_of(0, 1, 2), 2, "first", seed=0)
