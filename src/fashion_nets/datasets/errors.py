"""What a dataset of this project raises."""

from kedro.io import DatasetError

from fashion_nets.errors import UserError


class StoredDataError(DatasetError, UserError):
    """Stored data is missing, damaged or cannot be written, with the reason and what to do.

    Kedro passes a ``DatasetError`` on as it is, and the command line shows a ``UserError`` without a
    traceback.
    """
