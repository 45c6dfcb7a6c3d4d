"""Parts of an image set: some of its classes, some of its images."""

import math
from collections.abc import Sequence

import numpy as np

from fashion_nets.data.image_set import ImageSetError, LabelledImages, intensities


def find_classes(names: Sequence[str], class_names: Sequence[str]) -> list[int]:
    """The labels of classes that are given by name.

    Raises:
        ImageSetError: If a name is not among ``class_names``.
    """
    if unknown := [name for name in names if name not in class_names]:
        raise ImageSetError(
            f"there is no class {', '.join(map(repr, unknown))}; there are {', '.join(class_names)}"
        )
    return [list(class_names).index(name) for name in names]


def choose_classes(labelled: LabelledImages, labels: Sequence[int]) -> LabelledImages:
    """Leave out all classes but some, and number these anew.

    Args:
        labelled: Images and labels.
        labels: The classes to keep. The first one becomes class 0, the second one class 1, and so on.

    Returns:
        Copies of the images of these classes, in the order in which they came.

    Raises:
        ImageSetError: If a class has no images.
    """
    if lost := [label for label in labels if label not in labelled.labels]:
        raise ImageSetError(f"every class needs images, got none with label {', '.join(map(str, lost))}")
    new_labels = np.zeros(np.iinfo(labelled.labels.dtype).max + 1, dtype=labelled.labels.dtype)
    new_labels[list(labels)] = np.arange(len(labels))
    kept = np.isin(labelled.labels, labels)
    return LabelledImages(labelled.images[kept], new_labels[labelled.labels[kept]])


def choose_image(labelled: LabelledImages, index: int) -> tuple[np.ndarray, int]:
    """One image with its label.

    Args:
        labelled: Images and labels.
        index: Which one, counted from 0.

    Returns:
        The image, intensities in [0, 1], shape (height, width), and its class index.

    Raises:
        ImageSetError: If there are not as many images.
    """
    if not 0 <= index < len(labelled.labels):
        raise ImageSetError(
            f"there is no image {index:,}; the {len(labelled.labels):,} images are counted from 0 to "
            f"{len(labelled.labels) - 1:,}"
        )
    return intensities(labelled.images[index]), int(labelled.labels[index])


def draw_images(labelled: LabelledImages, n_images: int, seed: int) -> LabelledImages:
    """Draw images at random with the classes in proportion, to within an image a class.

    Of equally frequent classes it draws equal numbers. More images drawn with the same seed include the
    fewer.

    Args:
        labelled: Images and labels.
        n_images: How many to draw; all of them come without a copy, in the order in which they are.
        seed: Seed of the draw.

    Raises:
        ImageSetError: If there are not as many images, or a class would have none.
    """
    if n_images == len(labelled.labels):
        return labelled
    n_classes = len(np.unique(labelled.labels))
    if not n_classes <= n_images < len(labelled.labels):
        raise ImageSetError(
            f"cannot draw {n_images:,} images: expected at least one for each of the {n_classes} classes, "
            f"and at most the {len(labelled.labels):,} that there are"
        )
    drawn = _order_in_proportion(labelled.labels, seed)[:n_images]
    if len(lost := np.setdiff1d(labelled.labels, labelled.labels[drawn])):
        raise ImageSetError(
            f"{n_images:,} images in proportion have none of class {', '.join(map(str, lost))}, which is "
            "rare; draw more"
        )
    return LabelledImages(labelled.images[drawn], labelled.labels[drawn])


def draw_balanced_images(labelled: LabelledImages, n_images: int, seed: int) -> LabelledImages:
    """Draw equal numbers of each class at random.

    More images drawn with the same seed include the fewer.

    Args:
        labelled: Images and labels.
        n_images: How many to draw, of all classes together.
        seed: Seed of the draw.

    Returns:
        Copies of the images, the classes in turn.

    Raises:
        ImageSetError: See :func:`check_balanced_draw`.
    """
    check_balanced_draw(labelled.labels, n_images)
    shuffled = np.random.default_rng(seed).permutation(len(labelled.labels))
    shuffled_labels = labelled.labels[shuffled]
    classes = np.unique(labelled.labels)
    n_each = n_images // len(classes)
    drawn = np.stack([shuffled[shuffled_labels == label][:n_each] for label in classes], axis=1).ravel()
    return LabelledImages(labelled.images[drawn], labelled.labels[drawn])


def check_balanced_draw(labels: np.ndarray, n_images: int) -> None:
    """Refuse to draw what :func:`draw_balanced_images` cannot.

    Raises:
        ImageSetError: If the number of classes does not divide ``n_images``, or a class has too few images.
    """
    classes, counts = np.unique(labels, return_counts=True)
    if n_images % len(classes):
        raise ImageSetError(
            f"cannot draw {n_images:,} images: expected equal numbers of {len(classes)} classes, so a "
            f"multiple of {len(classes)}"
        )
    n_each, rarest = n_images // len(classes), counts.argmin()
    if n_each > counts[rarest]:
        raise ImageSetError(
            f"cannot draw {n_images:,} images: expected {n_each:,} of each class, but class "
            f"{classes[rarest]} has {counts[rarest]:,}, which allows "
            f"{counts[rarest] * len(classes):,} at most"
        )


def _order_in_proportion(labels: np.ndarray, seed: int) -> np.ndarray:
    """Indices in a random order whose every beginning has the classes in proportion."""
    generator = np.random.default_rng(seed)
    shuffled = generator.permutation(len(labels))
    position = np.empty(len(labels))
    for label in np.unique(labels):
        members = shuffled[labels[shuffled] == label]
        # The images of a class are spread evenly over (0, 1).
        position[members] = (np.arange(len(members)) + 0.5) / len(members)
    return shuffled[np.argsort(position[shuffled], kind="stable")]


def repeat_images(labelled: LabelledImages, n_images: int) -> LabelledImages:
    """Repeat a set, in the order in which it is, until it has at least ``n_images`` images.

    An epoch is then as many steps long for a small set as for a larger one. Each image comes equally
    often, give or take one; a set that is large enough comes as it is.
    """
    if len(labelled.labels) >= n_images:
        return labelled
    indices = np.arange(n_images) % len(labelled.labels)
    return LabelledImages(labelled.images[indices], labelled.labels[indices])


def doubling_sizes(n_images: int, smallest: int) -> list[int]:
    """Sizes that double from one to the next and end with ``n_images``.

    Args:
        n_images: The largest size.
        smallest: No size is below it, before rounding to whole images.

    Returns:
        Sizes, ascending: all the images, half of them, a quarter, and so on; empty where ``smallest`` is
        above ``n_images``.
    """
    n_halvings = math.floor(math.log2(n_images / smallest))
    return [round(n_images / 2**halving) for halving in range(n_halvings, -1, -1)]
