"""Whether more data would help (lecture, "Determining Whether to Gather More Data")."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Self

import numpy as np
from pydantic import Field, model_validator

from fashion_nets.errors import UserError
from fashion_nets.formatting import format_share
from fashion_nets.intervals import CONFIDENCE
from fashion_nets.parameters import Parameters

MIN_SIZES = 4  # a curve with three parameters fits any three points exactly

_FACTORS = (2, 4)
_FAR = 1000  # times the data: nobody gathers more, and no extrapolation holds so far
_STEEPEST = 2.0  # exponents measured on image sets lie between 0.05 and 0.5 (Hestness et al., 2017)
_TINY = np.finfo(float).tiny  # keeps 0 / 0 out where the exponent is 0


Verdict = Literal["improve_training", "nothing_to_do", "regularize_or_gather_more_data"]
"""What to do next, by the lecture's rules; see :func:`judge`."""


class AcceptableErrors(Parameters):
    """The acceptable errors, as shares of images.

    The lecture leaves the numbers to the task. The acceptable training error is below the
    acceptable test error: where only the first is reached, the gap between the two has to be closed.
    """

    training: float = Field(gt=0, lt=1)
    test: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.training >= self.test:
            raise ValueError(
                f"the acceptable error on training images must be smaller than the one on test images, got "
                f"{self.training:g} and {self.test:g}"
            )
        return self


class Prediction(NamedTuple):
    """The error that a power law expects at another size of the training set.

    Attributes:
        n_images: The size.
        error: The expected error.
        low: Lower end of its confidence interval.
        high: Upper end of its confidence interval.
    """

    n_images: int
    error: float
    low: float
    high: float


class PowerLaw(NamedTuple):
    """A power law of the error, error(n) = a n^(-b) + c, with the points that it was fitted to.

    Attributes:
        a: Scale of the part of the error that more data removes.
        b: How fast it does: doubling the data divides that part by 2^b.
        c: What no amount of data removes.
        n_images: Sizes of the training set, ascending.
        errors: Errors at these sizes.
    """

    a: float
    b: float
    c: float
    n_images: tuple[int, ...]
    errors: tuple[float, ...]

    def error_at(self, n_images: float | np.ndarray) -> float | np.ndarray:
        """The error on the curve at one size or several."""
        return self.a * n_images**-self.b + self.c

    def images_for(self, error: float) -> float:
        """The size at which the curve has come down to an error; infinite where it never does."""
        if error <= self.c or self.b == 0:
            return math.inf
        return (self.a / (error - self.c)) ** (1 / self.b)

    def predict(self, n_images: int) -> Prediction:
        """The error at a size, with its 95 % confidence interval.

        The interval is that of the profile likelihood (Bates and Watts, 1988, chapter 6): it holds every
        error through which some power law passes that fits the points not significantly worse than the
        best one does, by the F test. The scatter of the points about the curve measures their noise, so
        that also a curve that is no power law widens it. It supposes that the law goes on beyond the
        points, and is the interval of the curve, about which single trainings scatter.
        """
        from scipy.optimize import brentq
        from scipy.stats import f as f_distribution

        best = float(self.error_at(n_images))
        degrees = len(self.errors) - 3
        smallest_misfit = np.sum((self.error_at(np.array(self.n_images)) / np.array(self.errors) - 1) ** 2)
        limit = smallest_misfit * (1 + f_distribution.ppf(CONFIDENCE, 1, degrees) / degrees)

        def excess(error: float) -> float:
            return _misfit_through(self, n_images, error) - limit

        def crossing(far: float) -> float:
            if excess(best) >= 0:  # the points lie on the curve: the interval has no width
                return best
            return far if excess(far) <= 0 else float(brentq(excess, far, best, xtol=1e-9))

        return Prediction(n_images, best, crossing(1e-9), crossing(max(1.0, best)))


def fit_power_law(n_images: Sequence[int], errors: Sequence[float]) -> PowerLaw:
    """Fit error(n) = a n^(-b) + c by least squares of the relative deviations.

    The relative noise is taken to be the same at all sizes. a and c are not negative, b lies in [0, 2].

    Args:
        n_images: Sizes of the training set, at least 4 different ones, ascending.
        errors: The error at each size, in (0, 1]; means over seeds serve best.

    Raises:
        UserError: If there are too few sizes.
        ValueError: If an error is not in (0, 1].
    """
    from scipy.optimize import nnls

    if len(n_images) < MIN_SIZES:
        raise UserError(
            f"a power law has three values, so that its fit needs errors at {MIN_SIZES} sizes or more, got "
            f"{len(n_images)}. Begin with a smaller smallest_size."
        )
    if not all(0 < error <= 1 for error in errors):
        raise ValueError(f"fit_power_law expects errors in (0, 1], got {list(errors)}. Pass 1 - accuracy.")
    sizes, values = np.array(n_images, dtype=float), np.array(errors, dtype=float)

    def fit_linear_part(exponent: float) -> tuple[np.ndarray, float]:
        """The best a and c for an exponent, with the root of the sum of squares."""
        return nnls(
            np.column_stack([sizes**-exponent, np.ones_like(values)]) / values[:, None],
            np.ones_like(values),
        )

    b = _minimize_over_exponents(lambda exponent: fit_linear_part(exponent)[1])
    (a, c), _ = fit_linear_part(b)
    return PowerLaw(float(a), b, float(c), tuple(sizes.astype(int).tolist()), tuple(values.tolist()))


def _misfit_through(law: PowerLaw, n_images: int, error: float) -> float:
    """The sum of squares of the best power law that has a given error at a given size."""
    points = np.array(law.errors)
    sizes = np.array(law.n_images) / n_images

    def misfit(exponent: float) -> float:
        # The deviations are linear in the floor, c as a share of the error.
        without_floor = error * sizes**-exponent / points - 1
        by_floor = error * (1 - sizes**-exponent) / points
        floor = np.clip(-(without_floor @ by_floor) / max(by_floor @ by_floor, _TINY), 0, 1)
        return float(np.sum((without_floor + floor * by_floor) ** 2))

    return misfit(_minimize_over_exponents(misfit))


def _minimize_over_exponents(function: Callable[[float], float]) -> float:
    from scipy.optimize import minimize_scalar

    grid = np.linspace(0, _STEEPEST, 81)
    best = int(np.argmin([function(exponent) for exponent in grid]))
    bounds = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    return float(minimize_scalar(function, bounds=bounds, method="bounded", options={"xatol": 1e-10}).x)


def judge(training_error: float, test_error: float, acceptable: AcceptableErrors) -> Verdict:
    """Decide by the lecture's rules what to do next.

    Args:
        training_error: Share of the training images that the network gets wrong.
        test_error: Share of the test images.
        acceptable: The acceptable errors.

    Returns:
        ``improve_training`` where the training error is not acceptable: more data will not help a network
        that cannot learn what it has; more capacity, better optimization or better data may.
        ``nothing_to_do`` where both errors are acceptable, and else ``regularize_or_gather_more_data``.
    """
    if training_error > acceptable.training:
        return "improve_training"
    if test_error <= acceptable.test:
        return "nothing_to_do"
    return "regularize_or_gather_more_data"


def report_verdict(
    network: str,
    errors: Mapping[str, float],
    law: PowerLaw,
    acceptable: AcceptableErrors,
) -> dict[str, Any]:
    """Judge whether more data would help, with the numbers that the verdict rests on.

    Args:
        network: Name of the network.
        errors: With all the data: ``train_error_mean``, ``val_error_mean`` and ``test_error_mean`` over
            seeds, with ``..._std`` each.
        law: Fitted to the test errors.
        acceptable: The acceptable errors.

    Returns:
        What JSON takes: ``verdict``, ``sentence``, ``network``, ``n_images``, the errors as given,
        ``acceptable_errors``, ``power_law`` (a, b, c), ``predictions`` for twice and four times the data, and
        ``n_images_for_acceptable_test_error`` (None where that is more than a thousand times the
        data).
    """
    n_images = law.n_images[-1]
    verdict = judge(errors["train_error_mean"], errors["test_error_mean"], acceptable)
    predictions = {factor: law.predict(factor * n_images) for factor in _FACTORS}
    needed = law.images_for(acceptable.test)
    sentences = [_explain(verdict, network, errors, acceptable)]
    if verdict == "regularize_or_gather_more_data":
        sentences.append(_say_what_data_would_buy(law, predictions, needed, acceptable))
    return {
        "verdict": verdict,
        "sentence": " ".join(sentences),
        "network": network,
        "n_images": n_images,
        **errors,
        "acceptable_errors": acceptable.model_dump(),
        "power_law": {"a": law.a, "b": law.b, "c": law.c},
        "predictions": [
            {"factor": factor, **prediction._asdict()} for factor, prediction in predictions.items()
        ],
        "n_images_for_acceptable_test_error": round(needed) if needed <= _FAR * n_images else None,
    }


def _explain(
    verdict: Verdict, network: str, errors: Mapping[str, float], acceptable: AcceptableErrors
) -> str:
    training = f"{network} gets {format_share(errors['train_error_mean'])} of the training images wrong"
    test = f"{format_share(errors['test_error_mean'])} of the test images"
    match verdict:
        case "improve_training":
            return (
                f"{training}, more than the acceptable {format_share(acceptable.training)}: more data is no "
                "remedy. Try more layers or units, then better optimization, such as another learning rate; "
                "if neither helps, the data may be too noisy or lack what is needed."
            )
        case "nothing_to_do":
            return (
                f"{training} and {test}, both acceptable (up to {format_share(acceptable.training)} and "
                f"{format_share(acceptable.test)}): nothing is left to do."
            )
        case "regularize_or_gather_more_data":
            return (
                f"{training}, which is acceptable, but {test}, more than the acceptable "
                f"{format_share(acceptable.test)}: regularize more or take a smaller network, and if that is "
                "not enough, gather more data."
            )


def _say_what_data_would_buy(
    law: PowerLaw, predictions: Mapping[int, Prediction], needed: float, acceptable: AcceptableErrors
) -> str:
    n_images = law.n_images[-1]
    buys = " and ".join(
        f"{format_share(each.error)} with {factor} times the training images (95 % interval "
        f"{format_share(each.low)} to {format_share(each.high)})"
        for factor, each in predictions.items()
    )
    factor, nearest = next(iter(predictions.items()))
    may_gain_nothing = nearest.high >= law.error_at(n_images)
    doubt = f"; for {factor} times, the interval includes no gain at all" if may_gain_nothing else ""
    if needed <= _FAR * n_images:
        reach = f"would reach {format_share(acceptable.test)} at about {float(f'{needed:.2g}'):,.0f} images"
    else:
        reach = f"would not reach {format_share(acceptable.test)} with {_FAR:,} times the images"
    return f"The power law expects a test error of {buys}{doubt}. It {reach}."
