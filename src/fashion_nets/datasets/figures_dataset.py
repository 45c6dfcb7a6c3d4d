"""A folder of figures."""

from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from fashion_nets.datasets.figure_dataset import read_picture, write_figure
from fashion_nets.datasets.local_dataset import LocalDataset
from fashion_nets.datasets.previews import ImagePreview, preview_pictures
from fashion_nets.picture import Picture


class FiguresDataset(LocalDataset[dict[str, Figure], dict[str, Picture]]):
    """Saves figures by file name into a folder of their own, and loads them as pictures.

    kedro-viz shows all of them in one preview. Of a catalog, figures of an earlier save do not stay.

    Example:
        .. code-block:: yaml

            diagrams:
              type: fashion_nets.datasets.FiguresDataset
              filepath: data/08_reporting/diagrams
              save_args: {dpi: 150}

    Args:
        filepath: The folder.
        save_args: Passed to ``Figure.savefig``.
        metadata: As by :class:`fashion_nets.datasets.local_dataset.LocalDataset`.
    """

    owns_folder = True

    def __init__(
        self, filepath: str, save_args: dict[str, Any] | None = None, metadata: dict[str, Any] | None = None
    ) -> None:
        super().__init__(filepath, metadata)
        self._save_args = save_args or {}

    def load(self) -> dict[str, Picture]:
        """Read the pictures, by file name in the order of their names; there may be none.

        Raises:
            FileNotFoundError: If there is no such folder.
            StoredDataError: If a file is no picture.
        """
        self._filepath.stat()
        return {file.name: read_picture(file) for file in self._pictures()}

    def save(self, data: dict[str, Figure]) -> None:
        """Write the figures, each under its name, which ends in ``.png``."""
        self._filepath.mkdir(parents=True, exist_ok=True)
        for name, figure in data.items():
            write_figure(figure, self._filepath / name, self._save_args)

    def preview(self) -> ImagePreview:
        """Draw the figures of the folder beside and below each other, in the order of their names."""
        files = self._pictures()
        return preview_pictures(files) if files else ImagePreview("")

    def _pictures(self) -> list[Path]:
        return sorted(self._filepath.glob("*.png"))

    def _describe(self) -> dict[str, Any]:
        return {**super()._describe(), "save_args": self._save_args}
