"""How much of the original points a projection keeps."""

import numpy as np

from fashion_nets.data.image_set import intensities
from fashion_nets.errors import UserError
from fashion_nets.evaluation.points import CHUNK, sample_points


def explained_variance(
    train_points: np.ndarray, train_source: np.ndarray, points: np.ndarray, source: np.ndarray
) -> float:
    """The share of the source's variance that the coordinates explain linearly.

    The linear map from the points back to the source is fitted on training data and tested on other data. For
    PCA that map is PCA's own inverse, and the share is the usual one, taken on data that PCA has not seen. So
    defined, the share is comparable between methods: two codings of a linear autoencoder and two principal
    components of the pixels both explain a share of the variance of the pixels.

    Args:
        train_points: Shape (n_train, dimensions).
        train_source: Where they come from, shape (n_train, d): codings, or pixels as grey levels or
            intensities.
        points: Shape (n, dimensions).
        source: Where they come from, shape (n, d).

    Returns:
        At most 1; below 0 if worse than the mean; 0 if the source does not vary.
    """
    source = intensities(source)
    chunks = [slice(start, start + CHUNK) for start in range(0, len(train_points), CHUNK)]
    centre = train_points.mean(axis=0)
    squared = sum(np.square(train_points[rows] - centre).sum(axis=0, dtype=np.float64) for rows in chunks)
    scale = np.where(squared > 0, np.sqrt(squared / len(train_points)), 1.0)

    def design(at: np.ndarray) -> np.ndarray:  # in the source's type, or products would copy the source
        return np.column_stack([np.ones(len(at)), (at - centre) / scale]).astype(source.dtype)

    size = train_points.shape[1] + 1
    squares, products = np.zeros((size, size)), np.zeros((size, source.shape[1]))
    for rows in chunks:
        chunk = design(train_points[rows])
        squares += chunk.T @ chunk
        products += chunk.T @ intensities(train_source[rows])
    back = np.linalg.lstsq(squares, products, rcond=None)[0].astype(source.dtype)
    residual = np.square(source - design(points) @ back).sum(dtype=np.float64)
    total = np.square(source - source.mean(axis=0)).sum(dtype=np.float64)
    return float(1 - residual / total) if total > 0 else 0.0


def neighbour_trustworthiness(
    pixels: np.ndarray, points: np.ndarray, n_neighbors: int = 10, max_points: int = 2_000, seed: int = 42
) -> float:
    """Whether neighbours among the points are neighbours among the images as well.

    Args:
        pixels: The images, flat, shape (n, n_pixels).
        points: Where they lie, shape (n, dimensions).
        n_neighbors: Of each point, fewer than half the points looked at.
        max_points: Of more points, a random sample of this size is looked at.
        seed: Of the sample.

    Returns:
        In [0, 1]: 1 if each point's neighbours are its nearest among the images too, about 0.5 for random
        places.
    """
    from sklearn.manifold import trustworthiness

    n_points = min(len(points), max_points)
    if n_neighbors >= n_points / 2:
        raise UserError(
            f"Trustworthiness looks at fewer neighbours than half the points; got n_neighbors {n_neighbors} "
            f"and {n_points} points. Lower n_neighbors, or raise trustworthiness_sample if there are more."
        )
    sample = sample_points(len(points), max_points, seed)
    return float(trustworthiness(pixels[sample], points[sample], n_neighbors=n_neighbors))
