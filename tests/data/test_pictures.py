import numpy as np
import pytest
from PIL import Image

from fashion_nets.data.pictures import PictureError, check_picture_file, read_colours, read_picture
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
        ("text.png", "it is none of PNG, JPEG, WEBP, TIFF, GIF, BMP, or is damaged"),
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


def test_the_reason_stands_alone(tmp_path):
    Image.new("1", (12_000, 10_000)).save(tmp_path / "bomb.png")
    with pytest.raises(PictureError) as refused:
        read_picture(tmp_path / "bomb.png")
    assert refused.value.reason.startswith("it has 12,000 x 10,000 pixels")
    assert str(refused.value) == f"{tmp_path}/bomb.png cannot be read as an image: {refused.value.reason}"


def test_what_pillow_does_not_open_is_too_large_in_our_words(tmp_path):
    Image.new("1", (20_000, 10_000)).save(tmp_path / "bomb.png")
    with pytest.raises(PictureError, match="it has more than 160,000,000 pixels, and at most 80,000,000 are"):
        read_picture(tmp_path / "bomb.png")


@pytest.mark.parametrize("white", [1, 255, 4095, 65535])
def test_floats_are_scaled_by_the_least_white_that_holds_them(white, tmp_path):
    Image.fromarray(np.float32([[0, 0.5, 1]]) * np.float32(white)).save(tmp_path / "floats.tiff")
    np.testing.assert_allclose(read_picture(tmp_path / "floats.tiff"), [[0, 0.5, 1]])


@pytest.mark.parametrize(
    ("kind", "name"), [(np.uint16, "deep.png"), (np.uint16, "deep.tiff"), (np.int32, "deep.tiff")]
)
@pytest.mark.parametrize("white", [255, 4080, 65535])
def test_whole_numbers_need_not_fill_their_bits(white, kind, name, tmp_path):
    """A white of 4080 is that of 12 bits, as cameras leave it: 8 bits times 16."""
    Image.fromarray(np.array([[0, white // 5, white]], dtype=kind)).save(tmp_path / name)
    np.testing.assert_allclose(read_picture(tmp_path / name), [[0, 0.2, 1]], atol=0.004)


@pytest.mark.parametrize("kind", [np.float32, np.int32])
@pytest.mark.parametrize("values", [[-1, 1], [0, 1e6]])
def test_grey_levels_of_no_known_scale_are_refused(values, kind, tmp_path):
    Image.fromarray(np.array([values], dtype=kind)).save(tmp_path / "deep.tiff")
    with pytest.raises(
        UserError, match="its grey levels should lie between 0 and 1, 255, 4095 or 65535, got"
    ):
        read_colours(tmp_path / "deep.tiff")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_pixels_that_are_no_numbers_are_counted(value, tmp_path):
    Image.fromarray(np.float32([[0, value, 1]])).save(tmp_path / "floats.tiff")
    with pytest.raises(UserError, match="1 of its 3 pixels are no finite numbers"):
        read_colours(tmp_path / "floats.tiff")


COLOURED = np.zeros((6, 4, 3), dtype=np.uint8)
COLOURED[:, :2] = [200, 100, 0]  # left half


@pytest.mark.parametrize(
    ("name", "convert"),
    [
        ("rgb.png", lambda picture: picture),
        ("rgb.bmp", lambda picture: picture),
        ("rgb.tiff", lambda picture: picture),
        ("rgba.png", lambda picture: picture.convert("RGBA")),
        ("palette.png", lambda picture: picture.convert("P", palette=Image.Palette.ADAPTIVE)),
        ("palette.gif", lambda picture: picture.convert("P", palette=Image.Palette.ADAPTIVE)),
        ("lossless.webp", lambda picture: picture),
        ("cmyk.tiff", lambda picture: picture.convert("CMYK")),
    ],
)
def test_colours_are_the_same_from_every_kind_of_file(name, convert, tmp_path):
    convert(Image.fromarray(COLOURED)).save(tmp_path / name, **({"lossless": True} if "webp" in name else {}))
    np.testing.assert_allclose(read_colours(tmp_path / name), COLOURED / 255, atol=2 / 255)


@pytest.mark.parametrize(
    "grey",
    [
        LEVELS,
        LEVELS.astype(np.uint16) * 257,
        LEVELS.astype(np.int32) * 257,
        (LEVELS / 255).astype(np.float32),
    ],
)
def test_grey_levels_of_every_depth_become_three_equal_channels(grey, tmp_path):
    Image.fromarray(grey).save(tmp_path / "grey.tiff")
    colours = read_colours(tmp_path / "grey.tiff")
    assert colours.dtype == np.float32
    np.testing.assert_allclose(colours, np.repeat(LEVELS[:, :, None] / 255, 3, axis=2), atol=1e-6)


def test_narrow_pictures_keep_their_width(tmp_path):
    picture = np.full((3000, 4), 255, dtype=np.uint8)
    picture[100:-100, 1:3] = 40
    Image.fromarray(picture).save(tmp_path / "narrow.png")
    np.testing.assert_allclose(read_colours(tmp_path / "narrow.png")[:, :, 0], picture / 255, atol=1e-6)


@pytest.mark.parametrize("kind", ["RGB", "F", "I;16"])
def test_large_pictures_are_read_smaller_by_the_means_of_blocks(kind, tmp_path):
    picture = np.zeros((60, 100), dtype=np.uint8)
    picture[::2] = 200
    image = Image.fromarray(picture)
    image = Image.fromarray(picture.astype(np.uint16) * 257) if kind == "I;16" else image.convert(kind)
    image.save(tmp_path / "large.tiff")
    colours = read_colours(tmp_path / "large.tiff", longest_side=45)  # blocks of 2 x 2
    assert colours.shape == (30, 50, 3)
    np.testing.assert_allclose(colours, 100 / 255, atol=1e-3)
    assert read_colours(tmp_path / "large.tiff", longest_side=60).shape == (60, 100, 3)


def test_a_large_photograph_is_turned_upright_and_small(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    picture = np.zeros((300, 400), dtype=np.uint8)
    picture[:150] = 255  # the upper half, which is the right one when turned clockwise
    Image.fromarray(picture).save(tmp_path / "sideways.jpg", exif=exif, quality=95)
    colours = read_colours(tmp_path / "sideways.jpg", longest_side=50)
    assert colours.shape == (50, 38, 3)
    assert colours[:, :18].max() < 0.05
    assert colours[:, 20:].min() > 0.95


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp", "a.tiff", "a.gif", "a.bmp"])
def test_a_damaged_file_is_refused_and_nothing_else_happens(name, tmp_path):
    """Cut off anywhere, or with bytes changed, it gives an image or a reason."""
    random = np.random.default_rng(0)
    Image.fromarray(random.integers(0, 255, (20, 30, 3), dtype=np.uint8)).save(tmp_path / name)
    whole, refused = (tmp_path / name).read_bytes(), 0
    for _ in range(60):
        content = bytearray(whole[: random.integers(1, len(whole))] if random.random() < 0.5 else whole)
        for place in random.integers(0, len(content), 5):
            content[place] = random.integers(0, 256)
        (tmp_path / name).write_bytes(content)
        for read in (read_picture, read_colours):
            try:
                assert read(tmp_path / name).size
            except PictureError:
                refused += 1
    assert refused > 20
