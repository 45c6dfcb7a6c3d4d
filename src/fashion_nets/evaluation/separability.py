"""How well points tell their classes: by a linear probe, by their neighbours, by their distances."""

import warnings

import numpy as np

from fashion_nets.errors import UserError
from fashion_nets.evaluation.points import sample_points

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

    sample = sample_points(len(train_points), max_points, seed)
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

    sample = sample_points(len(points), max_points, seed)
    _check_classes("The silhouette", labels[sample])
    if len(np.unique(labels[sample])) == len(sample):
        raise UserError(f"The silhouette needs more points than classes, got {len(sample)} of each.")
    return float(silhouette_score(points[sample], labels[sample]))


def class_separation(points: np.ndarray, labels: np.ndarray) -> float:
    """The share of the points' variance that lies between the classes (eta squared).

    Args:
        points: Shape (n, dimensions).
        labels: Class indices, shape (n,).

    Returns:
        In [0, 1]: 0 if all classes have one mean, 1 if each class is a single point apart from the others.
    """
    mean = points.mean(axis=0)
    total = np.square(points - mean).sum()
    between = sum(
        len(members) * np.square(members.mean(axis=0) - mean).sum()
        for members in (points[labels == label] for label in np.unique(labels))
    )
    return float(between / total) if total > 0 else 0.0


def knn_accuracy(
    train_points: np.ndarray,
    train_labels: np.ndarray,
    points: np.ndarray,
    labels: np.ndarray,
    n_neighbors: int = 10,
) -> float:
    """How often the nearest training points, by majority, tell the class of a point.

    Args:
        train_points: Shape (n_train, dimensions).
        train_labels: Class indices, shape (n_train,).
        points: Shape (n, dimensions).
        labels: Class indices, shape (n,).
        n_neighbors: At most n_train.
    """
    from sklearn.neighbors import KNeighborsClassifier

    if n_neighbors > len(train_points):
        raise UserError(
            f"n_neighbors must be at most the {len(train_points)} training points, got {n_neighbors}."
        )
    classifier = KNeighborsClassifier(n_neighbors).fit(train_points, train_labels)
    return float(classifier.score(points, labels))


def _check_classes(who: str, labels: np.ndarray) -> None:
    if len(np.unique(labels)) < 2:
        raise UserError(f"{who} tells classes apart, and the {len(labels)} points are all of one class.")
