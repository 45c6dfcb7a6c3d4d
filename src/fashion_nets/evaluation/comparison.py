"""All networks in one table."""

from collections.abc import Mapping

import pandas as pd

# Columns in order, with the digits that are significant; a column without any value is left out.
_DIGITS = {
    "parameters": 0,
    "multiplications": 0,
    "training_memory_mb": 1,
    "epochs": 0,
    "training_seconds": 1,
    "val_loss": 4,
    "val_accuracy": 4,
    "test_loss": 4,
    "test_accuracy": 4,
    "test_accuracy_low": 4,
    "test_accuracy_high": 4,
    "test_mse": 5,
    "test_binary_crossentropy": 4,
    "test_psnr": 2,
}


def compare_networks(**metrics: Mapping[str, float]) -> pd.DataFrame:
    """Set the results of all networks side by side, the best of each kind first.

    Args:
        metrics: Those of each network, by its name. What it costs (``parameters``, ``multiplications``,
            ``training_memory_mb``, ``epochs``, ``training_seconds``), ``val_…`` and ``test_…`` are shown;
            others are left out. A network without any is left out.

    Returns:
        A row per network, column ``network`` first: classifiers by falling ``test_accuracy``, then
        autoencoders by rising ``test_mse``. What a network does not have is missing.
    """
    rows = [{"network": network, **values} for network, values in metrics.items() if values]
    table = pd.DataFrame(rows).reindex(columns=["network", *_DIGITS])
    table = table.sort_values(
        ["test_accuracy", "test_mse", "network"], ascending=[False, True, True], na_position="last"
    )
    table = table.dropna(axis="columns", how="all").reset_index(drop=True)
    for column, digits in _DIGITS.items():
        if column in table:
            table[column] = table[column].round(digits) if digits else table[column].astype("Int64")
    return table
