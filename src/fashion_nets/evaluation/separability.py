"""How well points tell their classes: by a line between them, and by how far apart they lie."""

import warnings

import numpy as np

from fashion_nets.errors import UserError

_INVERSE_PENALTY = (
    0.01  # scikit-learn's C; with its default, 1, hundreds of codings overfit a few thousand images
)
_ITERATIONS = 200
_TOLERANCE = 1e-3  # of the gradient; a tenth of it takes twice as long and moves the accuracy by 0.005


def linear_probe_accuracy(
    train_points: np.ndarray,
    train_labels: np.ndarray,
    points: np.ndarray,
    labels: np.ndarray,
    max_points: int = 10_000,
    seed: int = 42,
) -> float:
    """How often a logistic regression, fitted on standardized training points, tells the class of a point.

    Args:
        train_points: Shape (n_train, d).
        train_labels: Class indices, shape (n_train,), at least two classes.
        points: Shape (n, d).
        labels: Class indices, shape (n,).
        max_points: Of more training points, a random sample of this size is fitted.
        seed: Of the sample.

    Raises:
        UserError: If there is one class only.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    sample = _sample(len(train_points), max_points, seed)
    _check_classes("A linear probe", train_labels[sample])
    regression = LogisticRegression(C=_INVERSE_PENALTY, max_iter=_ITERATIONS, tol=_TOLERANCE)
    probe = make_pipeline(StandardScaler(), regression)
    with warnings.catch_warnings():
        # Where the classes can be told without a mistake, the coefficients grow on; the accuracy does not.
        warnings.simplefilter("ignore", ConvergenceWarning)
        probe.fit(train_points[sample], train_labels[sample])
    return float(probe.score(points, labels))


def silhouette(points: np.ndarray, labels: np.ndarray, max_points: int = 2_000, seed: int = 42) -> float:
    """How much nearer points lie to their own class than to the nearest other one.

    The mean over the points of ``(b - a) / max(a, b)``, where ``a`` is the mean distance to the points of the
    same class and ``b`` the mean distance to those of the nearest other class.

    Args:
        points: Shape (n, d).
        labels: Class indices, shape (n,), at least two classes, fewer than points.
        max_points: Of more points, a random sample of this size is looked at; time grows with its square.
        seed: Of the sample.

    Returns:
        In [-1, 1]: 1 if each class is a single point, about 0 where classes overlap.

    Raises:
        UserError: If there is one class only, or no two points of one class.
    """
    from sklearn.metrics import silhouette_score

    sample = _sample(len(points), max_points, seed)
    _check_classes("The silhouette", labels[sample])
    if len(np.unique(labels[sample])) == len(sample):
        raise UserError(f"The silhouette needs more points than classes, got {len(sample)} of each.")
    return float(silhouette_score(points[sample], labels[sample]))


def _sample(n_points: int, max_points: int, seed: int) -> np.ndarray:
    if n_points <= max_points:
        return np.arange(n_points)
    return np.sort(np.random.default_rng(seed).permutation(n_points)[:max_points])


def _check_classes(who: str, labels: np.ndarray) -> None:
    if len(np.unique(labels)) < 2:
        raise UserError(f"{who} tells classes apart, and the {len(labels)} points are all of one class.")
