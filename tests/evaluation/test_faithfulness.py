import numpy as np
import pytest

from fashion_nets.errors import UserError
from fashion_nets.evaluation.faithfulness import explained_variance, neighbour_trustworthiness


@pytest.fixture
def cross():
    """Six points in 3-D: widest along the third axis, then along the first, flat along the second."""
    return np.array([[0, 0, 5], [0, 0, -5], [2, 0, 0], [-2, 0, 0], [0, 0.1, 0], [0, -0.1, 0]])


def test_explained_variance_of_dropped_axes(cross):
    # Variances 50/6, 8/6 and 0.02/6: dropping the second axis keeps 58 of 58.02.
    kept = cross[:, [0, 2]]
    assert explained_variance(kept, cross, kept, cross) == pytest.approx(58 / 58.02)


def test_explained_variance_does_not_depend_on_a_linear_map_of_the_plane(cross):
    turned = cross[:, [0, 2]] @ np.array([[3.0, 1.0], [-2.0, 0.5]]) + 7
    assert explained_variance(turned, cross, turned, cross) == pytest.approx(58 / 58.02)


def test_a_collapsed_plane_explains_nothing(cross):
    nowhere = np.zeros((6, 2))
    assert explained_variance(nowhere, cross, nowhere, cross) == pytest.approx(0)
    assert explained_variance(nowhere, nowhere, nowhere, nowhere) == 0


def test_trustworthiness_of_the_plane_itself_and_of_random_places():
    generator = np.random.default_rng(0)
    places = generator.normal(size=(400, 2))
    assert neighbour_trustworthiness(places, places) == 1
    assert neighbour_trustworthiness(places, generator.permutation(places)) == pytest.approx(0.5, abs=0.05)


def test_trustworthiness_of_a_sample_follows_the_seed():
    generator = np.random.default_rng(0)
    pixels, places = generator.normal(size=(300, 5)), generator.normal(size=(300, 2))
    first, again, other = (
        neighbour_trustworthiness(pixels, places, max_points=100, seed=seed) for seed in (1, 1, 2)
    )
    assert first == again != other


def test_trustworthiness_needs_more_points_than_neighbours():
    with pytest.raises(UserError, match="n_neighbors 10 and 20 points"):
        neighbour_trustworthiness(np.zeros((20, 5)), np.zeros((20, 2)))
