"""The claims of the experiments that are no studies, judged by the tables that they store."""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from scipy.stats import t

from fashion_nets.intervals import CONFIDENCE

OUTCOMES = ("holds", "reversed", "open")
MARGIN = 0.05  # of an error: single trainings of autoencoders differ by less from seed to seed


class Told(NamedTuple):
    """What an experiment tells.

    Attributes:
        claims: The outcome of each claim, by what it says.
        ahead: For each variant those that it is ahead of beyond noise.
        cannot_tell: Why it is not to be relied on; None where it is.
    """

    claims: Mapping[str, str]
    ahead: Mapping[str, Sequence[str]] = {}
    cannot_tell: str | None = None


def judge_transfer(folder: Path) -> Told:
    """With the fewest labelled images, whether layers that were trained for other classes help."""
    gains = _gains(folder)
    fewest = gains[gains["n_images"] == gains["n_images"].min()]
    return Told(
        {
            "frozen layers help where labels are few": _judge_gain(fewest[fewest["way"] == "frozen"]),
            "partly unfrozen ones do too": _judge_gain(fewest[fewest["way"] == "unfrozen"]),
        }
    )


def judge_pretraining(folder: Path) -> Told:
    """Whether encoders that were trained without labels help classifiers with few labels."""
    gains = _gains(folder)
    frozen = gains[(gains["way"] == "frozen") & (gains["autoencoder"] == "stacked_autoencoder")]
    return Told(
        {
            "pretraining gains accuracy": _judge_gain(gains[gains["way"] == "fine_tuned"]),
            "the frozen layers of the stacked encoder gain accuracy": _judge_gain(frozen),
        }
    )


def judge_coding_size(folder: Path) -> Told:
    """Which autoencoder describes images better than PCA by few numbers, and by many."""
    errors = pd.read_csv(folder / "errors.csv").pivot_table(index="codings", columns="method", values="mse")
    few, many = errors.loc[errors.index.min()], errors.loc[errors.index.max()]
    convolutional, stacked = "convolutional_autoencoder", "stacked_autoencoder"
    return Told(
        {
            "with few codings the convolutional one is ahead of PCA": _judge_less(
                few[convolutional], few["pca"]
            ),
            "with few codings the stacked one is ahead of PCA": _judge_less(few[stacked], few["pca"]),
            "with many codings PCA is ahead of both": _judge_less(
                many["pca"], min(many[convolutional], many[stacked])
            ),
        }
    )


def judge_more_data(folder: Path) -> Told:
    """What the experiment advises, and whether errors fell as data grew."""
    advice = json.loads((folder / "verdict.json").read_text())["verdict"]
    errors = pd.read_csv(folder / "errors.csv").sort_values("n_images")["test_error_mean"]
    return Told(
        {
            "regularize, or gather more data": _outcome(advice == "regularize_or_gather_more_data"),
            "more data lowers the test error at each doubling": _outcome(bool((errors.diff()[1:] < 0).all())),
        }
    )


def judge_architectures(folder: Path) -> Told:
    """Whether depth pays: more layers of the same family, and residual networks over LeNet-5."""
    accuracies = pd.read_csv(folder / "comparison.csv").set_index("architecture")["test_accuracy"]
    return Told({"ResNet-18 is ahead of LeNet-5": _outcome(accuracies["resnet18"] > accuracies["lenet5"])})


OTHERS: dict[str, Callable[[Path], Told]] = {
    "transfer": judge_transfer,
    "pretraining": judge_pretraining,
    "coding_size": judge_coding_size,
    "gather_more_data": judge_more_data,
    "architectures": judge_architectures,
}
"""What reads them from the folder of results of an experiment, by its name."""


def _gains(folder: Path) -> pd.DataFrame:
    """The gains over training from scratch, with half of their 95 % intervals over the seeds.

    As for studies, the deviation is that of all of them together.
    """
    table = pd.read_csv(folder / "comparison.csv")
    gains = table[table["way"] != "scratch"]
    freedom = int((gains["n_seeds"] - 1).sum())
    variance = float((gains["test_gain_std"] ** 2 * (gains["n_seeds"] - 1)).sum()) / freedom
    quantile = float(t.ppf((1 + CONFIDENCE) / 2, freedom))
    return gains.assign(half=quantile * (variance / gains["n_seeds"]).map(math.sqrt))


def _judge_gain(gains: pd.DataFrame) -> str:
    return _join(
        0 if abs(gain) <= half else int(math.copysign(1, gain))
        for gain, half in zip(gains["test_gain_mean"], gains["half"], strict=True)
    )


def _judge_less(one: float, other: float) -> str:
    if abs(one - other) <= MARGIN * other:
        return "open"
    return _outcome(one < other)


def _join(signs: Iterable[int]) -> str:
    """All up: holds; all down: reversed; else open."""
    found = list(signs)
    return "holds" if min(found) > 0 else "reversed" if max(found) < 0 else "open"


def _outcome(holds: bool) -> str:
    return "holds" if holds else "reversed"
