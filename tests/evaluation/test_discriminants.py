import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from fashion_nets.evaluation import discriminants
from fashion_nets.evaluation.discriminants import LinearDiscriminants


def points_of(n_classes, n_features, seed=0):
    """Classes of different sizes around means of their own, with features that go together."""
    stream = np.random.default_rng(seed)
    labels = np.concatenate([np.full(30 + 20 * label, label) for label in range(n_classes)])
    mixing = stream.normal(size=(n_features, n_features))
    means = stream.normal(size=(n_classes, n_features))
    return stream.normal(size=(len(labels), n_features)) @ mixing + means[labels], labels


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("n_components", [1, 2, 3])
def test_the_directions_are_those_of_scikit_learn(n_components, dtype, monkeypatch):
    monkeypatch.setattr(discriminants, "CHUNK", 7)
    points, labels = points_of(5, 12)
    points[:, 3] = 4.0  # a feature that never varies
    points = points.astype(dtype)
    placed = LinearDiscriminants(n_components).fit(points, labels).transform(points)
    expected = LinearDiscriminantAnalysis(n_components=n_components).fit_transform(points, labels)
    assert placed.dtype == dtype
    signs = np.sign((placed * expected).sum(axis=0))
    np.testing.assert_allclose(placed * signs, expected, rtol=2e-3, atol=1e-3)


def test_two_classes_by_hand():
    """Classes that are at 0 and 4, in points that deviate from these by 1."""
    points = np.array([[-1.0], [1.0], [3.0], [5.0]])
    placed = LinearDiscriminants(1).fit(points, np.array([0, 0, 1, 1])).transform(points)
    np.testing.assert_allclose(np.abs(placed.ravel()), [3, 1, 1, 3])
    assert placed[0] * placed[3] < 0


def test_it_takes_less_memory_than_the_points():
    import tracemalloc

    points, labels = np.zeros((40_000, 100), np.float32), np.arange(40_000) % 10
    points += np.random.default_rng(0).random((1, 100), np.float32) * labels[:, np.newaxis].astype(np.float32)
    points += np.random.default_rng(1).random((40_000, 100), np.float32)
    tracemalloc.start()
    LinearDiscriminants(2).fit(points, labels)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < points.nbytes


def test_two_classes_have_one_discriminant_and_the_plane_its_second_axis_within_them():
    stream = np.random.default_rng(1)
    labels = np.repeat([0, 1], 500)
    points = stream.normal(size=(1000, 4)) * [1, 9, 1, 1]  # within the classes the second feature varies most
    points[:, 1] += points[:, 3] * 5  # and the last goes with it
    points[:, 0] += 6 * labels
    placed = LinearDiscriminants(2).fit_transform(points, labels)
    expected = LinearDiscriminantAnalysis(n_components=1).fit_transform(points, labels)
    np.testing.assert_allclose(np.abs(placed[:, 0]), np.abs(expected[:, 0]), rtol=1e-6, atol=1e-6)
    second = placed[:, 1]
    assert (
        abs(second[labels == 0].mean() - second[labels == 1].mean()) < 1e-6
    )  # it says nothing of the classes
    within = second - np.where(labels == 0, second[labels == 0].mean(), second[labels == 1].mean())
    assert within.std() == pytest.approx(1, rel=0.01)
    assert abs(np.corrcoef(second, points[:, 1])[0, 1]) > 0.7
