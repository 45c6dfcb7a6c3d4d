import numpy as np
import pytest
from sklearn.decomposition import PCA

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.evaluation import projections
from fashion_nets.evaluation.projections import (
    ProjectionParams,
    class_separation,
    explained_variance,
    fit_projection,
    knn_accuracy,
    neighbour_trustworthiness,
    place_points,
    project_codings,
)

TWO_PAIRS = np.array([[0.0, 0.0], [0.0, 2.0], [4.0, 0.0], [4.0, 2.0]])


PROJECTION = {
    "methods": ("pca", "lda"),
    "dimensions": 2,
    "thumbnails": "lda",
    "interactive": "lda",
    "tsne_points": 100,
    "n_neighbors": 10,
    "trustworthiness_sample": 2_000,
    "probe_images": 10_000,
    "silhouette_sample": 2_000,
}


@pytest.fixture
def cross():
    """Six points in 3-D: widest along the third axis, then along the first, flat along the second."""
    return np.array([[0, 0, 5], [0, 0, -5], [2, 0, 0], [-2, 0, 0], [0, 0.1, 0], [0, -0.1, 0]])


def _encode(images):
    """Five codings, as an encoder might give: each a sum over a horizontal band of the image."""
    return images[:, :25].reshape(len(images), 5, -1).sum(axis=2)


def _with_figures(params):
    """Draw the thumbnails and the page of the first method, unless they are about another one."""
    methods = params.get("methods") or PROJECTION["methods"]
    return {"thumbnails": methods[0], "interactive": methods[0]} | params


def _project(train_set, validation_set, encode=_encode, **params):
    params = _with_figures(params)
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
        assert points.columns.tolist() == ["method", "image", "label", "x", "y"]
        assert scores["method"].tolist() == ["pca", "lda", "pixels_pca"]
        assert scores["n_neighbors"].tolist() == [10, 10, 10]
        for method in scores["method"]:
            labels = points.loc[points["method"] == method, "label"]
            np.testing.assert_array_equal(labels, validation_set.labels)
        assert set(scores["n_points"]) == {200}
        assert set(scores["scored_by"]) == {"training images"}
        assert scores["silhouette"].between(-1, 1).all()
        shares = scores.drop(
            columns=["method", "n_points", "scored_by", "n_neighbors", "silhouette"]
        ).to_numpy()
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

        points, _ = _project(train_set, validation_set, encode, methods=["codings"])
        np.testing.assert_array_equal(points[["x", "y"]], encode(validation_set.images))

    def test_pixels_pca_explains_what_pca_reconstructs(self, train_set, validation_set):
        _, scores = _project(train_set, validation_set, methods=["pixels_pca"])
        train, validation = (part.images.reshape(-1, 784) for part in (train_set, validation_set))
        pca = PCA(2).fit(train)
        residual = np.square(validation - pca.inverse_transform(pca.transform(validation))).sum()
        total = np.square(validation - validation.mean(axis=0)).sum()
        assert scores["explained_variance"][0] == pytest.approx(1 - residual / total, abs=1e-4)

    def test_tsne_shows_the_first_validation_images_and_is_scored_among_them(self, train_set, validation_set):
        points, scores = _project(train_set, validation_set, methods=["tsne", "pca"])
        tsne = points[points["method"] == "tsne"]
        assert tsne["image"].tolist() == list(range(100))
        np.testing.assert_array_equal(tsne["label"], validation_set.labels[:100])
        assert scores["n_points"].tolist() == [100, 200]
        assert scores["scored_by"].tolist() == ["cross-validation", "training images"]
        assert scores["knn_accuracy"][0] > 0.3

    def test_scores_of_tsne_know_nothing_but_the_shown_images(self, train_set, validation_set):
        """Neither the training images nor validation images behind the shown ones change them."""
        other_train_set = LabelledImages(train_set.images[::-1], train_set.labels)
        shown = LabelledImages(*(array[:100] for array in validation_set))
        _, scores = _project(train_set, validation_set, methods=["tsne"])
        _, scores_of_shown = _project(other_train_set, shown, methods=["tsne"])
        assert scores.equals(scores_of_shown)

    def test_labels_without_relation_to_the_images_cannot_be_told_by_tsne(self, train_set, validation_set):
        """An accuracy among the points that taught it would be far above chance."""
        shuffled = np.random.default_rng(0).permutation(validation_set.labels)
        validation_set = LabelledImages(validation_set.images, shuffled)
        _, scores = _project(train_set, validation_set, methods=["tsne"], n_neighbors=2)
        assert scores["knn_accuracy"][0] < 0.25

    def test_space(self, train_set, validation_set):
        methods = ["pca", "lda"]
        plane, scores = _project(train_set, validation_set, methods=methods)
        space, scores_in_space = _project(train_set, validation_set, methods=methods, dimensions=3)
        assert space.columns.tolist() == ["method", "image", "label", "x", "y", "z"]
        np.testing.assert_allclose(space[["x", "y"]], plane[["x", "y"]], rtol=1e-3, atol=1e-3)
        assert (scores_in_space["explained_variance"] > scores["explained_variance"]).all()

    @pytest.mark.slow
    def test_umap_places_validation_images_among_training_images(self, train_set, validation_set):
        pytest.importorskip("umap")
        points, scores = _project(train_set, validation_set, methods=["umap"])
        again, _ = _project(train_set, validation_set, methods=["umap"])
        assert len(points) == 200
        assert scores["scored_by"].tolist() == ["training images"]
        assert scores["knn_accuracy"][0] > 0.4
        assert points.equals(again)

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
        ("method", "dimensions", "n_codings", "n_classes", "reason"),
        [
            ("codings", 2, 30, 10, "shows 2 codings as they are, this network has 30"),
            ("codings", 2, 1, 10, "this network has 1"),
            ("codings", 3, 2, 10, "shows 3 codings as they are, this network has 2"),
            ("pca", 2, 1, 10, "at least 2 codings"),
            ("pca", 3, 2, 10, "at least 3 codings"),
            ("lda", 2, 30, 2, "got 2 classes"),
            ("lda", 3, 30, 3, "got 3 classes"),
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
                {"methods": ["pca", "isomap"]},
                "'methods': there are the methods codings, pca, lda, tsne, umap, pixels_pca, got 'isomap'",
            ),
            ({"methods": []}, "'methods' .*at least 1 item"),
            ({"methods": ["pca", "pca"]}, "each method may be named once, got pca, pca"),
            ({"methods": ["pca"], "thumbnails": "lda"}, "thumbnails must be one of methods, pca; got 'lda'"),
            ({"interactive": "umap"}, "interactive must be one of methods, pca, lda; got 'umap'"),
            ({"dimensions": 4}, "'dimensions' should be 2 or 3, got 4"),
            (
                {"methods": ["tsne"], "thumbnails": "tsne", "dimensions": 3},
                "with dimensions 3 only the first two dimensions of pca, lda, pixels_pca are; got 'tsne'",
            ),
            ({"tsne_points": 30}, "'tsne_points' should be greater than 30, got 30"),
            ({"n_neighbors": 0}, "'n_neighbors' should be greater than 0, got 0"),
            ({"neighbours": 5}, "'neighbours' is not a parameter here"),
        ],
    )
    def test_wrong_parameters_are_named(self, params, reason):
        with pytest.raises(UserError, match=reason):
            ProjectionParams.model_validate(PROJECTION | params)

    def test_umap_without_its_extra_is_refused_with_the_way_to_install_it(self, monkeypatch):
        monkeypatch.setattr(projections, "find_spec", lambda name: None)
        with pytest.raises(UserError, match=r'needs the extra \'umap\'.*pip install -e "\.\[umap\]"'):
            ProjectionParams.model_validate(PROJECTION | {"methods": ["umap"], "thumbnails": "umap"})
