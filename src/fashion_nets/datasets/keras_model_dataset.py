"""A Keras model on disk."""

from fashion_nets.datasets.damage import find_damage
from fashion_nets.datasets.errors import StoredDataError
from fashion_nets.datasets.local_dataset import LocalDataset
from fashion_nets.datasets.previews import TablePreview, preview_layers
from fashion_nets.networks.types import KerasModel


class KerasModelDataset(LocalDataset[KerasModel, KerasModel]):
    """Saves a model as one ``.keras`` file, loads it with Keras's safe mode on.

    Keras is imported at the first load or save. kedro-viz shows a table of the layers.

    Example:
        .. code-block:: yaml

            "{network}.model":
              type: fashion_nets.datasets.KerasModelDataset
              filepath: data/06_models/{network}/model.keras
    """

    def load(self) -> KerasModel:
        """Load the model.

        Raises:
            FileNotFoundError: If it is not stored.
            StoredDataError: If the file is there but is no whole ``.keras`` file.
        """
        path = self._filepath
        path.stat()
        if damage := find_damage(path):
            raise StoredDataError(f"{path} is {damage}. Train the network again.")
        from fashion_nets.training.stored import load_network

        return load_network(path)

    def preview(self) -> TablePreview:
        """List the layers."""
        return preview_layers(self._filepath)

    def save(self, data: KerasModel) -> None:
        """Write the model, its optimizer included."""
        self._filepath.parent.mkdir(parents=True, exist_ok=True)
        data.save(self._filepath)
