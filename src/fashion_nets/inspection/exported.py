"""A network in the formats of other programs."""

import logging
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import pandas as pd

from fashion_nets.data.files import read_folder
from fashion_nets.errors import UserError, first_line
from fashion_nets.inspection.formats import FORMATS, SAVED_MODEL, Format
from fashion_nets.inspection.saved_model import is_autoencoder
from fashion_nets.networks.types import KerasModel
from fashion_nets.temporary import TemporaryFolder

CLASS_NAMES_FILE = "class_names.txt"
"""The names of the classes, one a line in the order of the probabilities."""
INSTALL = "tools/setup.sh export"

logger = logging.getLogger(__name__)


class Exported(NamedTuple):
    """What was written of a network.

    Attributes:
        files: Contents by the path within the folder that is exported.
        left_out: A row for each format that was not written: ``format`` and ``reason``.
    """

    files: dict[str, bytes]
    left_out: pd.DataFrame


def export_network(model: KerasModel, class_names: Sequence[str], images: np.ndarray) -> Exported:
    """Write a network in all formats whose packages are installed, and that have a place for its layers.

    Args:
        model: A network of this project.
        class_names: Of a classifier, in the order of its probabilities.
        images: Training images by which integers are calibrated, uint8, (n, height, width), some hundred.

    Raises:
        UserError: If not even the first format, which needs no other package, can be written.
    """
    missing = [each for each in FORMATS.values() if each.missing]
    if missing:
        logger.warning("%s. Install the extra 'export' for them: %s", _say_missing(missing), INSTALL)
    reasons = {each.title: f"not installed: {', '.join(each.missing)}" for each in missing}
    with TemporaryFolder() as folder:
        for name, each in FORMATS.items():
            if each in missing:
                continue
            try:
                each.write(model, folder / name, images)
            except (ValueError, RuntimeError, NotImplementedError) as error:
                reason = f"{model.name} cannot be written as {each.title}: {first_line(error)}"
                if name == SAVED_MODEL:
                    raise UserError(reason) from error
                logger.warning("%s", reason)
                reasons[each.title] = first_line(error)
                (folder / name).unlink(missing_ok=True)
        if not is_autoencoder(model):
            (folder / CLASS_NAMES_FILE).write_text("".join(f"{name}\n" for name in class_names), "utf-8")
        files = read_folder(folder)
    return Exported(files, pd.DataFrame({"format": [*reasons], "reason": [*reasons.values()]}))


def _say_missing(formats: Iterable[Format]) -> str:
    titles = ", ".join(each.title for each in formats)
    packages = dict.fromkeys(chain.from_iterable(each.missing for each in formats))
    verb = "is" if len(packages) == 1 else "are"
    return f"Left out, as {' and '.join(packages)} {verb} not installed: {titles}"
