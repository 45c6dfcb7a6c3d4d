"""A Keras model on disk."""

from pathlib import Path

import keras
from kedro_datasets.tensorflow import TensorFlowModelDataset


class KerasModelDataset(TensorFlowModelDataset):
    """Saves a model as one ``.keras`` file, loads it with Keras's safe mode on.

    A local file is replaced in one step once it is whole: an interrupted save leaves the model
    that was there before.
    """

    def save(self, data: keras.Model) -> None:  # noqa: D102
        if self._protocol != "file":
            super().save(data)
            return
        path = Path(self._get_save_path())
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".partial_{path.name}")
        try:
            data.save(partial)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
        self._invalidate_cache()
