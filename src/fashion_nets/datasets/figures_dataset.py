"""A folder of figures."""

from pathlib import Path
from typing import Any, Never

from matplotlib.figure import Figure

from fashion_nets.datasets.errors import StoredDataError
from fashion_nets.datasets.local_dataset import LocalDataset
from fashion_nets.datasets.previews import ImagePreview, preview_pictures


class FiguresDataset(LocalDataset[Never, dict[str, Figure]]):
    """Saves figures by file name into a folder of their own, and shows all of them in one preview.

    Of a catalog, figures of an earlier save do not stay.

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

    def load(self) -> Never:
        """Refuse: a stored picture cannot become a figure again.

        Raises:
            StoredDataError: Always.
        """
        raise StoredDataError(f"{self._filepath} has pictures for people; figures cannot be loaded again")

    def save(self, data: dict[str, Figure]) -> None:
        """Write the figures, each under its name with the ending of its format, such as ``.png``."""
        self._filepath.mkdir(parents=True, exist_ok=True)
        for name, figure in data.items():
            figure.savefig(self._filepath / name, **self._save_args)

    def preview(self) -> ImagePreview:
        """Draw the figures of the folder beside and below each other, in the order of their names."""
        return preview_pictures(self._pictures())

    def _pictures(self) -> list[Path]:
        return sorted(self._filepath.glob("*.png"))

    def _exists(self) -> bool:
        return bool(self._pictures())

    def _describe(self) -> dict[str, Any]:
        return {**super()._describe(), "save_args": self._save_args}
