import numpy as np
import pytest
from sklearn.decomposition import PCA

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.evaluation.projections import (
    ProjectionParams,
    class_separation,
    explained_variance,
    fit_projection,
    knn_accuracy,
    neighbour_trustworthiness,
    project_codings,
)

TWO_PAIRS = np.array([[0.0, 0.0], [0.0, 2.0], [4.0, 0.0], [4.0, 2.0]])


PROJECTION = {
    "methods": ("pca", "lda"),
    "thumbnails": "lda",
    "n_neighbors": 10,
    "trustworthiness_sample": 2_000,
}


@pytest.fixture
def cross():
    """Six points in 3-D: widest along the third axis, then along the first, flat along the second."""
    return np.array([[0, 0, 5], [0, 0, -5], [2, 0, 0], [-2, 0, 0], [0, 0.1, 0], [0, -0.1, 0]])


def _encode(images):
    """Five codings, as an encoder might give: each a sum over a horizontal band of the image."""
    return images[:, :25].reshape(len(images), 5, -1).sum(axis=2)


def _project(train_set, validation_set, encode=_encode, **params):
    return project_codings(
        encode(train_set.images),
        train_set,
        encode(validation_set.images),
        validation_set,
        ProjectionParams(**(PROJECTION | params)),
        seed=42,
    )


class TestProjectCodings:
    def test_rows_of_points_and_scores(self, train_set, validation_set):
        points, scores = _project(train_set, validation_set, methods=["pca", "lda", "pixels_pca"])
        assert points.columns.tolist() == ["method", "label", "x", "y"]
        assert scores["method"].tolist() == ["pca", "lda", "pixels_pca"]
        assert scores["n_neighbors"].tolist() == [10, 10, 10]
        for method in scores["method"]:
            labels = points.loc[points["method"] == method, "label"]
            np.testing.assert_array_equal(labels, validation_set.labels)
        shares = scores.drop(columns=["method", "n_neighbors"]).to_numpy()
        assert ((shares > 0) & (shares < 1)).all()

    def test_each_method_knows_only_the_training_data(self, train_set, validation_set):
        """Points of other validation images leave a validation image where it was."""
        methods = ["pca", "lda", "pixels_pca"]
        points, _ = _project(train_set, validation_set, methods=methods)
        half = LabelledImages(*(array[:100] for array in validation_set))
        points_of_half, _ = _project(train_set, half, methods=methods)
        for method in methods:
            np.testing.assert_allclose(
                points.loc[points["method"] == method, ["x", "y"]].head(100),
                points_of_half.loc[points_of_half["method"] == method, ["x", "y"]],
                rtol=1e-3,
                atol=1e-4,
            )

    def test_codings_are_shown_as_they_are(self, train_set, validation_set):
        def encode(images):
            return _encode(images)[:, :2]

        points, _ = _project(train_set, validation_set, encode, methods=["codings"], thumbnails="codings")
        np.testing.assert_array_equal(points[["x", "y"]], encode(validation_set.images))

    def test_pixels_pca_explains_what_pca_reconstructs(self, train_set, validation_set):
        _, scores = _project(train_set, validation_set, methods=["pixels_pca"], thumbnails="pixels_pca")
        train, validation = (part.images.reshape(-1, 784) for part in (train_set, validation_set))
        pca = PCA(2).fit(train)
        residual = np.square(validation - pca.inverse_transform(pca.transform(validation))).sum()
        total = np.square(validation - validation.mean(axis=0)).sum()
        assert scores["explained_variance"][0] == pytest.approx(1 - residual / total, abs=1e-4)

    def test_diverged_codings_are_named_as_such(self, train_set, validation_set):
        with pytest.raises(UserError, match="diverged"):
            _project(train_set, validation_set, lambda images: _encode(images) * np.nan)

    def test_codings_of_another_set_are_refused(self, train_set, validation_set):
        codings = _encode(validation_set.images)
        with pytest.raises(ValueError, match="200 rows for 800 images"):
            project_codings(codings, train_set, codings, validation_set, ProjectionParams(**PROJECTION), 42)


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
        ("method", "n_codings", "n_classes", "reason"),
        [
            ("codings", 30, 10, "this network has 30"),
            ("codings", 1, 10, "this network has 1"),
            ("pca", 1, 10, "at least two codings"),
            ("lda", 30, 2, "got 2 classes"),
        ],
    )
    def test_no_plane_to_be_had(self, method, n_codings, n_classes, reason):
        points = np.random.default_rng(0).normal(size=(60, n_codings))
        with pytest.raises(UserError, match=reason):
            fit_projection(method, points, np.arange(60) % n_classes, seed=0)


class TestScores:
    def test_explained_variance_of_dropped_axes(self, cross):
        # Variances 50/6, 8/6 and 0.02/6: dropping the second axis keeps 58 of 58.02.
        kept = cross[:, [0, 2]]
        assert explained_variance(kept, cross, kept, cross) == pytest.approx(58 / 58.02)

    def test_explained_variance_does_not_depend_on_a_linear_map_of_the_plane(self, cross):
        turned = cross[:, [0, 2]] @ np.array([[3.0, 1.0], [-2.0, 0.5]]) + 7
        assert explained_variance(turned, cross, turned, cross) == pytest.approx(58 / 58.02)

    def test_a_collapsed_plane_explains_nothing(self, cross):
        nowhere = np.zeros((6, 2))
        assert explained_variance(nowhere, cross, nowhere, cross) == pytest.approx(0)
        assert explained_variance(nowhere, nowhere, nowhere, nowhere) == 0

    def test_class_separation_by_hand(self):
        # Around the mean (2, 1) the sum of squares is 4 · (4 + 1); between left and right it is 4 · 4.
        assert class_separation(TWO_PAIRS, np.array([0, 0, 1, 1])) == pytest.approx(16 / 20)
        assert class_separation(TWO_PAIRS, np.array([0, 1, 0, 1])) == pytest.approx(4 / 20)
        assert class_separation(TWO_PAIRS, np.array([0, 1, 1, 0])) == pytest.approx(0)

    def test_class_separation_of_points_in_one_place(self):
        assert class_separation(np.ones((4, 2)), np.array([0, 0, 1, 1])) == 0

    def test_knn_accuracy_by_hand(self):
        # Of three new points the last lies among the points of the other class.
        points = np.array([[0.0, 1.0], [4.0, 1.0], [4.0, 1.5]])
        accuracy = knn_accuracy(TWO_PAIRS, np.array([0, 0, 1, 1]), points, np.array([0, 1, 0]), n_neighbors=2)
        assert accuracy == pytest.approx(2 / 3)

    def test_knn_accuracy_needs_as_many_points_as_neighbours(self):
        with pytest.raises(UserError, match="at most the 4 training points, got 10"):
            knn_accuracy(TWO_PAIRS, np.zeros(4), TWO_PAIRS, np.zeros(4))

    def test_trustworthiness_of_the_plane_itself_and_of_random_places(self):
        generator = np.random.default_rng(0)
        places = generator.normal(size=(400, 2))
        assert neighbour_trustworthiness(places, places) == 1
        assert neighbour_trustworthiness(places, generator.permutation(places)) == pytest.approx(
            0.5, abs=0.05
        )

    def test_trustworthiness_of_a_sample_follows_the_seed(self):
        generator = np.random.default_rng(0)
        pixels, places = generator.normal(size=(300, 5)), generator.normal(size=(300, 2))
        first, again, other = (
            neighbour_trustworthiness(pixels, places, max_points=100, seed=seed) for seed in (1, 1, 2)
        )
        assert first == again != other

    def test_trustworthiness_needs_more_points_than_neighbours(self):
        with pytest.raises(UserError, match="n_neighbors 10 and 20 points"):
            neighbour_trustworthiness(np.zeros((20, 5)), np.zeros((20, 2)))


class TestParams:
    @pytest.mark.parametrize(
        ("params", "reason"),
        [
            (
                {"methods": ["pca", "tsne"]},
                "'methods': there are the methods codings, pca, lda, pixels_pca, got",
            ),
            ({"methods": []}, "'methods' .*at least 1 item"),
            ({"methods": ["pca", "pca"]}, "each method may be named once, got pca, pca"),
            ({"methods": ["pca"], "thumbnails": "lda"}, "thumbnails must be one of methods, pca; got 'lda'"),
            ({"n_neighbors": 0}, "'n_neighbors' should be greater than 0, got 0"),
            ({"neighbours": 5}, "'neighbours' is not a parameter here"),
        ],
    )
    def test_wrong_parameters_are_named(self, params, reason):
        with pytest.raises(UserError, match=reason):
            ProjectionParams.model_validate(PROJECTION | params)
