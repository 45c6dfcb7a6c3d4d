"""The claims of the experiments that are no studies, judged by the tables that they store."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from scipy.stats import t

from fashion_nets.evaluation.differences import Difference, SeedNoise, compare_accuracies
from fashion_nets.intervals import CONFIDENCE
from fashion_nets.pipelines.study.claims import join_signs

SIZES = (2, 16, 64)
"""The numbers of codings that the sample has too."""
N_TEST_IMAGES = 1_000
"""Those of the sample; the full data has ten times as many, and narrower intervals than are taken here."""
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
    """Which autoencoder is ahead of PCA, by each number of codings that the sample has too."""
    errors = pd.read_csv(folder / "errors.csv").pivot_table(index="codings", columns="method", values="mse")
    return Told(
        {
            f"with {size} codings the {name} one is ahead of PCA": _judge_less(
                errors.loc[size, f"{name}_autoencoder"], errors.loc[size, "pca"]
            )
            for size in SIZES
            for name in ("convolutional", "stacked")
        }
    )


def judge_more_data(folder: Path) -> Told:
    """What the experiment advises, and whether errors fell as data grew, beyond the noise of its seeds."""
    advice = json.loads((folder / "verdict.json").read_text())["verdict"]
    errors = pd.read_csv(folder / "errors.csv").sort_values("n_images")
    half = _half_of_a_seed(errors["test_error_std"], errors["n_seeds"])
    half *= math.sqrt(2 / errors["n_seeds"].min())
    means = errors["test_error_mean"].to_list()
    steps = pairwise(means)
    return Told(
        {
            "regularize, or gather more data": (
                "holds" if advice == "regularize_or_gather_more_data" else "reversed"
            ),
            "all of the data gives a lower test error than the least": join_signs(
                [_sign(means[0] - means[-1], half)]
            ),
            "and so does each doubling": join_signs(_sign(one - other, half) for one, other in steps),
        }
    )


def judge_architectures(folder: Path) -> Told:
    """Whether residual networks are ahead of LeNet-5, by the intervals of their accuracies."""
    table = pd.read_csv(folder / "comparison.csv").set_index("architecture")
    one, other = (table.loc[name] for name in ("resnet18", "lenet5"))
    gain = _compare_on_images(one["test_accuracy"], other["test_accuracy"], N_TEST_IMAGES)
    return Told({"ResNet-18 is ahead of LeNet-5": join_signs([_sign(gain.value, gain.half)])})


OTHERS: dict[str, Callable[[Path], Told]] = {
    "transfer": judge_transfer,
    "pretraining": judge_pretraining,
    "coding_size": judge_coding_size,
    "gather_more_data": judge_more_data,
    "architectures": judge_architectures,
}
"""What reads them from the folder of results of an experiment, by its name."""


def read_table(name: str, is_study: bool) -> str:
    """The file of an experiment without which it has not been run to its end."""
    if is_study:
        return "conclusion.json"
    return {"coding_size": "errors.csv", "gather_more_data": "verdict.json"}.get(name, "comparison.csv")


def find_ahead(table: pd.DataFrame) -> dict[str, list[str]]:
    """For each variant those that it is ahead of beyond noise, by means and deviations alone.

    Args:
        table: ``variant``, ``accuracy``, its ``deviation`` over ``n_seeds`` seeds, and ``n_images`` that it
            was measured on. Intervals are over the seeds; those of one seed are over the images.
    """
    n_seeds, n_images = int(table["n_seeds"].iloc[0]), int(table["n_images"].iloc[0])
    accuracies = dict(zip(table["variant"], table["accuracy"], strict=True))
    if n_seeds > 1:
        half = _half_of_a_seed(table["deviation"], table["n_seeds"]) * math.sqrt(2 / n_seeds)
    ahead = {}
    for one, accuracy in accuracies.items():
        behind = [
            other
            for other, value in accuracies.items()
            if accuracy - value
            > (half if n_seeds > 1 else _compare_on_images(accuracy, value, n_images).half)
        ]
        if behind:
            ahead[one] = behind
    return ahead


def _gains(folder: Path) -> pd.DataFrame:
    """The gains over training from scratch, with half of their 95 % intervals over the seeds.

    As for studies, the deviation is that of all of them together.
    """
    table = pd.read_csv(folder / "comparison.csv")
    gains = table[table["way"] != "scratch"]
    half = _half_of_a_seed(gains["test_gain_std"], gains["n_seeds"])
    return gains.assign(half=half / gains["n_seeds"].map(math.sqrt))


def _half_of_a_seed(deviations: "pd.Series[float]", n_seeds: "pd.Series[int]") -> float:
    """Half of the 95 % interval of a single seed, by the deviation of all of them together."""
    freedom = int((n_seeds - 1).sum())
    deviation = math.sqrt(float((deviations**2 * (n_seeds - 1)).sum()) / freedom)
    return float(t.ppf((1 + CONFIDENCE) / 2, freedom)) * deviation


def _compare_on_images(one: float, other: float, n_images: int) -> Difference:
    """The difference of two accuracies of a single seed, each by itself on so many images."""
    return compare_accuracies((one, other), (1, 1), SeedNoise(0.0, 0), n_images)


def _judge_gain(gains: pd.DataFrame) -> str:
    return join_signs(
        _sign(gain, half) for gain, half in zip(gains["test_gain_mean"], gains["half"], strict=True)
    )


def _judge_less(one: float, other: float) -> str:
    return join_signs([_sign(other - one, MARGIN * other)])


def _sign(difference: float, half: float) -> int:
    return 0 if abs(difference) <= half else int(math.copysign(1, difference))
