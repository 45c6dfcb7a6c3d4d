"""A folder of figures."""

from pathlib import Path

from kedro_datasets._typing import ImagePreview
from kedro_datasets.matplotlib import MatplotlibDataset

from fashion_nets.datasets.previews import preview_pictures


class FiguresDataset(MatplotlibDataset):
    """Saves figures by file name into a folder, as its base class does, and shows all of them in one preview.

    Example:
        .. code-block:: yaml

            diagrams:
              type: fashion_nets.datasets.FiguresDataset
              filepath: data/08_reporting/diagrams
    """

    def preview(self) -> ImagePreview:
        """Draw the figures of the folder beside and below each other, in the order of their names."""
        return preview_pictures(sorted(Path(self._filepath).glob("*.png")))
