import numpy as np
import pytest
from sklearn.decomposition import PCA
from tests.evaluation.conf import PROJECTION

from fashion_nets.data.image_set import LabelledImages, scale_pixels
from fashion_nets.errors import UserError
from fashion_nets.evaluation.codings import compare_codings, measure_codings
from fashion_nets.evaluation.projection_params import ProjectionParams

SCORING = ProjectionParams(**PROJECTION | {"methods": ("pca",), "thumbnails": "pca", "interactive": "pca"})
SCORES = ["linear_probe_accuracy", "knn_accuracy", "silhouette", "explained_variance", "val_mse"]


def _pixels(images):
    return images.reshape(len(images), -1)


def _score(train_set, validation_set, encode, reconstructions):
    return measure_codings(
        encode(scale_pixels(train_set.images)),
        train_set,
        encode(scale_pixels(validation_set.images)),
        validation_set,
        reconstructions,
        SCORING,
        seed=42,
    )


@pytest.fixture(scope="module")
def scores_of_pca(train_set, validation_set):
    """Of codings that are PCA's, in other units."""
    pca = PCA(5, random_state=42).fit(_pixels(scale_pixels(train_set.images)))
    reconstructions = pca.inverse_transform(pca.transform(_pixels(scale_pixels(validation_set.images))))
    return _score(
        train_set,
        validation_set,
        lambda images: 3 * pca.transform(_pixels(images)),
        reconstructions.reshape(-1, 28, 28),
    )


@pytest.fixture(scope="module")
def table():
    return compare_codings(
        linear={
            "codings_size": 2,
            "n_neighbors": 10,
            "linear_probe_accuracy": 0.51,
            "pca_linear_probe_accuracy": 0.5,
        },
        overcomplete={"codings_size": 900, "linear_probe_accuracy": 0.8, "val_mse": 0.0123456},
    )


class TestScores:
    def test_names(self, scores_of_pca):
        baseline = [f"pca_{score}" for score in SCORES]
        assert list(scores_of_pca) == ["codings_size", "n_neighbors", *SCORES, *baseline]
        assert scores_of_pca["codings_size"] == 5

    @pytest.mark.parametrize("score", SCORES)
    def test_codings_of_pca_score_as_the_baseline(self, score, scores_of_pca):
        assert scores_of_pca[score] == pytest.approx(scores_of_pca[f"pca_{score}"], rel=1e-3)

    def test_what_pca_explains_is_what_it_reconstructs(self, scores_of_pca, validation_set):
        pixels = _pixels(scale_pixels(validation_set.images))
        share = 1 - scores_of_pca["pca_val_mse"] / np.square(pixels - pixels.mean(axis=0)).mean()
        assert scores_of_pca["pca_explained_variance"] == pytest.approx(share, abs=1e-3)

    def test_codings_that_are_the_classes(self, train_set, validation_set):
        codings = {len(images.labels): np.eye(10)[images.labels] for images in (train_set, validation_set)}
        scores = _score(
            train_set,
            validation_set,
            lambda images: codings[len(images)],
            scale_pixels(validation_set.images),
        )
        assert [scores[score] for score in SCORES[:3]] == [1, 1, 1]
        assert scores["val_mse"] == 0
        assert scores["explained_variance"] < scores["pca_explained_variance"]

    def test_as_many_codings_as_pixels_have_no_baseline(self, train_set, validation_set):
        scores = _score(train_set, validation_set, _pixels, scale_pixels(validation_set.images))
        assert list(scores) == ["codings_size", "n_neighbors", *SCORES]

    def test_diverged_codings_are_named_as_such(self, train_set, validation_set):
        with pytest.raises(UserError, match="diverged"):
            _score(
                train_set, validation_set, lambda x: _pixels(x) * np.nan, scale_pixels(validation_set.images)
            )

    def test_codings_of_another_set_are_refused(self, train_set, validation_set):
        train_codings, codings = (
            _pixels(scale_pixels(train_set.images)),
            _pixels(scale_pixels(validation_set.images)),
        )
        part = LabelledImages(*(array[:50] for array in validation_set))
        with pytest.raises(ValueError, match="200 rows for 50 images"):
            measure_codings(
                train_codings, train_set, codings, part, scale_pixels(part.images), SCORING, seed=42
            )


class TestComparison:
    def test_the_codings_that_tell_most_come_first(self, table):
        assert table["network"].tolist() == ["overcomplete", "linear"]
        assert table["codings_size"].tolist() == [900, 2]

    def test_pca_is_beside_each_score(self, table):
        pairs = [column for score in SCORES for column in (score, f"pca_{score}")]
        assert table.columns.tolist() == ["network", "codings_size", *pairs]

    def test_digits_and_what_is_missing(self, table):
        assert table.loc[0, "val_mse"] == 0.01235
        assert np.isnan(table.loc[0, "pca_val_mse"])
