"""Networks with most of their weights driven to zero (lecture section 4.2, on network pruning)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation.classification import classification_metrics, predict_classes
from fashion_nets.networks.layer_kinds import kernels_of, layers_with_kernel
from fashion_nets.networks.types import KerasModel

TOLERATED_LOSS = 0.01
"""Of accuracy, up to which a weight counts as one to spare."""


def prune_by_magnitude(kernels: Sequence[np.ndarray], sparsity: float) -> list[np.ndarray]:
    """Set the smallest weights to zero, by their absolute values in all layers together.

    Layers whose weights are small lose more of them than others: global magnitude pruning in the terms
    of Blalock et al., "What is the State of Neural Network Pruning?", 2020.

    Args:
        kernels: The weights of each layer, without its biases, which are few and stay.
        sparsity: The share of all weights to set to zero, in [0, 1], rounded to whole weights.

    Returns:
        New kernels of the same shapes. Among equal weights the first ones go.

    Raises:
        ValueError: If ``sparsity`` is not in [0, 1].
    """
    if not 0 <= sparsity <= 1:
        raise ValueError(f"prune_by_magnitude expects a sparsity in [0, 1], a share, got {sparsity}.")
    weights = np.concatenate([kernel.ravel() for kernel in kernels])
    n_pruned = round(sparsity * len(weights))
    weights[np.argsort(np.abs(weights), kind="stable")[:n_pruned]] = 0
    pieces = np.split(weights, np.cumsum([kernel.size for kernel in kernels])[:-1])
    return [piece.reshape(kernel.shape) for piece, kernel in zip(pieces, kernels, strict=True)]


def pruning_curve(
    model: KerasModel, images: LabelledImages, class_names: Sequence[str], sparsities: Sequence[float]
) -> pd.DataFrame:
    """Measure how well a classifier does with ever fewer of its weights, without training it again.

    Args:
        model: A built classifier; unchanged.
        images: Images to measure on, and their labels.
        class_names: One for each class.
        sparsities: The shares of weights to set to zero, each in [0, 1].

    Returns:
        A row for each sparsity: ``sparsity``, ``nonzero_weights`` (without biases), ``accuracy`` and ``loss``
        as by ``classification_metrics``.
    """
    variables = [kernel for layer in layers_with_kernel(model) for kernel in kernels_of(layer)]
    kernels = [variable.numpy() for variable in variables]
    rows = []
    try:
        for sparsity in sparsities:
            pruned = prune_by_magnitude(kernels, sparsity)
            _assign(variables, pruned)
            metrics = classification_metrics(predict_classes(model, images, class_names))
            rows.append(
                {
                    "sparsity": sparsity,
                    "nonzero_weights": sum(np.count_nonzero(kernel) for kernel in pruned),
                    "accuracy": metrics["accuracy"],
                    "loss": metrics["loss"],
                }
            )
    finally:
        _assign(variables, kernels)
    return pd.DataFrame(rows)


def spare_shares(curves: pd.DataFrame) -> pd.DataFrame:
    """Tell which share of its weights each network can do without at a cost of ``TOLERATED_LOSS``.

    Args:
        curves: A row for each ``variant``, ``seed`` and ``sparsity``, with its ``accuracy``, as by
            :func:`pruning_curve`.

    Returns:
        A row for each ``variant`` and ``seed``, with the ``share``: the largest sparsity of those measured up
        to which every accuracy is within the tolerated loss of the unpruned network's.
    """
    rows = []
    for (variant, seed), curve in curves.groupby(["variant", "seed"], sort=False):
        accuracy = curve.sort_values("sparsity").set_index("sparsity")["accuracy"]
        good = accuracy >= accuracy.iloc[0] - TOLERATED_LOSS
        rows.append({"variant": variant, "seed": seed, "share": float(accuracy.index[good.cummin()][-1])})
    return pd.DataFrame(rows, columns=["variant", "seed", "share"])


def spare_ranges(curves: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """The least and the largest share that the seeds of each variant can spare, as by ``spare_shares``."""
    shares = spare_shares(curves).groupby("variant", sort=False)["share"]
    return {str(variant): (float(each.min()), float(each.max())) for variant, each in shares}


def weight_sparsity(model: KerasModel, tolerance: float) -> pd.DataFrame:
    """Count the weights that a training has driven to zero, or nearly, as l1 penalties do.

    Args:
        model: A built network.
        tolerance: The largest absolute value that counts as zero. Gradient descent makes weights
            small but hardly ever 0.

    Returns:
        A row for each layer with weights to multiply by, from the input on: ``layer``, its name; ``weights``,
        how many it has without biases; ``sparsity``, the share of them that counts as zero.
    """
    weights = {
        layer.name: np.concatenate([kernel.numpy().ravel() for kernel in kernels_of(layer)])
        for layer in layers_with_kernel(model)
    }
    return pd.DataFrame(
        {
            "layer": name,
            "weights": values.size,
            "sparsity": float(np.mean(np.abs(values) <= tolerance)),
        }
        for name, values in weights.items()
    )


def total_sparsity(layers: pd.DataFrame) -> pd.DataFrame:
    """Tell which share of all its weights each training has driven to zero.

    Args:
        layers: A row for each ``variant``, ``seed`` and layer, as by :func:`weight_sparsity`.

    Returns:
        A row for each ``variant`` and ``seed``, with its ``sparsity``: layers count by their weights.
    """
    zeros = layers.assign(zeros=layers["sparsity"] * layers["weights"])
    sums = zeros.groupby(["variant", "seed"])[["zeros", "weights"]].sum()
    return (sums["zeros"] / sums["weights"]).rename("sparsity").reset_index()


def _assign(variables: Sequence[Any], values: Sequence[np.ndarray]) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)
