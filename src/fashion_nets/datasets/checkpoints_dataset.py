"""Where a training leaves its state while it lasts."""

from typing import Never

from fashion_nets.datasets.errors import StoredDataError
from fashion_nets.datasets.local_dataset import LocalDataset
from fashion_nets.training.checkpoints import Checkpoints


class CheckpointsDataset(LocalDataset[Never, Checkpoints]):
    """Gives a training its folder for checkpoints; one without any is empty.

    A training reads and writes them while it lasts, so that they are neither its input nor its output: where
    they come from is the training itself, before it was interrupted.

    Example:
        .. code-block:: yaml

            "{network}.checkpoints":
              type: fashion_nets.datasets.CheckpointsDataset
              filepath: data/06_models/checkpoints/{network}
    """

    def load(self) -> Checkpoints:
        """Give the folder, of which log lines call the training by its name."""
        return Checkpoints(self._filepath, title=self._filepath.name)

    def save(self, data: Never) -> Never:  # noqa: ARG002
        """Refuse: only a training knows its state.

        Raises:
            StoredDataError: Always.
        """
        raise StoredDataError(f"{self._filepath} is written by the training itself")

    def _exists(self) -> bool:
        return True
