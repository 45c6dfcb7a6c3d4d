"""Nodes of the pipeline ``export``."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from pydantic import PositiveInt

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.inspection.explanation import check_classifier
from fashion_nets.inspection.exported import Exported, export_network
from fashion_nets.inspection.saved_model import is_autoencoder
from fashion_nets.networks.types import KerasModel
from fashion_nets.parameters import Parameters, Text
from fashion_nets.plotting.formats import plot_formats
from fashion_nets.plotting.style import name_network


class ExportParams(Parameters):
    """Which network is written for other programs.

    Attributes:
        network: A stored network by its name, or one in MLflow, as for ``predict.network``.
        calibration_images: The training images, the first ones, by which integers are calibrated.
    """

    network: Text
    calibration_images: PositiveInt


def write_formats(
    model: KerasModel, train_set: LabelledImages, class_names: list[str], export: ExportParams
) -> Exported:
    """Write a network in each format; give its files, and what could not be written."""
    if not is_autoencoder(model):
        check_classifier(model, train_set.images.shape[1:], len(class_names))
    return export_network(model, class_names, train_set.images[: export.calibration_images])


def plot_comparison(formats: pd.DataFrame, export: ExportParams, about: dict[str, Any]) -> Figure:
    """Draw the size and the time of each format, and whether it is the same as Keras."""
    return plot_formats(formats, name_network(export.network, about))
