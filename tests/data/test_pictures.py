import numpy as np
import pytest
from PIL import Image

from fashion_nets.data.pictures import check_picture_file, read_picture
from fashion_nets.errors import UserError

LEVELS = np.array([[0, 51, 255], [102, 204, 153]], dtype=np.uint8)


def test_grey_levels_come_as_intensities(tmp_path):
    Image.fromarray(LEVELS).save(tmp_path / "grey.png")
    picture = read_picture(tmp_path / "grey.png")
    assert picture.dtype == np.float32
    np.testing.assert_allclose(picture, [[0, 0.2, 1], [0.4, 0.8, 0.6]], rtol=1e-6)


def test_colours_become_their_luma(tmp_path):
    colours = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], dtype=np.uint8)
    Image.fromarray(colours).save(tmp_path / "colours.png")
    picture = read_picture(tmp_path / "colours.png")
    np.testing.assert_allclose(picture, [[0.299, 0.587, 0.114, 1]], atol=0.5 / 255)


def test_sixteen_bits_are_not_cut_off(tmp_path):
    Image.fromarray(np.array([[0, 257, 65535]], dtype=np.uint16)).save(tmp_path / "deep.png")
    np.testing.assert_allclose(read_picture(tmp_path / "deep.png"), [[0, 1 / 255, 1]], rtol=1e-6)


def test_what_is_transparent_is_white(tmp_path):
    black = np.zeros((1, 2, 4), dtype=np.uint8)
    black[0, 1, 3] = 255  # the second pixel is opaque
    Image.fromarray(black).save(tmp_path / "transparent.png")
    np.testing.assert_array_equal(read_picture(tmp_path / "transparent.png"), [[1, 0]])


def test_a_photograph_is_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation: to be turned clockwise by a quarter
    Image.fromarray(LEVELS).save(tmp_path / "sideways.png", exif=exif)
    turned = np.rot90(LEVELS, k=-1) / 255
    np.testing.assert_allclose(read_picture(tmp_path / "sideways.png"), turned, rtol=1e-6)


def test_what_is_no_picture_is_refused_with_the_reason(tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    Image.fromarray(np.tile(LEVELS, (50, 50))).save(tmp_path / "whole.png")
    whole = (tmp_path / "whole.png").read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    for name, reason in (
        ("nowhere.png", "No such file or directory"),
        ("", "Is a directory"),
        ("text.png", "cannot identify image file"),
        ("half.png", "truncated"),
    ):
        with pytest.raises(UserError, match=f"cannot be read as an image: .*{reason}"):
            read_picture(tmp_path / name)


def test_a_picture_of_too_many_pixels_is_refused_by_its_header(tmp_path):
    """A file of a few kB that would become gigabytes."""
    path = tmp_path / "bomb.png"
    Image.new("1", (12_000, 10_000)).save(path)
    for read in (read_picture, check_picture_file):
        with pytest.raises(UserError, match=r"12,000 x 10,000 pixels, and at most 80,000,000 are read"):
            read(path)
