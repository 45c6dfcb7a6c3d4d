import numpy as np
import pytest

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.errors import UserError
from fashion_nets.filters.masks import smooth
from fashion_nets.filters.noise import add_gaussian_noise, drop_pixels, filter_noise

BOTH = pytest.mark.parametrize("disturb", [drop_pixels, add_gaussian_noise])


def bright(n=50, shape=(28, 28)):
    return np.full((n, *shape), 0.8, dtype=np.float32)


@BOTH
def test_noise_follows_its_seed(disturb, test_set):
    images = scale_pixels(test_set.images[:20])
    first, again, other = (disturb(images, 0.5, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


@BOTH
def test_the_first_images_have_the_same_noise_however_many_follow(disturb, test_set):
    all_images = disturb(scale_pixels(test_set.images), 0.3, 42)
    np.testing.assert_array_equal(disturb(scale_pixels(test_set.images[:7]), 0.3, 42), all_images[:7])


@BOTH
@pytest.mark.parametrize("shape", [(28, 28), (5, 9)])
def test_images_keep_their_shape_their_type_and_themselves(disturb, shape):
    images = bright(3, shape)
    disturbed = disturb(images, 0.5, 0)
    assert disturbed.shape == (3, *shape)
    assert disturbed.dtype == np.float32
    np.testing.assert_array_equal(images, bright(3, shape))


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_the_rate_of_the_pixels_is_dropped_and_the_others_stay(rate):
    noisy = drop_pixels(bright(), rate, 0)
    assert np.unique(noisy).tolist() == [0, np.float32(0.8)]
    # Of 39,200 pixels: five standard deviations of a share are 0.013 at most.
    assert (noisy == 0).mean() == pytest.approx(rate, abs=0.013)


def test_a_rate_of_0_drops_nothing():
    np.testing.assert_array_equal(drop_pixels(bright(), 0.0, 0), bright())


@pytest.mark.parametrize("deviation", [0.1, 0.5])
def test_gaussian_noise_has_mean_0_its_deviation_and_no_bounds(deviation):
    noise = add_gaussian_noise(bright(), deviation, 0) - bright()
    assert noise.mean() == pytest.approx(0, abs=0.025 * deviation)
    assert noise.std() == pytest.approx(deviation, rel=0.02)
    assert (noise > 3 * deviation).any()


def test_filters_by_hand():
    image = np.array([[[1, 2, 3], [4, 5, 6], [7, 8, 18]]], dtype=np.float32)
    means, medians = (filter_noise(image, kind, 3)[0] for kind in ("mean", "median"))
    assert means[1, 1] == pytest.approx(54 / 9)
    assert medians[1, 1] == 5
    # Mirrored, the corner has around it 1, 1, 2 twice and 4, 4, 5 once.
    assert means[0, 0] == pytest.approx((2 * (1 + 1 + 2) + 4 + 4 + 5) / 9)
    assert medians[0, 0] == 2


def test_the_median_removes_single_pixels_and_keeps_edges():
    image = np.zeros((1, 8, 8), dtype=np.float32)
    image[:, :, 4:] = 1
    speckled = image.copy()
    speckled[0, 2, 1], speckled[0, 5, 6] = 1, 0
    np.testing.assert_array_equal(filter_noise(speckled, "median", 3), image)


def test_the_mean_is_that_of_the_lectures_filter(test_set):
    images = scale_pixels(test_set.images[:5])
    expected = np.stack([smooth(image, 5) for image in images])
    np.testing.assert_allclose(filter_noise(images, "mean", 5), expected, atol=1e-5)


@pytest.mark.parametrize("kind", ["mean", "median"])
def test_images_do_not_mix_and_a_filter_of_one_pixel_changes_nothing(kind, test_set):
    images = scale_pixels(test_set.images[:5])
    np.testing.assert_array_equal(filter_noise(images, kind, 3)[2], filter_noise(images[2:3], kind, 3)[0])
    np.testing.assert_allclose(filter_noise(images, kind, 1), images, atol=1e-6)


def test_a_filter_larger_than_the_images_is_refused():
    with pytest.raises(UserError, match="larger than the images of 5 x 9 pixels, got 7 x 7"):
        filter_noise(bright(1, (5, 9)), "mean", 7)
