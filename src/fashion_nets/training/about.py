"""What a trained network is, for figures and tables that show it."""

from typing import Any

import pandas as pd

from fashion_nets.training.parameters import EarlyStoppingParams, kept_epoch


def describe_training(
    history: pd.DataFrame,
    architecture: str,
    loss: str,
    early_stopping: Any,  # a mapping or None, but Kedro warns of unions in every run
) -> dict[str, Any]:
    """Tell which architecture was trained by which loss, and of which epoch its stored weights are.

    Args:
        history: A row per epoch, as by :func:`fashion_nets.training.fit.fit_network`; may have ``phase``.
        architecture: Its name, as in ``architecture.name`` of conf/.
        loss: Name of the loss of Keras.
        early_stopping: As in conf/; None if there is none.

    Returns:
        ``architecture``, ``loss`` and ``stored_epoch``, counted from 1.
    """
    params = None if early_stopping is None else EarlyStoppingParams.model_validate(early_stopping)
    return {"architecture": architecture, "loss": loss, "stored_epoch": kept_epoch(history, params)}
