import gzip
import os

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fashion_nets.data.gathering import MOST_IMAGES, as_gathered, check_source, gather
from fashion_nets.data.idx import write_idx
from fashion_nets.errors import UserError

SHAPE = (28, 28)


def shirt(size=(60, 50), ground=255, garment=60):
    picture = np.full(size, ground, np.uint8)
    picture[10:-10, 15:-15] = garment
    return picture


def gather_all(source):
    return gather(source, SHAPE, is_sharpened=True)


def test_a_folder_is_read_by_name_and_what_cannot_be_read_is_told(tmp_path, test_set):
    Image.fromarray(shirt()).save(tmp_path / "b.png")
    Image.fromarray(255 - shirt()).save(tmp_path / "a.webp", lossless=True)
    write_idx(tmp_path / "c-images.gz", np.asarray(test_set.images[:3]))
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "half.png").write_bytes((tmp_path / "b.png").read_bytes()[:60])
    (tmp_path / "empty.jpg").touch()
    Image.fromarray(np.full((30, 30), 200, np.uint8)).save(tmp_path / "blank.png")
    Image.new("1", (12_000, 10_000)).save(tmp_path / "bomb.png")
    (tmp_path / "below").mkdir()
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / ".hidden").touch()
    gathered = gather_all(tmp_path)
    assert gathered.images.shape == (5, 28, 28)
    assert gathered.images.dtype == np.uint8
    expected = [
        ("a.webp", 0, False),
        ("b.png", 0, True),
        *(("c-images.gz", index, pd.NA) for index in range(3)),
    ]
    assert [tuple(row) for row in gathered.origins.to_numpy()] == expected
    np.testing.assert_array_equal(gathered.images[2:], test_set.images[:3])
    np.testing.assert_array_equal(gathered.images[0], gathered.images[1])
    reasons = gathered.unread.set_index("file")["reason"]
    assert list(reasons.index) == [
        "below",
        "blank.png",
        "bomb.png",
        "empty.jpg",
        "gone.png",
        "half.png",
        "notes.txt",
    ]
    assert reasons["below"].startswith("it is a folder: name it as the source")
    assert reasons["blank.png"].startswith("there is nothing on it")
    assert "12,000 x 10,000 pixels, and at most 80,000,000 are read" in reasons["bomb.png"]
    assert reasons["gone.png"] == "it is no file, or leads to none"
    assert "truncated" in reasons["half.png"]
    assert reasons["notes.txt"] == "it is none of PNG, JPEG, WEBP, TIFF, GIF, BMP, or is damaged"
    assert not any(str(tmp_path) in reason for reason in reasons)


def test_one_picture_is_a_source_too(tmp_path):
    Image.fromarray(shirt()).save(tmp_path / "shirt.jpg")
    gathered = gather_all(tmp_path / "shirt.jpg")
    assert gathered.origins.to_dict("records") == [{"file": "shirt.jpg", "image": 0, "negated": True}]
    assert gathered.unread.empty
    assert list(gathered.unread.columns) == ["file", "reason"]


def test_names_that_are_no_utf_8_are_written_by_their_bytes(tmp_path):
    Image.fromarray(shirt()).save(tmp_path / "shirt.png")
    (tmp_path / "shirt.png").rename(tmp_path / os.fsdecode(b"a\xff.png"))
    (tmp_path / os.fsdecode(b"b\xfe.png")).write_bytes(b"no picture")
    gathered = gather_all(tmp_path)
    assert gathered.origins["file"].to_list() == ["a\\xff.png"]
    assert gathered.unread["file"].to_list() == ["b\\xfe.png"]
    gathered.origins.to_parquet(tmp_path / "origins.parquet")


def test_a_pipe_is_no_file(tmp_path):
    """To open it would wait for ever."""
    os.mkfifo(tmp_path / "pipe.png")
    Image.fromarray(shirt()).save(tmp_path / "shirt.png")
    assert gather_all(tmp_path).unread["reason"].to_list() == ["it is no file, or leads to none"]
    with pytest.raises(UserError, match="it is no file"):
        gather_all(tmp_path / "pipe.png")


@pytest.mark.parametrize(
    ("name", "reason"),
    [("nowhere", "nowhere cannot be read: No such file"), ("", "is an empty folder: put pictures into it")],
)
def test_a_source_without_files_is_refused(name, reason, tmp_path):
    for refuse in (check_source, gather_all):
        with pytest.raises(UserError, match=reason):
            refuse(tmp_path / name)


def test_a_source_of_which_nothing_can_be_read_is_refused_with_the_reasons(tmp_path):
    for index in range(5):
        (tmp_path / f"{index}.txt").write_text("no picture")
    with pytest.raises(UserError, match=r"Nothing of .* can be read. 0.txt: it is none of .*; and 2 more"):
        gather_all(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not bind root")
def test_what_may_not_be_read_is_told(tmp_path):
    for name in ("a.png", "b.png"):
        Image.fromarray(shirt()).save(tmp_path / name)
    (tmp_path / "a.png").chmod(0)
    assert gather_all(tmp_path).unread["reason"].to_list() == ["it cannot be read: Permission denied"]
    with pytest.raises(UserError, match="cannot be read: Permission denied"):
        check_source(tmp_path / "a.png")


class TestGreyLevels:
    def test_npz_holds_one_array_of_images_or_one_called_so(self, tmp_path, test_set):
        images = np.asarray(test_set.images[:4])
        np.savez(tmp_path / "one.npz", x=images, y=np.arange(4))
        np.savez_compressed(tmp_path / "named.npz", images=images[1], others=images)
        np.testing.assert_array_equal(gather_all(tmp_path / "one.npz").images, images)
        np.testing.assert_array_equal(gather_all(tmp_path / "named.npz").images, images[1:2])

    @pytest.mark.parametrize(
        ("arrays", "reason"),
        [
            (
                {"x_train": np.zeros((2, 28, 28), np.uint8), "x_test": np.zeros((1, 28, 28), np.uint8)},
                "several arrays of images: x_train, x_test. Call the one that is meant 'images'",
            ),
            (
                {"x": np.zeros((2, 28, 28))},
                r"no grey levels of 28 .* there is x \(float64, 2 x 28 x 28\)",
            ),
            ({"x": np.zeros((0, 28, 28), np.uint8)}, "should hold 1 to 1,000,000 images, got 0"),
            ({"x": np.array([{"a": 1}], dtype=object)}, "no grey levels"),
        ],
    )
    def test_other_arrays_are_refused(self, arrays, reason, tmp_path):
        np.savez(tmp_path / "arrays.npz", **arrays)
        with pytest.raises(UserError, match=reason):
            gather_all(tmp_path / "arrays.npz")

    def test_labels_are_no_images(self, tmp_path, test_set):
        write_idx(tmp_path / "labels.gz", np.asarray(test_set.labels))
        with pytest.raises(
            UserError, match=r"got \(300,\); the file of labels instead of images is the usual"
        ):
            gather_all(tmp_path / "labels.gz")

    def test_images_of_another_size_are_refused(self, tmp_path):
        write_idx(tmp_path / "small", np.zeros((2, 8, 8), np.uint8))
        with pytest.raises(UserError, match=r"of shape \(n, 28, 28\), got \(2, 8, 8\)"):
            gather_all(tmp_path / "small")

    def test_more_images_than_fit_into_memory_are_refused_by_the_header(self, tmp_path):
        header = bytes([0, 0, 8, 3]) + b"".join(n.to_bytes(4, "big") for n in (MOST_IMAGES + 1, 28, 28))
        (tmp_path / "many.gz").write_bytes(gzip.compress(header))
        with pytest.raises(UserError, match="1 to 1,000,000 images, got 1,000,001"):
            gather_all(tmp_path / "many.gz")

    def test_a_damaged_archive_is_told(self, tmp_path, test_set):
        np.savez_compressed(tmp_path / "whole.npz", images=np.asarray(test_set.images[:9]))
        whole = (tmp_path / "whole.npz").read_bytes()
        changed = whole.replace(whole[200:210], b"0123456789")
        for name, content in (("half.npz", whole[: len(whole) // 2]), ("changed.npz", changed)):
            (tmp_path / name).write_bytes(content)
            with pytest.raises(UserError, match="it is no whole NPZ file"):
                gather_all(tmp_path / name)

    def test_what_is_there_already_has_one_name(self, test_set):
        gathered = as_gathered(test_set.images[:2], "test")
        assert gathered.origins["image"].to_list() == [0, 1]
        assert set(gathered.origins["file"]) == {"test"}
        assert gathered.origins["negated"].isna().all()
        assert gathered.unread.empty
