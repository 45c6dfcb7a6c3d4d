"""One figure."""

import base64
import io
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from PIL import Image, UnidentifiedImageError

from fashion_nets.datasets.errors import StoredDataError
from fashion_nets.datasets.local_dataset import LocalDataset
from fashion_nets.datasets.previews import ImagePreview
from fashion_nets.picture import Picture

DESCRIPTION = "Description"  # one of the keywords that PNG defines


class FigureDataset(LocalDataset[Figure, Picture]):
    """Saves a figure as a PNG file that has its title as text, and loads it as a picture.

    kedro-viz shows the picture.

    Example:
        .. code-block:: yaml

            "{network}.{figure}_plot":
              type: fashion_nets.datasets.FigureDataset
              filepath: data/08_reporting/{network}/{figure}.png
              save_args: {dpi: 150}

    Args:
        filepath: The file, which ends in ``.png``.
        save_args: Passed to ``Figure.savefig``.
        metadata: As by :class:`fashion_nets.datasets.local_dataset.LocalDataset`.
    """

    def __init__(
        self, filepath: str, save_args: dict[str, Any] | None = None, metadata: dict[str, Any] | None = None
    ) -> None:
        super().__init__(filepath, metadata)
        self._save_args = save_args or {}

    def load(self) -> Picture:
        """Read the file, and the title of the figure from it.

        Raises:
            FileNotFoundError: If it is not stored.
            StoredDataError: If the file is no picture.
        """
        return read_picture(self._filepath)

    def save(self, data: Figure) -> None:
        """Draw the figure and write it."""
        write_figure(data, self._filepath, self._save_args)

    def preview(self) -> ImagePreview:
        """Show the picture as it is stored."""
        return ImagePreview(base64.b64encode(self._filepath.read_bytes()).decode())

    def _describe(self) -> dict[str, Any]:
        return {**super()._describe(), "save_args": self._save_args}


def write_figure(figure: Figure, file: Path, save_args: dict[str, Any]) -> None:
    """Write a figure as PNG, with its title as text.

    Args:
        figure: What to draw.
        file: Folders above it that are not there are made.
        save_args: Passed to ``Figure.savefig``.

    Raises:
        StoredDataError: If the name of the file ends in another way than ``.png``.
    """
    if file.suffix != ".png":
        raise StoredDataError(f"{file} should end in .png, the format in which figures are stored")
    file.parent.mkdir(parents=True, exist_ok=True)
    texts = {DESCRIPTION: _title_of(figure), **save_args.get("metadata", {})}
    figure.savefig(file, **{**save_args, "metadata": texts})


def read_picture(file: Path) -> Picture:
    """Read what ``write_figure`` has written.

    Raises:
        FileNotFoundError: If there is no such file.
        StoredDataError: If it is no picture.
    """
    content = file.read_bytes()
    try:
        with Image.open(io.BytesIO(content)) as opened:
            description = opened.info.get(DESCRIPTION, "")
    except UnidentifiedImageError as error:
        raise StoredDataError(f"{file} is no picture") from error
    return Picture(file, content, description)


def _title_of(figure: Figure) -> str:
    """The title of a figure without its breaks of lines, or else those of its axes."""
    titles = [figure.get_suptitle()] if figure.get_suptitle() else [axes.get_title() for axes in figure.axes]
    return "; ".join(" ".join(title.replace("-\n", "-").split()) for title in titles if title)
