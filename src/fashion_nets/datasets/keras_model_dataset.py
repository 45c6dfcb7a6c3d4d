"""A Keras model on disk."""

import zipfile
from pathlib import Path

import keras
from kedro_datasets.tensorflow import TensorFlowModelDataset

from fashion_nets.datasets.errors import StoredDataError


class KerasModelDataset(TensorFlowModelDataset):
    """Saves a model as one ``.keras`` file, loads it with Keras's safe mode on.

    A local file is replaced in one step once it is whole: an interrupted save leaves the model
    that was there before.
    """

    def load(self) -> keras.Model:
        """Load the model.

        Raises:
            StoredDataError: If the file is there but is no whole ``.keras`` file.
        """
        path = Path(self._get_load_path())
        if self._protocol == "file" and path.is_file() and not zipfile.is_zipfile(path):
            raise StoredDataError(
                f"{path} is damaged: expected a whole .keras file, which is a zip archive, got "
                f"{path.stat().st_size:,} bytes that are none. Train the network again."
            )
        # These register what a stored network and its optimizer may be made of.
        import fashion_nets.layers.dense_transpose
        import fashion_nets.layers.radial_basis
        import fashion_nets.layers.sampling
        import fashion_nets.training.learning_rates  # noqa: F401

        return super().load()

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
