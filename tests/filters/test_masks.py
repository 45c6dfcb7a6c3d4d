import numpy as np
import pytest

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.errors import UserError
from fashion_nets.filters.masks import (
    SOBEL_HORIZONTAL,
    SOBEL_VERTICAL,
    convolve_image,
    filter_image,
    mean_mask,
    sharpen,
    smooth,
)

STEP = np.array([[0, 0, 1, 1]] * 4, dtype=np.float32)  # brightens from left to right, once
RAMP = np.tile(np.arange(6.0), (5, 1))


def test_masks_are_the_lectures():
    np.testing.assert_array_equal(SOBEL_VERTICAL, [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    np.testing.assert_array_equal(SOBEL_HORIZONTAL, [[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
    np.testing.assert_allclose(mean_mask(10), np.ones((10, 10)) / 100)


def test_a_convolution_flips_its_mask():
    image = np.zeros((3, 3))
    image[1, 1] = 1
    mask = np.arange(9).reshape(3, 3)
    np.testing.assert_array_equal(convolve_image(image, mask), mask)  # where a correlation would turn it


def test_a_vertical_edge_shows_in_one_direction_alone():
    vertical, horizontal = convolve_image(STEP, SOBEL_VERTICAL), convolve_image(STEP, SOBEL_HORIZONTAL)
    np.testing.assert_array_equal(vertical, [[0, -4, -4, 0]] * 4)  # (1 + 2 + 1) times the step
    np.testing.assert_array_equal(horizontal, np.zeros((4, 4)))
    np.testing.assert_array_equal(convolve_image(STEP.T, SOBEL_HORIZONTAL), vertical.T)


def test_the_strength_of_an_edge_is_the_length_of_its_gradient():
    image = np.zeros((4, 4))
    image[2:, 2:] = 1
    filtered = filter_image(image, 3)
    # At the corner a single weight of each mask, one of its own corners, meets what is bright.
    assert (filtered["vertical_edges"][1, 1], filtered["horizontal_edges"][1, 1]) == (-1, -1)
    assert filtered["edge_strength"][1, 1] == pytest.approx(np.sqrt(2))
    assert (filtered["vertical_edges"][2, 1], filtered["horizontal_edges"][2, 1]) == (-3, -1)
    assert filtered["edge_strength"][2, 1] == pytest.approx(np.sqrt(10))


def test_the_mean_filter_takes_the_mean_and_mirrors_at_the_border():
    np.testing.assert_allclose(smooth(STEP, 3), [[0, 1 / 3, 2 / 3, 1]] * 4, atol=1e-12)
    np.testing.assert_allclose(smooth(RAMP, 3)[0], [1 / 3, 1, 2, 3, 4, 14 / 3])


def test_a_mean_of_an_even_size_reaches_one_pixel_farther_to_the_left():
    np.testing.assert_allclose(smooth(RAMP, 4)[0, 2:5], [1.5, 2.5, 3.5])  # of 0 to 3, 1 to 4, 2 to 5


def test_sharpening_adds_what_smoothing_takes_away():
    np.testing.assert_allclose(sharpen(STEP, smooth(STEP, 3)), [[0, -1 / 3, 4 / 3, 1]] * 4, atol=1e-12)


@pytest.mark.parametrize("size", [1, 3, 10])
def test_flat_images_have_no_edges_and_stay_as_they_are(size):
    filtered = filter_image(np.full((12, 10), 0.3), size)
    for name, value in (("smoothed", 0.3), ("sharpened", 0.3), ("edge_strength", 0)):
        np.testing.assert_allclose(filtered[name], value, atol=1e-12)


def test_smoothing_and_sharpening_keep_the_mean_of_a_real_image(test_set):
    image = scale_pixels(test_set.images[1])
    filtered = filter_image(image, 3)
    np.testing.assert_array_equal(image, scale_pixels(test_set.images[1]))
    assert filtered["smoothed"].std() < image.std() < filtered["sharpened"].std()
    np.testing.assert_allclose(filtered["smoothed"] + filtered["sharpened"], 2 * image, atol=1e-6)
    assert {values.shape for values in filtered.values()} == {(28, 28)}


def test_grey_levels_do_not_overflow():
    levels = np.array([[0, 255]] * 2, dtype=np.uint8)
    assert convolve_image(levels, SOBEL_VERTICAL).min() == -4 * 255
    assert sharpen(levels, smooth(levels, 2)).max() > 255


def test_a_filter_larger_than_the_image_is_refused():
    with pytest.raises(UserError, match="larger than the image of 5 x 6 pixels, got 6 x 6"):
        smooth(RAMP, 6)


def test_an_image_with_channels_is_refused():
    with pytest.raises(ValueError, match=r"got shapes \(5, 5, 3\) and \(3, 3\)"):
        convolve_image(np.zeros((5, 5, 3)), SOBEL_VERTICAL)
