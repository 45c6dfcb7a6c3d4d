import base64
import io

import numpy as np
import pytest
from kedro.io import AbstractDataset, DatasetError
from PIL import Image

from fashion_nets.datasets import IdxDataset
from fashion_nets.errors import UserError

IMAGES = np.arange(12 * 2 * 3, dtype=np.uint8).reshape(12, 2, 3)


def decode(preview):
    return Image.open(io.BytesIO(base64.b64decode(preview)))


def from_catalog(path):
    """As Kedro makes it of an entry in a catalog."""
    return AbstractDataset.from_config(
        "raw", {"type": "fashion_nets.datasets.IdxDataset", "filepath": str(path)}
    )


def test_what_is_saved_is_loaded_and_exists(tmp_path):
    dataset = from_catalog(tmp_path / "new" / "images.gz")
    assert not dataset.exists()

    dataset.save(IMAGES)

    assert dataset.exists()
    np.testing.assert_array_equal(dataset.load(), IMAGES)


def test_a_missing_file_is_an_error_that_a_person_can_mend(tmp_path):
    with pytest.raises(UserError, match=r"images\.gz: cannot be read: No such file"):
        from_catalog(tmp_path / "images.gz").load()


def test_a_damaged_file_is_an_error_that_a_person_can_mend(tmp_path):
    (tmp_path / "images.gz").write_bytes(b"\0\0\x08\x01")

    with pytest.raises(UserError, match=r"images\.gz: the file ends within its header"):
        from_catalog(tmp_path / "images.gz").load()


@pytest.mark.parametrize("array", [IMAGES.astype("float32"), IMAGES.tolist()])
def test_other_types_are_refused(tmp_path, array):
    with pytest.raises(DatasetError):
        from_catalog(tmp_path / "images.gz").save(array)


def test_it_knows_what_it_holds(tmp_path):
    dataset = from_catalog(tmp_path / "images.gz")
    assert not dataset.holds(IMAGES)
    dataset.save(IMAGES)
    assert dataset.holds(IMAGES)
    assert not dataset.holds(IMAGES[:11])


def test_images_are_previewed_dark_on_white_in_rows_of_ten(tmp_path):
    dataset = from_catalog(tmp_path / "images.gz")
    dataset.save(IMAGES)

    picture = decode(dataset.preview())

    # 12 images of 2 x 3 pixels and 2 pixels after each, in 2 rows of 10, enlarged twice.
    assert (picture.width, picture.height) == (10 * 5 * 2, 2 * 4 * 2)
    grid = np.asarray(picture)[::2, ::2]
    np.testing.assert_array_equal(grid[:2, :3], 255 - IMAGES[0])
    np.testing.assert_array_equal(grid[4:6, 5:8], 255 - IMAGES[11])
    assert (grid[4:, 10:] == 255).all()


def test_a_preview_shows_as_many_images_as_asked_for(tmp_path):
    dataset = from_catalog(tmp_path / "images.gz")
    dataset.save(IMAGES)

    assert decode(dataset.preview(n_images=10)).height == 1 * 4 * 2


def test_labels_are_previewed_as_a_chart(tmp_path):
    dataset = from_catalog(tmp_path / "labels.gz")
    dataset.save(np.array([0, 0, 2], dtype=np.uint8))

    picture = decode(dataset.preview())

    assert picture.format == "PNG"
    assert picture.width > picture.height > 100


def test_kedro_viz_takes_the_preview_for_an_image():
    assert IdxDataset.preview.__annotations__["return"].__name__ == "ImagePreview"
