"""The order in which images come in an epoch."""

import numpy as np


def epoch_order(n_images: int, seed: int, epoch: int) -> np.ndarray:
    """Shuffle images for an epoch: a function of the seed and the epoch alone.

    So an epoch can be repeated without those before it, by any process and whatever runs the training.

    Args:
        n_images: How many there are.
        seed: Of the training.
        epoch: Counted from 0.

    Returns:
        Their numbers in the order of the epoch, int32, shape (n_images,).
    """
    return np.random.default_rng([seed, epoch]).permutation(n_images).astype(np.int32)
