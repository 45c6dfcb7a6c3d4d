"""What would make the numbers of an image set wrong: copies, contradictions, order by class, rare classes."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from fashion_nets.data.image_set import RawImageSet

IMAGES_AT_ONCE = 2_000  # their 64-bit words are copied: 12 MB
RARE = 0.1  # of the mean number of images of a class
FEW_CHANGES = 0.1  # of the changes of class from one image to the next that chance would give
_WORD = 8  # bytes


def assess_quality(raw: RawImageSet, class_names: Sequence[str]) -> dict[str, Any]:
    """Count what a person who trusts the numbers should know of.

    Images are copies where all their pixels are equal.

    Args:
        raw: The four arrays, checked.
        class_names: One name per class, in the order of the labels.

    Returns:
        ``duplicates_in_train`` and ``duplicates_in_test``: images that repeat an earlier one of their part;
        ``test_images_in_train``: test images that are training images too; ``images_with_two_labels``: images
        of any part whose copies have different labels; ``train_sorted_by_class``: whether the class hardly
        changes from one training image to the next; ``rare_classes``: the number of training images by name,
        of classes with less than a tenth of the mean.
    """
    groups = _group_copies(np.concatenate([_rows(raw.train_images), _rows(raw.test_images)]))
    n_train = len(raw.train_images)
    train, test = groups[:n_train], groups[n_train:]
    labels = np.concatenate([raw.train_labels, raw.test_labels])
    pairs = np.unique(np.stack([groups, labels]), axis=1)
    contradicted = np.flatnonzero(np.bincount(pairs[0]) > 1)
    counts = np.bincount(raw.train_labels, minlength=len(class_names))
    rare = np.flatnonzero(counts < RARE * counts.mean()).tolist()
    return {
        "duplicates_in_train": len(train) - len(np.unique(train)),
        "duplicates_in_test": len(test) - len(np.unique(test)),
        "test_images_in_train": int(np.isin(test, train).sum()),
        "images_with_two_labels": int(np.isin(groups, contradicted).sum()),
        "train_sorted_by_class": _is_sorted(raw.train_labels),
        "rare_classes": {class_names[label]: int(counts[label]) for label in rare},
    }


def name_doubts(quality: dict[str, Any]) -> Iterator[str]:
    """Say what :func:`assess_quality` has found, a sentence each; nothing where all is well."""
    if count := quality["duplicates_in_train"]:
        yield f"{count:,} training images repeat an earlier one, pixel by pixel"
    if count := quality["duplicates_in_test"]:
        yield f"{count:,} test images repeat an earlier one, pixel by pixel, and count twice in test results"
    if count := quality["test_images_in_train"]:
        yield f"{count:,} test images are training images too: test results flatter every network"
    if count := quality["images_with_two_labels"]:
        yield f"{count:,} images have copies with another label: no network can be right about all of them"
    if quality["train_sorted_by_class"]:
        yield (
            "the training images are sorted by class: the first ones, which validate, are of few classes; "
            "preprocessing.validation_method=stratified takes every class in proportion"
        )
    if rare := quality["rare_classes"]:
        named = ", ".join(f"{name} ({count:,})" for name, count in rare.items())
        yield f"these classes have less than a tenth of the mean number of training images: {named}"


def _rows(images: np.ndarray) -> np.ndarray:
    return images.reshape(len(images), -1)


def _group_copies(rows: np.ndarray) -> np.ndarray:
    """A number for each row, uint8 of shape (n, d), which equal rows and only these have in common."""
    _, groups, counts = np.unique(_hash(rows), return_inverse=True, return_counts=True)
    candidates = np.flatnonzero(counts[groups] > 1)  # equal hashes: few, unless there are many copies
    if len(candidates):
        whole = np.ascontiguousarray(rows[candidates]).view(np.dtype((np.void, rows.shape[1]))).ravel()
        groups[candidates] = len(counts) + np.unique(whole, return_inverse=True)[1]
    return groups


def _hash(rows: np.ndarray) -> np.ndarray:
    """A 64-bit number for each row, equal for equal ones: a random combination of its 64-bit words."""
    n_words = -(-rows.shape[1] // _WORD)
    factors = np.random.default_rng(0).integers(1, 2**63, size=n_words, dtype=np.uint64) * np.uint64(
        2
    ) + np.uint64(1)
    hashes = np.empty(len(rows), dtype=np.uint64)
    padded = np.zeros((IMAGES_AT_ONCE, n_words * _WORD), dtype=np.uint8)
    for start in range(0, len(rows), IMAGES_AT_ONCE):
        block = rows[start : start + IMAGES_AT_ONCE]
        padded[: len(block), : rows.shape[1]] = block
        words = padded[: len(block)].view(np.uint64)
        hashes[start : start + len(block)] = ((words ^ (words >> np.uint64(32))) * factors).sum(
            axis=1, dtype=np.uint64
        )
    return hashes


def _is_sorted(labels: np.ndarray) -> bool:
    shares = np.bincount(labels) / len(labels)
    by_chance = (len(labels) - 1) * (1 - np.square(shares).sum())
    return bool(np.count_nonzero(np.diff(labels.astype(int))) < FEW_CHANGES * by_chance)
