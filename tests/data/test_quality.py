from pathlib import Path

import numpy as np
import pytest

from fashion_nets.data.idx import read_idx
from fashion_nets.data.image_set import RawImageSet
from fashion_nets.data.quality import assess_quality, name_doubts

FULL_DATA = Path("/usr/share/datasets/fashion-mnist")  # of the package dataset-fashion-mnist
NAMES = ["circle", "square", "star"]
NOTHING = {
    "duplicates_in_train": 0,
    "duplicates_in_test": 0,
    "test_images_in_train": 0,
    "images_with_two_labels": 0,
    "train_sorted_by_class": False,
    "rare_classes": {},
}


def random_set(n_train=60, n_test=30):
    """Images of 3 x 3 pixels, nine bytes, which are no whole number of words; labels in turn."""
    stream = np.random.default_rng(0)
    images = stream.integers(0, 256, size=(n_train + n_test, 3, 3), dtype=np.uint8)
    labels = (np.arange(n_train + n_test) % 3).astype(np.uint8)
    return RawImageSet(images[:n_train], labels[:n_train], images[n_train:], labels[n_train:])


def test_where_all_is_well_nothing_is_said():
    quality = assess_quality(random_set(), NAMES)
    assert quality == NOTHING
    assert list(name_doubts(quality)) == []


def test_copies_are_counted_within_and_between_the_parts():
    raw = random_set()
    train, test = raw.train_images.copy(), raw.test_images.copy()
    train[[3, 6]] = train[0]  # of the same class: two copies of one
    test[0] = train[3 + 6]  # of class 0 both
    test[4] = test[1]  # of class 1 both
    quality = assess_quality(raw._replace(train_images=train, test_images=test), NAMES)
    assert quality == NOTHING | {
        "duplicates_in_train": 2,
        "duplicates_in_test": 1,
        "test_images_in_train": 1,
    }
    said = list(name_doubts(quality))
    assert said[0].startswith("2 training images repeat")
    assert said[1].startswith("1 test images repeat")
    assert said[2].startswith("1 test images are training images too")


def test_images_that_differ_in_one_bit_are_no_copies():
    raw = random_set()
    train = raw.train_images.copy()
    train[1] = train[0]
    train[1, 2, 2] ^= 1
    assert assess_quality(raw._replace(train_images=train), NAMES) == NOTHING


def test_one_image_under_two_labels_is_counted_with_all_its_copies():
    raw = random_set()
    train, test = raw.train_images.copy(), raw.test_images.copy()
    train[1] = train[0]  # classes 1 and 0
    test[2] = train[0]  # class 2
    quality = assess_quality(raw._replace(train_images=train, test_images=test), NAMES)
    assert quality["images_with_two_labels"] == 3
    assert any(line.startswith("3 images have copies with another label") for line in name_doubts(quality))


def test_an_order_by_class_is_seen():
    raw = random_set()
    quality = assess_quality(raw._replace(train_labels=np.sort(raw.train_labels)), NAMES)
    assert quality == NOTHING | {"train_sorted_by_class": True}
    (line,) = name_doubts(quality)
    assert "sorted by class" in line
    assert "preprocessing.validation_method=stratified" in line


def test_a_rare_class_is_named_with_its_count():
    raw = random_set()
    labels = (np.arange(60) % 2).astype(np.uint8)
    labels[30] = 2
    quality = assess_quality(raw._replace(train_labels=labels), NAMES)
    assert quality["rare_classes"] == {"star": 1}
    (line,) = name_doubts(quality)
    assert line.endswith("star (1)")


def test_a_set_of_nothing_but_copies_is_counted_exactly():
    """Every hash occurs more than once, so that all rows are compared whole."""
    raw = random_set()
    twice = np.concatenate([raw.train_images[:30]] * 2)
    quality = assess_quality(raw._replace(train_images=twice), NAMES)
    assert quality["duplicates_in_train"] == 30


@pytest.mark.skipif(not FULL_DATA.is_dir(), reason="the package dataset-fashion-mnist is not installed")
def test_fashion_mnist_has_no_exact_copies_within_or_across_its_parts():
    files = [
        f"{part}-{kind}.gz"
        for part in ("train", "t10k")
        for kind in ("images-idx3-ubyte", "labels-idx1-ubyte")
    ]
    raw = RawImageSet(*(read_idx(FULL_DATA / file) for file in files))
    assert assess_quality(raw, [str(label) for label in range(10)]) == NOTHING
