import base64
import io
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from kedro.io import AbstractDataset, DatasetError
from PIL import Image

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.datasets import labelled_images_dataset
from fashion_nets.errors import UserError

SMALL_SET = LabelledImages(
    8 * np.arange(5 * 2 * 3, dtype=np.uint8).reshape(5, 2, 3), np.array([1, 0, 1, 1, 0], dtype=np.uint8)
)
OTHER_SET = LabelledImages(np.ones((2, 2, 3), np.uint8), np.array([0, 0], dtype=np.uint8))


@pytest.fixture
def dataset(tmp_path):
    """As Kedro makes it of an entry in a catalog; nothing is stored yet."""
    config = {"type": "fashion_nets.datasets.LabelledImagesDataset", "filepath": str(tmp_path / "set")}
    return AbstractDataset.from_config("train_set", config)


def assert_holds(dataset, expected):
    loaded = dataset.load()
    np.testing.assert_array_equal(loaded.images, expected.images)
    np.testing.assert_array_equal(loaded.labels, expected.labels)


def test_what_is_saved_is_loaded_and_exists(dataset):
    assert not dataset.exists()

    dataset.save(SMALL_SET)

    assert dataset.exists()
    assert_holds(dataset, SMALL_SET)


def test_a_set_is_stored_as_two_numpy_files(dataset, tmp_path):
    dataset.save(SMALL_SET)

    assert sorted(path.name for path in (tmp_path / "set").iterdir()) == ["images.npy", "labels.npy"]
    np.testing.assert_array_equal(np.load(tmp_path / "set" / "images.npy"), SMALL_SET.images)


def test_a_set_is_mapped_into_memory_read_only(dataset):
    dataset.save(SMALL_SET)
    images, labels = dataset.load()

    assert isinstance(images, np.memmap)
    assert isinstance(labels, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        images[0] = 0


def test_a_set_that_is_replaced_while_it_is_opened_is_opened_again(dataset, tmp_path, monkeypatch):
    dataset.save(SMALL_SET)
    folder, opened, load = tmp_path / "set", [], np.load

    def load_and_replace(path, **arguments):
        array = load(path, **arguments)
        opened.append(path.name)
        if len(opened) == 1:  # between images and labels
            folder.rename(tmp_path / "before")
            dataset.save(OTHER_SET)
        return array

    monkeypatch.setattr(np, "load", load_and_replace)
    assert_holds(dataset, OTHER_SET)
    assert opened == ["images.npy", "labels.npy"] * 2


@pytest.fixture
def in_the_gap(dataset, tmp_path):
    """A set whose folder has been set aside, and the new one has not got its name yet."""
    dataset.save(SMALL_SET)
    aside = tmp_path / ".partial_set.x" / "new"
    aside.mkdir(parents=True)
    return (tmp_path / "set").rename(aside / "set")


@pytest.mark.parametrize("ask", ["load", "exists"])
def test_between_the_old_folder_and_the_new_one_a_reader_waits(dataset, tmp_path, in_the_gap, ask):
    writer = threading.Timer(0.2, in_the_gap.rename, [tmp_path / "set"])
    writer.start()
    try:
        assert getattr(dataset, ask)()
    finally:
        writer.join(timeout=30)


def test_a_reader_does_not_wait_for_a_writer_that_was_killed(dataset, in_the_gap, monkeypatch):
    monkeypatch.setattr(labelled_images_dataset, "PAUSE", 0.001)
    assert not dataset.exists()
    with pytest.raises(UserError, match=r"images.npy is not there"):
        dataset.load()


def test_a_set_that_is_replaced_each_time_it_is_opened_is_refused(dataset, tmp_path, monkeypatch):
    dataset.save(SMALL_SET)
    load, opened = np.load, []

    def load_and_replace(path, **arguments):
        array = load(path, **arguments)
        opened.append(path.name)
        (tmp_path / "set").rename(tmp_path / f"before_{len(opened)}")
        dataset.save(OTHER_SET)
        return array

    monkeypatch.setattr(np, "load", load_and_replace)
    with pytest.raises(UserError, match=r"set was replaced 5 times while it was opened"):
        dataset.load()
    assert len(opened) == 10


@pytest.mark.parametrize("name", ["images.npy", "labels.npy"])
def test_half_a_pair_does_not_exist_and_names_the_other_half(dataset, tmp_path, name):
    dataset.save(SMALL_SET)
    (tmp_path / "set" / name).unlink()

    assert not dataset.exists()
    with pytest.raises(UserError, match=rf"{name} is not there"):
        dataset.load()


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY\x01\x00"])
def test_a_damaged_file_is_an_error_that_a_person_can_mend(dataset, tmp_path, content):
    dataset.save(SMALL_SET)
    (tmp_path / "set" / "images.npy").write_bytes(content)

    with pytest.raises(UserError, match="set is damaged: "):
        dataset.load()


def test_a_truncated_file_is_an_error_that_a_person_can_mend(dataset, tmp_path):
    dataset.save(SMALL_SET)
    path = tmp_path / "set" / "images.npy"
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(UserError, match="set is damaged"):
        dataset.load()


def test_images_and_labels_of_different_counts_are_refused_and_what_is_stored_stays(dataset, tmp_path):
    dataset.save(SMALL_SET)

    with pytest.raises(UserError, match="every image needs one label, got 2 images and 5 labels"):
        dataset.save(LabelledImages(OTHER_SET.images, SMALL_SET.labels))
    assert_holds(dataset, SMALL_SET)

    np.save(tmp_path / "set" / "labels.npy", OTHER_SET.labels)
    with pytest.raises(UserError, match="every image needs one label, got 5 images and 2 labels"):
        dataset.load()


def test_the_preview_has_a_row_for_each_class(dataset):
    dataset.save(SMALL_SET)

    picture = Image.open(io.BytesIO(base64.b64decode(dataset.preview())))

    # 2 classes, 10 places of 2 x 3 pixels and 2 pixels after each, enlarged twice.
    assert (picture.width, picture.height) == (10 * 5 * 2, 2 * 4 * 2)
    grid = np.asarray(picture)[::2, ::2]
    np.testing.assert_array_equal(grid[:2, :3], 255 - SMALL_SET.images[1])
    np.testing.assert_array_equal(grid[4:6, 10:13], 255 - SMALL_SET.images[3])
    assert (grid[:4, 10:] == 255).all()


def test_the_datasets_of_the_data_pipelines_import_no_tensorflow():
    program = (
        "import sys; from fashion_nets.datasets import IdxDataset, LabelledImagesDataset; "
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )

    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", program], env=environment, check=False).returncode == 0


def test_a_dataset_that_there_is_not_is_an_attribute_error():
    from fashion_nets import datasets

    with pytest.raises(AttributeError, match="no attribute 'PickledModelDataset'"):
        _ = datasets.PickledModelDataset


def test_a_set_of_floats_from_an_earlier_version_is_refused(dataset, tmp_path):
    dataset.save(SMALL_SET)
    np.save(tmp_path / "set" / "images.npy", SMALL_SET.images / np.float32(255))

    with pytest.raises(UserError, match=r"grey levels.*got float32; earlier versions stored floats"):
        dataset.load()
    with pytest.raises(UserError, match=r"grey levels"):
        dataset.save(LabelledImages(SMALL_SET.images / np.float32(255), SMALL_SET.labels))


def test_an_array_that_claims_more_than_its_file_holds_or_has_objects_is_damaged(dataset, tmp_path):
    folder = tmp_path / "set"
    folder.mkdir()
    np.save(folder / "labels.npy", np.zeros(3, np.uint8))
    with (folder / "images.npy").open("wb") as file:
        header = {"descr": "|u1", "fortran_order": False, "shape": (10**6, 10**6)}
        np.lib.format.write_array_header_1_0(file, header)
        file.write(bytes(100))
    with pytest.raises(DatasetError, match="is damaged"):
        dataset.load()
    np.save(folder / "images.npy", np.array([{}, {}, {}], dtype=object), allow_pickle=True)
    with pytest.raises(DatasetError, match="is damaged"):
        dataset.load()
