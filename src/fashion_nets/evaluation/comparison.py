"""All networks in one table."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from fashion_nets.errors import UserError

# Columns in order, with the digits that are significant; a column without any value is left out.
_DIGITS = {
    "parameters": 0,
    "multiplications": 0,
    "training_memory_mb": 1,
    "epochs": 0,
    "training_seconds": 1,
    "val_accuracy": 4,
    "val_cross_entropy": 4,
    "test_cross_entropy": 4,
    "test_accuracy": 4,
    "test_accuracy_low": 4,
    "test_accuracy_high": 4,
    "val_mse": 5,
    "val_binary_crossentropy": 4,
    "test_mse": 5,
    "test_binary_crossentropy": 4,
    "test_psnr": 2,
}


def compare_networks(**metrics: Mapping[str, Any]) -> pd.DataFrame:
    """Set the results of all networks side by side, the best of each kind first.

    Args:
        metrics: Those of each network, by its name. Its ``architecture``, what it costs (``parameters``,
            ``multiplications``, ``training_memory_mb``, ``epochs``, ``training_seconds``), ``val_…`` and
            ``test_…`` are shown; others are left out. A network without any is left out.

    Returns:
        A row per network, columns ``network`` and ``architecture`` first: classifiers by falling
        ``test_accuracy``, then autoencoders by rising ``test_mse``. What a network does not have is missing.
        Each loss has columns of its own, since cross-entropy of classes, binary cross-entropy and squared
        error of pixels do not compare.

    Raises:
        UserError: If what is to be shown is no number, or no whole one where things are counted.
    """
    for network, values in metrics.items():
        check_numbers(f"{network}/metrics.json", values, _DIGITS)
    rows = [
        {"network": network, **values, **_name_cross_entropy(values)}
        for network, values in metrics.items()
        if values
    ]
    table = pd.DataFrame(rows).reindex(columns=["network", "architecture", *_DIGITS])
    table = table.sort_values(
        ["test_accuracy", "test_mse", "network"], ascending=[False, True, True], na_position="last"
    )
    has_values = table.notna().any() | (table.columns == "network")  # which is there even without any row
    table = table.loc[:, has_values].reset_index(drop=True)
    for column, digits in _DIGITS.items():
        if column in table:
            table[column] = table[column].round(digits) if digits else table[column].astype("Int64")
    return table


def check_numbers(file: str, values: Mapping[str, Any], digits: Mapping[str, int]) -> None:
    """Refuse numbers that are none.

    Args:
        file: Where they are stored, for the message.
        values: What is stored there, by name.
        digits: Those that are looked at by name, 0 of such as are counted; None is missing.

    Raises:
        UserError: If there is one.
    """
    for name in digits:
        value = values.get(name)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (is_number and (digits[name] or float(value).is_integer())):
            expected = "a number" if digits[name] else "a whole number"
            raise UserError(
                f"{file} is damaged: {name} should be {expected}, got {value!r}. Delete it, and make it "
                "again; kedro status says what makes it."
            )


def _name_cross_entropy(metrics: Mapping[str, Any]) -> dict[str, float]:
    """The losses of a classifier under the name of what they are; nothing for an autoencoder."""
    if "test_accuracy" not in metrics:
        return {}
    parts = [part for part in ("val", "test") if f"{part}_loss" in metrics]
    return {f"{part}_cross_entropy": metrics[f"{part}_loss"] for part in parts}
