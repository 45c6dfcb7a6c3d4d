import numpy as np
import pytest
from sklearn.decomposition import PCA
from tests.evaluation.conf import PROJECTION

from fashion_nets.data.image_set import LabelledImages, scale_pixels
from fashion_nets.errors import UserError
from fashion_nets.evaluation.projection_params import ProjectionParams
from fashion_nets.evaluation.projections import fit_projections


def _encode(images):
    """Five codings, as an encoder might give: each a sum over a horizontal band of the image."""
    return images[:, :25].reshape(len(images), 5, -1).sum(axis=2)


def _project(train_set, validation_set, encode=_encode, methods=("pca", "lda"), **params):
    params |= {"methods": methods, "thumbnails": methods[0], "interactive": methods[0]}
    return fit_projections(
        encode(scale_pixels(train_set.images)),
        train_set,
        encode(scale_pixels(validation_set.images)),
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
        np.testing.assert_array_equal(points[["x", "y"]], encode(scale_pixels(validation_set.images)))

    def test_pixels_pca_explains_what_pca_reconstructs(self, train_set, validation_set):
        _, scores = _project(train_set, validation_set, methods=["pixels_pca"])
        train, validation = (
            scale_pixels(part.images).reshape(-1, 784) for part in (train_set, validation_set)
        )
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

    @pytest.mark.slow  # numba compiles first
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
        codings = _encode(scale_pixels(validation_set.images))
        with pytest.raises(ValueError, match="200 rows for 800 images"):
            fit_projections(codings, train_set, codings, validation_set, ProjectionParams(**PROJECTION), 42)
