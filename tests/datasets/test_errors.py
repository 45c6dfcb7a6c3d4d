"""What is said where something cannot be stored."""

import errno
import os
from pathlib import Path

import pytest
from kedro.io import DatasetError

from fashion_nets.datasets.errors import StoredDataError, not_written
from fashion_nets.errors import UserError


@pytest.mark.parametrize(
    ("number", "way_out"),
    [
        (errno.ENOSPC, "Make room, and run it again."),
        (errno.EFBIG, "Make room, and run it again."),
        (errno.EROFS, "Allow yourself to write there, or state another data_folder in conf/."),
        (errno.ENOTDIR, "A file lies where a folder is expected: move it away."),
        (errno.EIO, "Look at what is there."),
    ],
)
def test_the_reason_decides_what_to_do(number, way_out):
    error = not_written(Path("/data/card.json"), OSError(number, os.strerror(number)))
    assert str(error) == (
        f"/data/card.json cannot be written: {os.strerror(number)}. What is stored is as it was. {way_out}"
    )


def test_an_error_of_the_disk_without_a_number_is_told_too():
    message = str(not_written(Path("a.csv"), OSError("broken pipe")))
    assert message.startswith("a.csv cannot be written: broken pipe. ")


def test_what_a_real_file_in_the_way_raises_is_known(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="Not a directory") as raised:
        (tmp_path / "file" / "card.json").touch()
    assert "A file lies where a folder is expected" in str(not_written(tmp_path, raised.value))


def test_kedro_and_the_command_line_each_know_it_as_their_own():
    assert issubclass(StoredDataError, DatasetError)
    assert issubclass(StoredDataError, UserError)
