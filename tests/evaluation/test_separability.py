import numpy as np
import pytest

from fashion_nets.errors import UserError
from fashion_nets.evaluation.separability import (
    class_separation,
    knn_accuracy,
    linear_probe_accuracy,
    silhouette,
)

TWO_PAIRS = np.array([[0.0, 0.0], [0.0, 2.0], [4.0, 0.0], [4.0, 2.0]])


class TestLinearProbe:
    def test_what_a_line_can_tell_and_what_it_cannot(self):
        points = np.random.default_rng(0).normal(size=(400, 2))
        halves, quadrants = points[:, 0] > 0, points[:, 0] * points[:, 1] > 0
        assert linear_probe_accuracy(points, halves, points, halves) > 0.9
        assert linear_probe_accuracy(points, quadrants, points, quadrants) < 0.65

    def test_the_scale_of_a_coding_does_not_matter(self):
        points = np.random.default_rng(0).normal(size=(200, 3))
        labels = (points.sum(axis=1) > 0).astype(int)
        scaled = points * [1e-4, 1.0, 1e4] + 7
        assert linear_probe_accuracy(scaled, labels, scaled, labels) == linear_probe_accuracy(
            points, labels, points, labels
        )

    def test_a_coding_that_never_varies_does_no_harm(self):
        points, labels = np.column_stack([np.repeat([0.0, 1.0], 50), np.zeros(100)]), np.repeat([0, 1], 50)
        assert linear_probe_accuracy(points, labels, points, labels) == 1

    def test_only_the_training_points_teach(self):
        points, labels = np.array([[0.0], [1.0]] * 20), np.array([0, 1] * 20)
        assert linear_probe_accuracy(points, labels, points, 1 - labels) == 0

    def test_a_sample_follows_the_seed(self):
        generator = np.random.default_rng(0)
        points, labels = generator.normal(size=(500, 5)), generator.integers(0, 3, 500)
        first, again, other = (
            linear_probe_accuracy(points, labels, points, labels, max_points=50, seed=seed)
            for seed in (1, 1, 2)
        )
        assert first == again != other

    def test_one_class_is_refused(self):
        with pytest.raises(UserError, match="the 4 points are all of one class"):
            linear_probe_accuracy(np.eye(4), np.zeros(4), np.eye(4), np.zeros(4))


class TestSilhouette:
    def test_by_hand(self):
        # Two pairs on a line: a = 1 for all points; b = (5 + 6) / 2 for the outer, (4 + 5) / 2 for the inner.
        points = np.array([[0.0], [1.0], [5.0], [6.0]])
        outer, inner = 1 - 1 / 5.5, 1 - 1 / 4.5
        assert silhouette(points, np.array([0, 0, 1, 1])) == pytest.approx((outer + inner) / 2)

    def test_classes_without_relation_to_the_places(self):
        generator = np.random.default_rng(0)
        assert abs(silhouette(generator.normal(size=(500, 3)), generator.integers(0, 5, 500))) < 0.05

    def test_a_sample_follows_the_seed(self):
        generator = np.random.default_rng(0)
        points, labels = generator.normal(size=(300, 2)), generator.integers(0, 3, 300)
        first, again, other = (silhouette(points, labels, max_points=50, seed=seed) for seed in (1, 1, 2))
        assert first == again != other

    @pytest.mark.parametrize(
        ("labels", "reason"), [([0, 0, 0], "all of one class"), ([0, 1, 2], "got 3 of each")]
    )
    def test_nothing_to_compare(self, labels, reason):
        with pytest.raises(UserError, match=reason):
            silhouette(np.eye(3), np.array(labels))


class TestNeighbours:
    def test_knn_accuracy_by_hand(self):
        # Of three new points the last lies among the points of the other class.
        points = np.array([[0.0, 1.0], [4.0, 1.0], [4.0, 1.5]])
        accuracy = knn_accuracy(TWO_PAIRS, np.array([0, 0, 1, 1]), points, np.array([0, 1, 0]), n_neighbors=2)
        assert accuracy == pytest.approx(2 / 3)

    def test_knn_accuracy_needs_as_many_points_as_neighbours(self):
        with pytest.raises(UserError, match="at most the 4 training points, got 10"):
            knn_accuracy(TWO_PAIRS, np.zeros(4), TWO_PAIRS, np.zeros(4))


class TestClassSeparation:
    def test_class_separation_by_hand(self):
        # Around the mean (2, 1) the sum of squares is 4 · (4 + 1); between left and right it is 4 · 4.
        assert class_separation(TWO_PAIRS, np.array([0, 0, 1, 1])) == pytest.approx(16 / 20)
        assert class_separation(TWO_PAIRS, np.array([0, 1, 0, 1])) == pytest.approx(4 / 20)
        assert class_separation(TWO_PAIRS, np.array([0, 1, 1, 0])) == pytest.approx(0)

    def test_class_separation_of_points_in_one_place(self):
        assert class_separation(np.ones((4, 2)), np.array([0, 0, 1, 1])) == 0
