import hashlib

import numpy as np
import pytest
import tensorflow as tf
from tests.data.idx_content import encode_idx

from fashion_nets.data.image_set import (
    ImageSetError,
    RawImageSet,
    check_image_set,
    check_labelled_images,
    describe_image_set,
    fingerprint,
    intensities,
    scale_pixels,
)

CLASS_NAMES = ["circle", "square", "star"]


def images_numbered(n):
    """``n`` images of one pixel, whose grey level is the number of the image."""
    return np.arange(n, dtype=np.uint8).reshape(n, 1, 1)


def labels_of(*labels):
    return np.array(labels, dtype=np.uint8)


def test_an_image_set_that_fits_together_passes(raw):
    check_image_set(raw, CLASS_NAMES)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"train_images": np.zeros((6, 2, 4))},
            r"training images must be uint8 of shape \(n, height, width\), got float64 of shape \(6, 2, 4\)",
        ),
        ({"test_images": labels_of(0, 1, 2)}, r"test images must be.*got uint8 of shape \(3,\).*swapped"),
        ({"train_labels": images_numbered(6)}, r"training labels must be uint8 of shape \(n,\).*swapped"),
        ({"train_labels": labels_of(0, 1, 2)}, "got 6 training images and 3 training labels"),
        ({"test_labels": labels_of(0, 1, 2, 0)}, "got 3 test images and 4 test labels"),
        (
            {"test_images": np.zeros((3, 2, 5), np.uint8)},
            "must have one size, got 2 x 4 and 2 x 5 pixels",
        ),
        (
            {"train_labels": labels_of(0, 1, 2, 3, 0, 7)},
            "training labels must be 0 to 2, one for each of the 3 class names, got labels up to 7",
        ),
        ({"train_labels": labels_of(0, 0, 2, 0, 0, 2)}, r"training images, got none of 1 \(square\)"),
        ({"test_labels": labels_of(1, 1, 1)}, r"test images, got none of 0 \(circle\), 2 \(star\)"),
    ],
)
def test_what_does_not_fit_together_is_refused(raw, changes, message):
    with pytest.raises(ImageSetError, match=message):
        check_image_set(raw._replace(**changes), CLASS_NAMES)


def test_an_image_set_without_images_is_refused():
    nothing = RawImageSet(
        np.zeros((0, 2, 4), np.uint8), labels_of(), np.zeros((0, 2, 4), np.uint8), labels_of()
    )

    with pytest.raises(ImageSetError, match="every class needs training images"):
        check_image_set(nothing, CLASS_NAMES)


def test_a_pair_that_fits_passes_and_one_that_does_not_is_named(raw):
    check_labelled_images(raw.train, "training")
    with pytest.raises(ImageSetError, match="got 3 test images and 6 test labels"):
        check_labelled_images(raw.test._replace(labels=raw.train_labels), "test")


def test_the_fingerprint_is_made_of_the_digests_of_the_uncompressed_files(raw):
    digests = [hashlib.sha256(encode_idx(array)).hexdigest() for array in raw]

    assert fingerprint(raw) == hashlib.sha256("".join(digests).encode()).hexdigest()


@pytest.mark.parametrize("part", RawImageSet._fields)
def test_a_single_value_changes_the_fingerprint(raw, part):
    changed = getattr(raw, part).copy()
    changed.flat[-1] += 1

    assert fingerprint(raw._replace(**{part: changed})) != fingerprint(raw)


def test_the_data_card_counts_and_averages():
    black, white = np.full((1, 2), 255, np.uint8), np.zeros((1, 2), np.uint8)
    raw = RawImageSet(
        np.stack([white, black, black, white]),
        labels_of(0, 1, 2, 2),
        np.stack([white, np.array([[51, 204]], np.uint8), white]),
        labels_of(2, 1, 0),
    )

    card = describe_image_set(raw, CLASS_NAMES, "my desk")

    assert card == {
        "source": "my desk",
        "fingerprint": fingerprint(raw),
        "image_shape": [1, 2],
        "n_classes": 3,
        "train": {
            "n_images": 4,
            "images_per_class": {"circle": 1, "square": 1, "star": 2},
            "mean": 0.5,
            "standard_deviation": 0.5,
        },
        # Intensities 0, 0, 0.2, 0.8, 0, 0: mean 1/6, mean square 0.68 / 6.
        "test": {
            "n_images": 3,
            "images_per_class": {"circle": 1, "square": 1, "star": 1},
            "mean": 0.166667,
            "standard_deviation": round((0.68 / 6 - 1 / 36) ** 0.5, 6),
        },
    }


def test_the_statistics_do_not_depend_on_how_many_images_are_counted_at_once(raw):
    many = np.random.default_rng(0).integers(0, 256, (2_500, 2, 4), dtype=np.uint8)
    labels = np.arange(2_500, dtype=np.uint16) % 3
    card = describe_image_set(
        raw._replace(train_images=many, train_labels=labels.astype(np.uint8)), CLASS_NAMES, ""
    )

    assert card["train"]["mean"] == pytest.approx((many / 255).mean(), abs=1e-6)
    assert card["train"]["standard_deviation"] == pytest.approx((many / 255).std(), abs=1e-6)


def test_pixels_are_scaled_to_the_unit_interval():
    levels = np.array([[[0, 51, 255]]], dtype=np.uint8)

    scaled = scale_pixels(levels)

    assert scaled.dtype == np.float32
    np.testing.assert_array_max_ulp(scaled, np.array([[[0, 0.2, 1]]], dtype=np.float32))
    np.testing.assert_array_equal(levels, [[[0, 51, 255]]])


def test_every_grey_level_is_within_a_last_bit_of_the_lectures_division():
    levels = np.arange(256, dtype=np.uint8)

    np.testing.assert_array_max_ulp(scale_pixels(levels), (levels / 255.0).astype(np.float32), maxulp=1)
    assert scale_pixels(levels)[[0, 255]].tolist() == [0, 1]


@pytest.mark.parametrize("compiled", [False, True])
def test_scaling_has_the_same_bits_in_tensorflow_and_in_xla(compiled):
    levels = np.arange(256, dtype=np.uint8).reshape(16, 16)

    scaled = tf.function(scale_pixels, jit_compile=compiled)(tf.constant(levels))

    np.testing.assert_array_equal(scaled.numpy().view(np.uint32), scale_pixels(levels).view(np.uint32))


def test_networks_take_grey_levels_scaled_and_all_else_as_it_is():
    levels = np.array([[0, 255]], dtype=np.uint8)

    np.testing.assert_array_equal(intensities(levels), [[0, 1]])
    for others in (np.array([3, 9], dtype=np.uint8), np.array([[0.5, 2.0]], dtype=np.float32)):
        assert intensities(others) is others


def test_pixels_are_not_scaled_twice(raw):
    with pytest.raises(ValueError, match=r"expects uint8 grey levels, got float32 of shape \(6, 2, 4\)"):
        scale_pixels(scale_pixels(raw.train_images))
