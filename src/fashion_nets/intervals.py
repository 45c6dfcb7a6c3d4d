"""How far the choice of the images could have moved an accuracy."""

import math
from statistics import NormalDist

CONFIDENCE = 0.95
"""Of all intervals."""

_Z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)  # deviations, to both sides


def accuracy_interval(accuracy: float, n_images: int) -> tuple[float, float]:
    """The ends of the 95 % interval (Wilson's) of an accuracy on so many images, within [0, 1]."""
    centre = (accuracy + _Z**2 / (2 * n_images)) / (1 + _Z**2 / n_images)
    half = half_interval(accuracy, n_images)
    return max(0.0, centre - half), min(1.0, centre + half)


def half_interval(accuracy: float, n_images: int) -> float:
    """Half of that interval."""
    spread = accuracy * (1 - accuracy) / n_images + (_Z / (2 * n_images)) ** 2
    return _Z * math.sqrt(spread) / (1 + _Z**2 / n_images)
