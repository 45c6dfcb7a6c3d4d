"""Which training images validate."""

from typing import Any, Literal

import numpy as np

from fashion_nets.data.image_set import ImageSetError, LabelledImages, check_labelled_images

Method = Literal["first", "stratified"]
WAY_OUT = "preprocessing.validation_method=stratified takes every class in proportion"


def split_validation(
    images: np.ndarray, labels: np.ndarray, size: int, method: Method, seed: int
) -> tuple[LabelledImages, LabelledImages]:
    """Set images aside for validation.

    Both parts keep the order in which the images came.

    Args:
        images: Raw images, uint8, shape (n, height, width).
        labels: Class indices, uint8, shape (n,).
        size: How many images validate.
        method: ``first`` takes the first ones, as the lecture does; ``stratified`` draws them at
            random with every class in proportion.
        seed: Seed of the draw; ``first`` draws nothing.

    Returns:
        The training images, n - ``size`` of them, and the validation images, ``size`` of them. They are
        views of the input where ``method`` is ``first``.

    Raises:
        ImageSetError: If images and labels do not belong together, or :func:`choose_validation` refuses.
    """
    check_labelled_images(LabelledImages(images, labels), "training")
    train, validation = (
        LabelledImages(images[part], labels[part]) for part in choose_validation(labels, size, method, seed)
    )
    return train, validation


def choose_validation(labels: np.ndarray, size: int, method: Method, seed: int) -> tuple[Any, Any]:
    """Choose the images to train and to validate with, by their labels.

    Args:
        labels: Class indices, uint8, shape (n,).
        size: How many images validate.
        method: As in :func:`split_validation`.
        seed: Seed of the draw.

    Returns:
        What indexes the training images, and what indexes the validation images: slices where ``method`` is
        ``first``, else indices in ascending order.

    Raises:
        ImageSetError: If no image would be left to train or to validate with, the draw is impossible, or a
            class would have no image to train or to validate with.
    """
    if not 0 < size < len(labels):
        raise ImageSetError(
            f"validation_size must be 1 to {len(labels) - 1:,}, so that some of the {len(labels):,} "
            f"training images are left to train with, got {size:,}"
        )
    parts: tuple[Any, Any] = (slice(size, None), slice(size))
    if method == "stratified":
        parts = _draw_stratified(labels, size, seed)
    advice = {"first": WAY_OUT, "stratified": "take another number of images"}[method]
    for purpose, part in zip(("train", "validate"), parts, strict=True):
        if len(lost := np.setdiff1d(labels, labels[part])):
            n_all = len(np.unique(labels))
            raise ImageSetError(
                f"every class needs images to {purpose} with, got none of {_name(lost)} (of {n_all}) "
                f"after taking {size:,} of {len(labels):,} images for validation ({method}); {advice}"
            )
    return parts


def _name(labels: np.ndarray) -> str:
    return f"{'class' if len(labels) == 1 else 'classes'} {', '.join(map(str, labels))}"


def _draw_stratified(labels: np.ndarray, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.model_selection import train_test_split  # costs a second, and most runs take the first

    try:
        train, validation = train_test_split(
            np.arange(len(labels)), test_size=size, stratify=labels, random_state=seed
        )
    except ValueError as error:
        raise ImageSetError(
            f"cannot draw {size:,} of {len(labels):,} images stratified by class: {error}"
        ) from error
    return np.sort(train), np.sort(validation)
