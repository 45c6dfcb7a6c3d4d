"""By how much classifiers differ, and whether that is more than noise."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.inspection.prediction import which_are_right
from fashion_nets.intervals import CONFIDENCE
from fashion_nets.networks.types import KerasModel

Quantity = Literal["val", "train", "gap"]
"""Accuracy on validation images, on training images, or how much larger the latter is."""

_SIGNS: dict[Quantity, dict[str, int]] = {
    "val": {"val": 1},
    "train": {"train": 1},
    "gap": {"train": 1, "val": -1},
}


class Difference(NamedTuple):
    """A difference, or a value of its own.

    Attributes:
        value: What was measured, as a mean over the seeds.
        half: Half of its 95 % interval.
    """

    value: float
    half: float

    @property
    def is_beyond_noise(self) -> bool:
        """Whether 0 lies outside the interval."""
        return abs(self.value) > self.half

    def is_above(self, value: float) -> bool:
        """Whether the interval lies above a value."""
        return self.value - self.half > value

    @property
    def is_lower(self) -> bool:
        """Whether the interval lies below 0."""
        return self.value < -self.half


class Outcomes(NamedTuple):
    """Which images the trainings of one variant got right.

    Attributes:
        correct: By ``train`` and ``val``: bool, shape (n_seeds, n_images). The images of a part are the same
            for all variants that are compared.
    """

    correct: Mapping[str, np.ndarray]

    def per_seed(self, quantity: Quantity) -> np.ndarray:
        """The quantity of each training, shape (n_seeds,)."""
        return sum(sign * self.correct[part].mean(axis=1) for part, sign in _SIGNS[quantity].items())

    def mean(self, quantity: Quantity = "val") -> float:
        """The quantity, averaged over the seeds."""
        return float(self.per_seed(quantity).mean())


class SeedNoise(NamedTuple):
    """How much a quantity differs from seed to seed, whatever the variant.

    Attributes:
        variance: Of one training.
        freedom: Its degrees of freedom, 0 if each variant has a single seed.
    """

    variance: float
    freedom: int


class Paired(NamedTuple):
    """Which of two classifiers is right where the other one is wrong, on the same images.

    Attributes:
        only_one: How many images the first one alone gets right.
        only_other: How many the other one alone gets right.
        p_value: Of McNemar's exact test, two-sided: the chance of so large a difference between classifiers
            that are equally good.
    """

    only_one: int
    only_other: int
    p_value: float


def compare_pairs(one: np.ndarray, other: np.ndarray) -> Paired:
    """Compare two classifiers by the images on which they differ: McNemar's exact test.

    Args:
        one: Whether the first one gets each image right, bool, shape (n_images,).
        other: The same of the other one.

    Reference: McNemar (1947), Note on the sampling error of the difference between correlated proportions or
    percentages.
    """
    from scipy.stats import binomtest

    only_one, only_other = int((one & ~other).sum()), int((other & ~one).sum())
    n = only_one + only_other
    return Paired(only_one, only_other, float(binomtest(only_one, n).pvalue) if n else 1.0)


def pool_seeds(
    outcomes: Iterable[Outcomes], quantity: Quantity = "val", guess: float = -math.inf
) -> SeedNoise:
    """Measure how much a quantity differs from seed to seed, over all variants together.

    Two or three seeds of one variant alone tell next to nothing of it. As in an analysis of variance,
    variants are taken to differ alike from seed to seed. Two kinds of them would make noise look smaller than
    it is: what guesses differs by nothing, so it counts only where all do; and what gives the same as another
    variant in every seed counts once.

    Args:
        outcomes: Of all variants that there are.
        quantity: What differs.
        guess: The accuracy of always naming the most frequent class.
    """
    different: list[Outcomes] = []
    for each in outcomes:
        if not any(are_identical(each, other) for other in different):
            different.append(each)
    alone = SeedNoise(0.0, 0)
    learned = [each for each in different if measure(each, alone).is_above(guess)]
    values = [each.per_seed(quantity) for each in learned or different]
    freedom = sum(len(each) - 1 for each in values)
    squares = sum(float(np.square(each - each.mean()).sum()) for each in values)
    return SeedNoise(squares / freedom if freedom else 0.0, freedom)


def guessing_accuracy(labels: np.ndarray) -> float:
    """The accuracy of always naming the most frequent class."""
    return float(np.bincount(labels).max() / len(labels))


def find_mistakes(model: KerasModel, images: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The indices of the images whose class a classifier gets wrong, ascending."""
    return np.flatnonzero(~which_are_right(model, LabelledImages(images, labels)))


def collect_outcomes(
    mistakes: pd.DataFrame, seeds: Mapping[str, Sequence[int]], n_images: Mapping[str, int]
) -> dict[str, Outcomes]:
    """Tell for each variant which images its trainings got right.

    Args:
        mistakes: A row for each mistake: ``variant``, ``seed``, ``part`` and ``image``, its index there.
        seeds: Those of each variant that were trained to the end.
        n_images: Number of images of each part.

    Returns:
        By variant, those without any seed left out.
    """
    by_training = dict(list(mistakes.groupby(["variant", "seed", "part"])["image"]))
    outcomes = {}
    for variant, its_seeds in seeds.items():
        if not len(its_seeds):
            continue
        correct = {part: np.ones((len(its_seeds), n), dtype=bool) for part, n in n_images.items()}
        for part, right in correct.items():
            for row, seed in zip(right, its_seeds, strict=True):
                row[by_training.get((variant, seed, part), pd.Series(dtype=int)).to_numpy(dtype=int)] = False
        outcomes[variant] = Outcomes(correct)
    return outcomes


def compare(one: Outcomes, other: Outcomes, noise: SeedNoise, quantity: Quantity = "val") -> Difference:
    """By how much one variant is ahead of another.

    The interval tells how far other seeds and other images could have moved the difference. Images are
    paired: what both get wrong says nothing of their difference. With one seed the interval is over images
    alone.

    Args:
        one: Its outcomes.
        other: Those of the other one, on the same images.
        noise: As by :func:`pool_seeds` for this quantity, from all variants that there are.
        quantity: What is compared.
    """
    images = [one.correct[part].mean(axis=0) - other.correct[part].mean(axis=0) for part in _SIGNS[quantity]]
    n_seeds = [len(each.per_seed(quantity)) for each in (one, other)]
    half = _half_interval(noise, n_seeds, _variances_of_means(images))
    return Difference(one.mean(quantity) - other.mean(quantity), half)


def compare_accuracies(
    accuracies: tuple[float, float], n_seeds: tuple[int, int], noise: SeedNoise, n_images: int
) -> Difference:
    """By how much one accuracy is ahead of another where it is not known which images each got right.

    The interval is over seeds and images as in :func:`compare`, but images are not paired: it is wider.

    Args:
        accuracies: Of both, means over their seeds, on the same images.
        n_seeds: Of each.
        noise: From seed to seed.
        n_images: On which they are measured.
    """
    freedom = max(n_images - 1, 1)
    images = [(accuracy * (1 - accuracy) / freedom, freedom) for accuracy in accuracies]
    return Difference(accuracies[0] - accuracies[1], _half_interval(noise, n_seeds, images))


def measure_accuracies(accuracies: Sequence[float], n_images: int) -> Difference:
    """The mean of the accuracies of several trainings, with its interval over seeds and images.

    Args:
        accuracies: Of one training each, on the same images.
        n_images: On which they are measured.
    """
    values, freedom = np.asarray(accuracies), max(n_images - 1, 1)
    mean = float(values.mean())
    noise = SeedNoise(float(values.var(ddof=1)) if len(values) > 1 else 0.0, len(values) - 1)
    return Difference(mean, _half_interval(noise, [len(values)], [(mean * (1 - mean) / freedom, freedom)]))


def measure(outcomes: Outcomes, noise: SeedNoise, quantity: Quantity = "val") -> Difference:
    """A quantity of one variant with its interval, over seeds and images as in :func:`compare`."""
    images = [outcomes.correct[part].mean(axis=0) for part in _SIGNS[quantity]]
    return Difference(
        outcomes.mean(quantity),
        _half_interval(noise, [len(outcomes.per_seed(quantity))], _variances_of_means(images)),
    )


def are_identical(one: Outcomes, other: Outcomes) -> bool:
    """Whether two variants got the same images right, seed by seed."""
    return all(np.array_equal(one.correct[part], other.correct[part]) for part in one.correct)


def _variances_of_means(samples: Sequence[np.ndarray]) -> list[tuple[float, int]]:
    """The variance of the mean of each sample, with its degrees of freedom."""
    return [
        (float(sample.var(ddof=1)) / len(sample), len(sample) - 1) for sample in samples if len(sample) > 1
    ]


def _half_interval(noise: SeedNoise, n_seeds: Sequence[int], images: Sequence[tuple[float, int]]) -> float:
    """Half of the interval of a sum of means.

    Args:
        noise: From seed to seed.
        n_seeds: Of each variant in it.
        images: Further variances of means, over images, with their degrees of freedom.
    """
    from scipy.stats import t

    parts = list(images)
    if noise.freedom:
        parts.append((noise.variance * sum(1 / n for n in n_seeds), noise.freedom))
    variance = sum(part for part, _ in parts)
    if not variance:
        return 0.0
    freedom = variance**2 / sum(part**2 / degrees for part, degrees in parts)  # Welch and Satterthwaite's
    return float(t.ppf((1 + CONFIDENCE) / 2, freedom)) * math.sqrt(variance)
