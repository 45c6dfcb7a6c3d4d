"""What an image set is: its parts, its checks and its description."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from fashion_nets.data.idx import idx_digest
from fashion_nets.errors import UserError
from fashion_nets.formatting import format_size

MAX_GREY_LEVEL = 255
_GREY_LEVEL = np.float32(1 / MAX_GREY_LEVEL)
IMAGES_COUNTED_AT_ONCE = 1_000  # np.bincount widens its input to 64 bits: 6 MB instead of 376 MB


class ImageSetError(UserError):
    """An image set is missing, damaged or contradicts itself, or cannot be split as asked."""


class LabelledImages(NamedTuple):
    """Images with their classes, always kept together: ``model.fit(*train_set)``.

    Attributes:
        images: Shape (n, height, width): grey levels, uint8. What computes with intensities takes them
            through :func:`intensities`, as late as it can, and so takes float32 in [0, 1] as well.
        labels: Class indices 0 to n_classes - 1, uint8, shape (n,).
    """

    images: np.ndarray
    labels: np.ndarray


class RawImageSet(NamedTuple):
    """The four arrays in which an image set is published, as they are in its files.

    Attributes:
        train_images: Grey levels 0 (background) to 255, uint8, shape (n_train, height, width).
        train_labels: Class indices 0 to n_classes - 1, uint8, shape (n_train,).
        test_images: Grey levels, uint8, shape (n_test, height, width).
        test_labels: Class indices, uint8, shape (n_test,).
    """

    train_images: np.ndarray
    train_labels: np.ndarray
    test_images: np.ndarray
    test_labels: np.ndarray

    @property
    def train(self) -> LabelledImages:
        """The training images with their labels."""
        return LabelledImages(self.train_images, self.train_labels)

    @property
    def test(self) -> LabelledImages:
        """The test images with their labels."""
        return LabelledImages(self.test_images, self.test_labels)


def check_image_set(raw: RawImageSet, class_names: Sequence[str]) -> None:
    """Refuse an image set whose parts do not fit together.

    Args:
        raw: The four arrays.
        class_names: One name per class, in the order of the labels.

    Raises:
        ImageSetError: If an array has another type or number of axes than it should, images and
            labels differ in number, training and test images differ in size, a label has no class
            name, or a class has no images.
    """
    for name, labelled in (("training", raw.train), ("test", raw.test)):
        check_labelled_images(labelled, name)
        _check_classes(labelled.labels, class_names, name)
    train_size, test_size = raw.train_images.shape[1:], raw.test_images.shape[1:]
    if train_size != test_size:
        raise ImageSetError(
            f"training and test images must have one size, got {format_size(train_size)} and "
            f"{format_size(test_size)} pixels"
        )


def check_labelled_images(labelled: LabelledImages, name: str) -> None:
    """Refuse raw images and labels that do not belong together.

    Args:
        labelled: Images, expected as uint8 of shape (n, height, width), and labels, uint8 of shape (n,).
        name: What to call them in the message: "training" or "test".

    Raises:
        ImageSetError: If a type or a number of axes differs, or the two differ in number.
    """
    for kind, array, axes in (
        ("images", labelled.images, "(n, height, width)"),
        ("labels", labelled.labels, "(n,)"),
    ):
        rank = axes.count(",") + (kind == "images")
        if array.dtype != np.uint8 or array.ndim != rank:
            raise ImageSetError(
                f"{name} {kind} must be uint8 of shape {axes}, got {array.dtype} of shape {array.shape}; "
                "images and labels swapped is the usual cause"
            )
    if len(labelled.images) != len(labelled.labels):
        raise ImageSetError(
            f"every image needs one label, got {len(labelled.images):,} {name} images "
            f"and {len(labelled.labels):,} {name} labels"
        )


def _check_classes(labels: np.ndarray, class_names: Sequence[str], name: str) -> None:
    counts = np.bincount(labels, minlength=len(class_names))
    if len(counts) > len(class_names):
        raise ImageSetError(
            f"{name} labels must be 0 to {len(class_names) - 1}, one for each of the {len(class_names)} "
            f"class names, got labels up to {labels.max()}"
        )
    if empty := [f"{index} ({class_names[index]})" for index in np.flatnonzero(counts == 0).tolist()]:
        raise ImageSetError(f"every class needs {name} images, got none of {', '.join(empty)}")


def fingerprint(raw: RawImageSet) -> str:
    """Identify an image set by its content, wherever and however compressed it is stored.

    Args:
        raw: The four arrays.

    Returns:
        SHA-256, as 64 hexadecimal digits, of the hexadecimal SHA-256 digests of the four uncompressed
        IDX files, joined without anything between, in the order of :class:`RawImageSet`.
    """
    return hashlib.sha256("".join(idx_digest(array) for array in raw).encode()).hexdigest()


def describe_image_set(raw: RawImageSet, class_names: Sequence[str], source: str) -> dict[str, Any]:
    """Put the facts about an image set on a data card.

    Args:
        raw: The four arrays, checked.
        class_names: One name per class, in the order of the labels.
        source: Where the images came from, for people to read.

    Returns:
        ``source``, ``fingerprint``, ``image_shape`` (pixels, height first), ``n_classes``, and for
        ``train`` and ``test`` each: ``n_images``, ``images_per_class`` by class name, and ``mean`` and
        ``standard_deviation`` of all intensities on the scale from 0 to 1.
    """
    return {
        "source": source,
        "fingerprint": fingerprint(raw),
        "image_shape": list(raw.train_images.shape[1:]),
        "n_classes": len(class_names),
        "train": _describe_part(raw.train, class_names),
        "test": _describe_part(raw.test, class_names),
    }


def _describe_part(labelled: LabelledImages, class_names: Sequence[str]) -> dict[str, Any]:
    levels = np.arange(MAX_GREY_LEVEL + 1) / MAX_GREY_LEVEL
    frequencies = sum(
        np.bincount(labelled.images[start : start + IMAGES_COUNTED_AT_ONCE].ravel(), minlength=len(levels))
        for start in range(0, len(labelled.images), IMAGES_COUNTED_AT_ONCE)
    )
    mean = np.average(levels, weights=frequencies)
    deviation = np.sqrt(np.average((levels - mean) ** 2, weights=frequencies))
    counts = np.bincount(labelled.labels, minlength=len(class_names))
    return {
        "n_images": len(labelled.images),
        "images_per_class": {name: int(count) for name, count in zip(class_names, counts, strict=True)},
        "mean": round(float(mean), 6),
        "standard_deviation": round(float(deviation), 6),
    }


def scale_pixels(images: Any) -> Any:
    """Map 8-bit grey levels onto the unit interval.

    This is the only place that does it. One product in float32 has the same bits in NumPy, in TensorFlow and
    in XLA, which would turn a division into a product with 1 / 255 anyway.

    Args:
        images: Grey levels 0 (background) to 255, uint8, shape (n, height, width) or any other; an array, or
            a tensor of TensorFlow.

    Returns:
        Intensities in [0, 1], float32, of the same shape and kind.

    Raises:
        ValueError: If ``images`` is not uint8; scaling twice is the usual cause.
    """
    if images.dtype != np.uint8:
        raise ValueError(
            f"scale_pixels expects uint8 grey levels, got {images.dtype} of shape {images.shape}. "
            "Pass the raw images, not images already scaled."
        )
    if isinstance(images, np.ndarray):
        return np.multiply(images, _GREY_LEVEL)
    import tensorflow as tf  # who has a tensor has paid for it

    return tf.cast(images, tf.float32) * _GREY_LEVEL


def intensities(values: Any) -> Any:
    """What a network computes with: grey levels scaled to [0, 1], and anything else as it is.

    Args:
        values: Images as uint8 grey levels, of two axes or more, which are scaled; or floats, or class
            indices, which have one axis. An array, or a tensor of TensorFlow.
    """
    return scale_pixels(values) if values.dtype == np.uint8 and len(values.shape) > 1 else values
