"""What a dataset of this project raises."""

import errno
from pathlib import Path

from kedro.io import DatasetError

from fashion_nets.errors import UserError

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}
NO_FOLDER = {errno.ENOTDIR, errno.EEXIST}


class StoredDataError(DatasetError, UserError):
    """Stored data is missing, damaged or cannot be written, with the reason and what to do.

    Kedro passes a ``DatasetError`` on as it is, and the command line shows a ``UserError`` without a
    traceback.
    """


def not_written(path: Path, error: OSError) -> StoredDataError:
    """Say in one line why something cannot be stored, and what to do.

    Args:
        path: What was to be written; whoever writes it sees to it that nothing else has changed.
        error: Why it could not.
    """
    if error.errno in NO_ROOM:
        way_out = "Make room, and run it again"
    elif error.errno in NOT_ALLOWED:
        way_out = "Allow yourself to write there, or state another data_folder in conf/"
    elif error.errno in NO_FOLDER:
        way_out = "A file lies where a folder is expected: move it away"
    else:
        way_out = "Look at what is there"
    reason = error.strerror or str(error)
    return StoredDataError(f"{path} cannot be written: {reason}. What is stored is as it was. {way_out}.")
