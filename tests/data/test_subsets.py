import numpy as np
import pytest

from fashion_nets.data.image_set import ImageSetError, LabelledImages
from fashion_nets.data.subsets import (
    check_balanced_draw,
    choose_classes,
    choose_image,
    doubling_sizes,
    draw_balanced_images,
    draw_images,
    find_classes,
    repeat_images,
)

CLASS_NAMES = ["circle", "square", "star"]


def numbered(*labels):
    """Images of one pixel, whose intensity is the number of the image."""
    images = np.arange(len(labels), dtype=np.float32).reshape(-1, 1, 1)
    return LabelledImages(images, np.array(labels, dtype=np.uint8))


def numbers(part):
    return part.images.ravel().astype(int).tolist()


def test_classes_are_found_by_name_in_the_order_asked_for():
    assert find_classes(["star", "circle"], CLASS_NAMES) == [2, 0]


def test_an_unknown_class_is_refused_with_those_there_are():
    with pytest.raises(ImageSetError, match="no class 'triangle'; there are circle, square, star"):
        find_classes(["star", "triangle"], CLASS_NAMES)


def test_chosen_classes_keep_their_images_and_are_numbered_anew():
    part = numbered(0, 2, 1, 2, 0)
    chosen = choose_classes(part, [2, 0])
    assert numbers(chosen) == [0, 1, 3, 4]
    assert chosen.labels.tolist() == [1, 0, 0, 1]
    assert chosen.labels.dtype == np.uint8
    assert part.labels.tolist() == [0, 2, 1, 2, 0]


def test_a_chosen_class_without_images_is_refused():
    with pytest.raises(ImageSetError, match="got none with label 2"):
        choose_classes(numbered(0, 1, 1), [1, 2])


def test_equally_frequent_classes_are_drawn_in_equal_numbers():
    part = numbered(*[0, 1] * 50)
    drawn = draw_images(part, 20, seed=1)
    assert np.bincount(drawn.labels).tolist() == [10, 10]
    assert len(set(numbers(drawn))) == 20
    np.testing.assert_array_equal(part.labels[numbers(drawn)], drawn.labels)


def test_classes_of_different_sizes_are_drawn_in_proportion():
    drawn = draw_images(numbered(*[0] * 75, *[1] * 25), 20, seed=1)
    assert np.bincount(drawn.labels).tolist() == [15, 5]


def test_a_seed_draws_the_same_images_again_and_another_seed_others():
    part = numbered(*[0, 1, 2] * 40)
    once, again, other = (numbers(draw_images(part, 30, seed)) for seed in (7, 7, 8))
    assert once == again
    assert set(once) != set(other)


def test_more_images_of_the_same_seed_include_the_fewer():
    part = numbered(*[0, 1, 2] * 40)
    few, many = (set(numbers(draw_images(part, n, seed=7))) for n in (12, 60))
    assert few < many


def test_a_balanced_draw_has_equal_numbers_of_frequent_and_rare_classes():
    part = numbered(*[0] * 75, *[2] * 20, *[5] * 5)
    drawn = draw_balanced_images(part, 15, seed=1)
    assert np.unique(drawn.labels, return_counts=True)[1].tolist() == [5, 5, 5]
    assert len(set(numbers(drawn))) == 15
    np.testing.assert_array_equal(part.labels[numbers(drawn)], drawn.labels)


def test_a_balanced_draw_follows_its_seed_and_begins_with_the_smaller_one():
    part = numbered(*[0, 1, 2] * 40)
    few, again, other, many = (
        numbers(draw_balanced_images(part, n, seed)) for n, seed in ((12, 7), (12, 7), (12, 8), (60, 7))
    )
    assert few == again == many[:12]
    assert set(few) != set(other)


def test_all_images_can_be_drawn_in_balance():
    assert sorted(numbers(draw_balanced_images(numbered(*[0, 1] * 5), 10, seed=1))) == list(range(10))


@pytest.mark.parametrize(
    ("n_images", "message"),
    [
        (10, "cannot draw 10 images: expected equal numbers of 3 classes, so a multiple of 3"),
        (18, "cannot draw 18 images: expected 6 of each class, but class 2 has 5, which allows 15 at most"),
    ],
)
def test_what_cannot_be_drawn_in_balance_is_refused(n_images, message):
    part = numbered(*[0] * 75, *[1] * 20, *[2] * 5)
    with pytest.raises(ImageSetError, match=message):
        check_balanced_draw(part.labels, n_images)
    with pytest.raises(ImageSetError, match=message):
        draw_balanced_images(part, n_images, seed=1)


def test_an_image_comes_with_its_label():
    image, label = choose_image(numbered(0, 2, 1), 1)
    assert (image.item(), label) == (1, 2)


@pytest.mark.parametrize("index", [-1, 3])
def test_an_image_that_is_not_there_is_refused(index):
    with pytest.raises(ImageSetError, match=f"no image {index}; the 3 images are counted from 0 to 2"):
        choose_image(numbered(0, 2, 1), index)


def test_all_images_come_without_a_copy():
    part = numbered(0, 1, 1)
    assert draw_images(part, 3, seed=0) is part


@pytest.mark.parametrize("n_images", [1, 5])
def test_a_number_that_cannot_be_drawn_is_refused(n_images):
    with pytest.raises(ImageSetError, match=r"each of the 2 classes, and at most the 4 that there are"):
        draw_images(numbered(0, 1, 0, 1), n_images, seed=0)


def test_a_draw_without_a_rare_class_is_refused():
    with pytest.raises(ImageSetError, match="none of class 1, which is rare"):
        draw_images(numbered(*[0] * 99, 1), 4, seed=0)


def test_a_small_set_is_repeated_evenly_until_it_is_large_enough():
    repeated = repeat_images(numbered(0, 1, 1), 7)
    assert numbers(repeated) == [0, 1, 2, 0, 1, 2, 0]
    assert repeated.labels.tolist() == [0, 1, 1, 0, 1, 1, 0]


def test_a_large_set_comes_as_it_is():
    part = numbered(0, 1, 1)
    assert repeat_images(part, 3) is part


@pytest.mark.parametrize(
    ("n_images", "smallest", "expected"),
    [
        (800, 100, [100, 200, 400, 800]),
        (55_000, 400, [430, 859, 1719, 3438, 6875, 13750, 27500, 55000]),
        (100, 60, [100]),
        (100, 101, []),
    ],
)
def test_sizes_double_up_to_all_images(n_images, smallest, expected):
    assert doubling_sizes(n_images, smallest) == expected
