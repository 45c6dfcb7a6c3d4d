"""What a trained network is, for figures and tables that show it."""

from typing import Any

import pandas as pd

from fashion_nets.training.parameters import EarlyStoppingParams, kept_epoch


def describe_training(
    history: pd.DataFrame,
    architecture: str,
    loss: str,
    early_stopping: Any,  # a mapping or None, but Kedro warns of unions in every run
    label_smoothing: float = 0.0,
) -> dict[str, Any]:
    """Tell which architecture was trained by which loss, and of which epoch its stored weights are.

    Args:
        history: A row per epoch, as by :func:`fashion_nets.training.fit.fit_network`; may have ``phase``.
        architecture: Its name, as in ``architecture.name`` of conf/.
        loss: Name of the loss of Keras.
        early_stopping: As in conf/; None if there is none.
        label_smoothing: As in conf/, of classifiers.

    Returns:
        ``architecture``, ``loss``, ``stored_epoch``, counted from 1, and ``label_smoothing``, the part of
        each training target that is spread over all classes; 0 where there are none.
    """
    params = None if early_stopping is None else EarlyStoppingParams.model_validate(early_stopping)
    return {
        "architecture": architecture,
        "loss": loss,
        "stored_epoch": kept_epoch(history, params),
        "label_smoothing": label_smoothing,
    }
