"""Nodes of the pipeline ``predict``."""

import logging
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure
from pydantic import PositiveInt, StrictBool

from fashion_nets.data.gathering import Gathered, as_gathered, check_source, gather
from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.evaluation.classification import best_classes
from fashion_nets.inspection.explanation import check_classifier
from fashion_nets.inspection.prediction import class_probabilities
from fashion_nets.networks.types import KerasModel
from fashion_nets.parameters import Parameters, RefusedValueError, Text
from fashion_nets.pipelines.wiring import checked_by, refuse_autoencoder
from fashion_nets.plotting.images import plot_predictions
from fashion_nets.plotting.style import name_network

TEST = "test"
"""What ``predict.source`` says for the test images."""

logger = logging.getLogger(__name__)


class PredictParams(Parameters):
    """What is classified, and by which network.

    Attributes:
        source: A picture, a folder of pictures, an IDX or NPZ file of grey levels, or ``test``.
        network: A stored classifier by its name, or one in MLflow: an alias or a version of the registered
            model, or the id of a run.
        sharpen: Whether pictures are sharpened as those of Fashion-MNIST were.
        n_shown: How many pictures are drawn.
    """

    source: Text
    network: Text
    sharpen: StrictBool
    n_shown: PositiveInt


def take_test_images(test_set: LabelledImages) -> tuple[Gathered, pd.DataFrame]:
    """Take the test images as they are."""
    gathered = as_gathered(test_set.images, TEST)
    return gathered, gathered.unread


def check_pictures(predict: PredictParams) -> None:
    """Refuse a source at which there is nothing to read."""
    try:
        check_source(_path_of(predict))
    except UserError as error:
        raise RefusedValueError("predict", "source", str(error)) from error


@checked_by(check_pictures)
def read_pictures(model: KerasModel, predict: PredictParams) -> tuple[Gathered, pd.DataFrame]:
    """Read pictures as the network takes them, and tell which could not be read."""
    gathered = gather(_path_of(predict), model.input_shape[1:3], predict.sharpen)
    negated = int(gathered.origins["negated"].sum())
    logger.info(
        "Read %s images of %s, %s of them negated as darker than the background; %s files could not be read",
        f"{len(gathered.images):,}",
        predict.source,
        f"{negated:,}",
        f"{len(gathered.unread):,}",
    )
    for row in gathered.unread.head(10).itertuples():
        logger.warning("%s is left out: %s", row.file, row.reason)
    return gathered, gathered.unread


def classify_images(
    model: KerasModel, images: Gathered, class_names: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tell the most probable classes of each image; give the table once for each file that it goes to."""
    check_classifier(model, images.images.shape[1:], len(class_names))
    best = best_classes(class_probabilities(model, images.images), class_names)
    table = pd.concat([images.origins, best], axis=1)
    return table, table


def check_network(predict: PredictParams) -> None:
    """Refuse an autoencoder, by its name."""
    refuse_autoencoder("predict", predict.network)


@checked_by(check_network)
def plot_pictures(
    images: Gathered, predictions: pd.DataFrame, predict: PredictParams, about: dict[str, Any]
) -> Figure:
    """Draw the first pictures as the network sees them, with what it takes them for."""
    return plot_predictions(images.images, predictions, name_network(predict.network, about), predict.n_shown)


def _path_of(predict: PredictParams) -> Path:
    return Path(predict.source).expanduser().absolute()
