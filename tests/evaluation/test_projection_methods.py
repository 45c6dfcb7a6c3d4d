import numpy as np
import pytest

from fashion_nets.errors import UserError
from fashion_nets.evaluation.projection_methods import fit_projection, place_points
from fashion_nets.evaluation.separability import class_separation


@pytest.fixture
def cross():
    """Six points in 3-D: widest along the third axis, then along the first, flat along the second."""
    return np.array([[0, 0, 5], [0, 0, -5], [2, 0, 0], [-2, 0, 0], [0, 0.1, 0], [0, -0.1, 0]])


class TestFitProjection:
    def test_pca_finds_the_widest_axes(self, cross):
        projected = fit_projection("pca", cross, np.zeros(6), seed=0).transform(cross)
        np.testing.assert_allclose(np.abs(projected[:4]), [[5, 0], [5, 0], [0, 2], [0, 2]], atol=1e-12)

    def test_lda_prefers_the_axis_between_classes_to_the_widest(self):
        generator = np.random.default_rng(0)
        labels = np.repeat([0, 1, 2], 50)
        points = np.column_stack(
            [labels + 0.1 * generator.normal(size=150), 100 * generator.normal(size=150), labels == 1]
        )
        x = fit_projection("lda", points, labels, seed=0).transform(points)[:, 0]
        assert class_separation(x[:, None], labels) > 0.9

    @pytest.mark.parametrize(
        ("method", "dimensions", "n_codings", "n_classes", "reason"),
        [
            ("codings", 2, 30, 10, "shows 2 codings as they are, this network has 30"),
            ("codings", 2, 1, 10, "this network has 1"),
            ("codings", 3, 2, 10, "shows 3 codings as they are, this network has 2"),
            ("pca", 2, 1, 10, "at least 2 codings"),
            ("pca", 3, 2, 10, "at least 3 codings"),
        ],
    )
    def test_no_such_dimensions_to_be_had(self, method, dimensions, n_codings, n_classes, reason):
        points = np.random.default_rng(0).normal(size=(60, n_codings))
        with pytest.raises(UserError, match=reason):
            fit_projection(method, points, np.arange(60) % n_classes, 0, dimensions)


class TestPlacePoints:
    def test_far_groups_stay_apart(self):
        labels = np.repeat([0, 1, 2], 20)
        points = np.random.default_rng(0).normal(size=(60, 5)) + 50 * labels[:, None]
        assert class_separation(place_points("tsne", points, seed=0), labels) > 0.8

    def test_space(self):
        points = np.random.default_rng(0).normal(size=(40, 5))
        assert place_points("tsne", points, seed=0, dimensions=3).shape == (40, 3)

    @pytest.mark.parametrize(
        ("shape", "reason"), [((30, 5), "more than 30 points, got 30"), ((60, 1), "at least 2 codings")]
    )
    def test_too_little_to_place(self, shape, reason):
        with pytest.raises(UserError, match=reason):
            place_points("tsne", np.zeros(shape), seed=0)
