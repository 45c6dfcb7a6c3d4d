import numpy as np
import pytest
from tests.conftest import SAMPLE_FOLDER

from fashion_nets.data.idx import read_idx
from fashion_nets.data.photographs import (
    Background,
    centre,
    clear_background,
    find_background,
    fit,
    is_darker,
    negate,
    prepare,
    sharpen,
    to_grey,
    to_grey_levels,
    trim,
)
from fashion_nets.errors import UserError

WHITE = Background(np.ones(3, np.float32), 0.01)


def on_white(image):
    """A published image as it was before it was negated."""
    return coloured(1 - image.astype(np.float32) / 255)


def coloured(grey):
    return np.repeat(np.asarray(grey, dtype=np.float32)[:, :, np.newaxis], 3, axis=2)


def paper(height, width, level=1.0):
    return np.full((height, width, 3), level, dtype=np.float32)


class TestBackground:
    def test_it_is_what_most_of_the_border_shows(self):
        picture = paper(10, 10)
        picture[0, :4] = 0.2  # a sleeve that touches the border
        picture[3:7, 3:7] = 0.5
        found = find_background(picture)
        np.testing.assert_array_equal(found.colour, [1, 1, 1])
        assert found.closeness == 0.01

    def test_noise_at_the_border_widens_what_belongs_to_it(self):
        picture = paper(11, 11, 0.8)
        picture[:, ::2] = 0.9  # 6 of 11 columns: the median; the others are 0.1 from it
        assert find_background(picture).colour[0] == pytest.approx(0.9)
        picture[1:-1, 0] = picture[1:-1, -1] = 0.8  # now 12 of 40 pixels are 0.9
        found = find_background(picture)
        assert found.colour[0] == pytest.approx(0.8)
        assert found.closeness == 0.01  # more than half of the border is even
        picture[0, :] = np.linspace(0.7, 0.9, 11)[:, None]
        picture[-1, :] = picture[0, :]
        picture[1:-1, 0] = picture[1:-1, -1] = np.linspace(0.7, 0.9, 9)[:, None]
        # Evenly spread over 0.7 to 0.9, half of the pixels are within 0.05 of the middle.
        assert find_background(picture).closeness == pytest.approx(0.15, abs=0.03)


class TestTrim:
    def test_rows_and_columns_of_background_are_cut_off_at_the_edges_alone(self):
        picture = paper(8, 9)
        picture[2, 3] = picture[6, 5] = 0.5
        trimmed = trim(picture, WHITE)
        assert trimmed.shape == (5, 3, 3)
        np.testing.assert_array_equal(trimmed, picture[2:7, 3:6])

    def test_what_is_close_to_the_background_belongs_to_it(self):
        picture = paper(5, 5)
        picture[2, 2], picture[0, 0] = 0.5, 0.995
        assert trim(picture, WHITE).shape == (1, 1, 3)
        picture[0, 0] = 0.985
        assert trim(picture, WHITE).shape == (3, 3, 3)

    def test_a_colour_of_the_same_lightness_is_no_background(self):
        picture = paper(5, 5)
        picture[1, 1:3] = [1, 1, 0.9]  # pale yellow: luma 0.989, but 0.1 / sqrt(3) away
        assert trim(picture, WHITE).shape == (1, 2, 3)

    def test_a_picture_of_one_colour_is_refused(self):
        with pytest.raises(UserError, match="there is nothing on it"):
            trim(paper(5, 5), WHITE)


class TestIsDarker:
    def test_colours_have_their_luma(self):
        on_green = Background(np.float32([0, 1, 0]), 0.01)  # 0.587
        assert not is_darker(paper(4, 4) * np.float32([1, 1, 0]), on_green)  # yellow: 0.886
        assert is_darker(paper(4, 4) * np.float32([0, 0, 1]), on_green)  # blue: 0.114

    def test_large_differences_outweigh_many_small_ones(self):
        grey = Background(np.full(3, 0.6, np.float32), 0.01)
        assert is_darker(coloured([[0.7, 0.7, 0.7, 0.2, 0.605]]), grey)  # 3 x 0.1 against 0.4
        assert not is_darker(coloured([[0.7, 0.7, 0.7, 0.4, 0.605]]), grey)  # against 0.2


class TestClearBackground:
    def test_light_paper_becomes_white_and_what_is_on_it_lighter(self):
        picture = coloured([[0.8, 0.4, 0.9]]) * np.float32([1, 1, 0.5])  # in yellow light
        background = Background(np.float32([0.8, 0.8, 0.4]), 0.01)
        np.testing.assert_allclose(
            clear_background(picture, background, is_dark=True), coloured([[1, 0.5, 1]]), rtol=1e-5
        )

    def test_a_dark_ground_becomes_black_and_what_is_on_it_darker(self):
        background = Background(np.full(3, 0.2, np.float32), 0.01)
        cleared = clear_background(coloured([[0.2, 0.6, 1.0, 0.1]]), background, is_dark=False)
        np.testing.assert_allclose(cleared, coloured([[0, 0.5, 1, 0]]), atol=1e-6)

    def test_white_and_black_stay(self, test_set):
        picture = on_white(test_set.images[0])
        np.testing.assert_array_equal(clear_background(picture, WHITE, is_dark=True), picture)
        black = Background(np.zeros(3, np.float32), 0.01)
        np.testing.assert_array_equal(clear_background(1 - picture, black, is_dark=False), 1 - picture)


class TestFit:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ((56, 20), (28, 10)),
            ((20, 56), (10, 28)),
            ((7, 7), (28, 28)),
            ((3000, 10), (28, 1)),
            ((29, 28), (28, 27)),
        ],
    )
    def test_the_longest_side_gets_the_wanted_length(self, before, after):
        assert fit(paper(*before), (28, 28)).shape[:2] == after

    def test_rows_and_columns_are_left_out(self):
        picture = coloured(np.arange(8).reshape(1, 8) / 8)
        np.testing.assert_allclose(fit(picture, (4, 4))[0, :, 0], np.array([1, 3, 5, 7]) / 8)

    def test_rows_and_columns_are_repeated_where_there_are_too_few(self):
        picture = coloured([[0.25, 0.75]])
        np.testing.assert_array_equal(fit(picture, (4, 4))[:, :, 0], [[0.25, 0.25, 0.75, 0.75]] * 2)

    def test_much_larger_pictures_are_averaged_first(self):
        stripes = coloured(np.tile([0.0, 1.0], (336, 168)))  # 12 times as many; blocks of 4 x 4 pixels
        np.testing.assert_allclose(fit(stripes, (28, 28)), 0.5)
        grey = np.arange(784).reshape(28, 28) / 784
        enlarged = fit(coloured(np.kron(grey, np.ones((12, 12)))), (28, 28))[:, :, 0]
        np.testing.assert_allclose(enlarged, grey, rtol=1e-5)


class TestSharpen:
    def test_even_areas_stay(self):
        np.testing.assert_allclose(sharpen(paper(5, 5, 0.3)), paper(5, 5, 0.3), rtol=1e-5)

    def test_a_point_gets_the_weights_of_the_kernel(self):
        picture = paper(5, 5, 0.5)
        picture[2, 2] = 0.6
        edge, corner = np.exp(-0.5), np.exp(-1)
        whole = 1 + 4 * edge + 4 * corner  # the Gaussian; the kernel is twice that less the Gaussian
        total = 2 * whole - (whole - 1)
        sharp = sharpen(picture)[:, :, 0]
        assert sharp[2, 2] == pytest.approx(0.5 + 0.1 * 2 * whole / total, rel=1e-5)
        assert sharp[1, 2] == pytest.approx(0.5 - 0.1 * edge / total, rel=1e-5)
        assert sharp[1, 1] == pytest.approx(0.5 - 0.1 * corner / total, rel=1e-5)
        assert sharp[0, 0] == pytest.approx(0.5, rel=1e-5)

    def test_intensities_stay_between_black_and_white(self):
        picture = paper(4, 4, 0.0)
        picture[:, 2:] = 1
        sharp = sharpen(picture)
        assert (sharp.min(), sharp.max()) == (0, 1)


class TestCentre:
    def test_an_odd_pixel_goes_to_the_top_and_to_the_left(self):
        extended = centre(paper(1, 2, 0.5), (4, 5), ground=0.9)[:, :, 0]
        assert (extended == np.float32(0.5)).nonzero() == pytest.approx(np.array([[2, 2], [2, 3]]))
        assert (extended == np.float32(0.9)).sum() == 18

    def test_an_even_margin_is_halved(self):
        extended = centre(paper(4, 2, 0.0), (4, 4), ground=1.0)[:, :, 0]
        np.testing.assert_array_equal(extended, [[1, 0, 0, 1]] * 4)


def test_grey_is_luma_negated_and_rounded_to_8_bits():
    colours = np.float32([[[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]])
    np.testing.assert_allclose(to_grey(colours), [[0.299, 0.587, 0.114, 1]], rtol=1e-5)
    np.testing.assert_allclose(negate(np.float32([0, 0.25, 1])), [1, 0.75, 0])
    levels = to_grey_levels(np.float32([0, 0.5, 0.998, 1, 1.00001]))
    assert levels.dtype == np.uint8
    assert levels.tolist() == [0, 128, 254, 255, 255]


def test_a_garment_darker_than_its_paper_is_negated_and_one_on_a_dark_ground_is_not():
    picture = paper(50, 40)
    picture[10:38, 10:24] = 0.25  # 28 x 14 pixels
    prepared = prepare(picture, (28, 28), is_sharpened=False)
    expected = np.zeros((28, 28), np.uint8)
    expected[:, 7:21] = 191  # 0.75 of 255
    assert prepared.is_negated
    np.testing.assert_array_equal(prepared.image, expected)
    dark = prepare(1 - picture, (28, 28), is_sharpened=False)
    assert not dark.is_negated
    np.testing.assert_array_equal(dark.image, expected)


@pytest.mark.parametrize(
    ("ground", "garment", "level"),
    [
        (0.7, 0.98, 238),  # (0.98 - 0.7) / 0.3 of 255
        (0.55, 0.8, 142),
        (0.48, 0.05, 228),  # 1 - 0.05 / 0.48
        (0.4, 0.2, 128),
        (0.1, 0.05, 128),
        (0.1, 0.55, 128),
        (0.9, 0.45, 128),
    ],
)
def test_a_garment_is_seen_on_whichever_side_of_its_background_it_is(ground, garment, level):
    picture = paper(50, 40, ground)
    picture[10:38, 10:24] = garment
    prepared = prepare(picture, (28, 28))
    assert prepared.is_negated == (garment < ground)
    assert set(prepared.image[:, 7:21].ravel()) == {level}
    assert not prepared.image[:, :7].any()


def test_what_can_hardly_be_told_from_its_background_is_refused():
    picture = paper(50, 40)
    picture[10:38, 10:24] = 0.97  # 8 of 255 grey levels
    with pytest.raises(UserError, match="can hardly be told from its background: take another one"):
        prepare(picture, (28, 28))


def test_published_images_come_through_as_they_are():
    """1,000 images on white: trimmed, fitted and centred, almost all are the same pixel by pixel.

    The others are trimmed at a row or a column of a grey level or two. Centred with the odd pixel on the
    other side, as those are that are upside down, less than half of them would be the same.
    """
    images = read_idx(SAMPLE_FOLDER / "train-images-idx3-ubyte.gz")[:1000]
    prepared = [prepare(on_white(image), (28, 28), is_sharpened=False) for image in images]
    assert all(each.is_negated for each in prepared)
    same = np.array([np.array_equal(each.image, image) for each, image in zip(prepared, images, strict=True)])
    assert same.mean() > 0.93
    upside_down = [np.rot90(image, 2) for image in images]
    prepared = [prepare(on_white(image), (28, 28), is_sharpened=False).image for image in upside_down]
    same = [np.array_equal(each, image) for each, image in zip(prepared, upside_down, strict=True)]
    assert np.mean(same) < 0.5
