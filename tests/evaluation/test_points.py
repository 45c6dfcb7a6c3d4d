import numpy as np
import pytest
from sklearn.decomposition import PCA

from fashion_nets.data.image_set import LabelledImages, scale_pixels
from fashion_nets.errors import UserError
from fashion_nets.evaluation import points
from fashion_nets.evaluation.points import check_codings, flatten, place_in_chunks, sample_points

IMAGES = LabelledImages(np.arange(12.0).reshape(3, 2, 2), np.array([0, 1, 2]))


def test_an_image_is_a_row_of_its_pixels():
    np.testing.assert_array_equal(flatten(IMAGES.images)[1], [4, 5, 6, 7])


def test_a_sample_has_rising_places_that_follow_the_seed():
    first, again, other = (sample_points(1_000, 10, seed).tolist() for seed in (1, 1, 2))
    assert first == again != other
    assert first == sorted(set(first))
    assert len(first) == 10


def test_a_sample_of_few_points_is_all_of_them():
    assert sample_points(3, 10, seed=0).tolist() == [0, 1, 2]


def test_codings_of_the_images_are_accepted():
    check_codings(np.zeros((3, 5)), IMAGES)


def test_codings_of_another_set_are_refused():
    with pytest.raises(ValueError, match="2 rows for 3 images"):
        check_codings(np.zeros((2, 5)), IMAGES)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_codings_of_a_diverged_training_are_named_as_such(value):
    with pytest.raises(UserError, match="diverged"):
        check_codings(np.array([[0.0], [value], [1.0]]), IMAGES)


@pytest.mark.parametrize("n_points", [1, 5, 12])
def test_points_are_placed_in_chunks_as_at_once(n_points, monkeypatch):
    monkeypatch.setattr(points, "CHUNK", 5)
    levels = np.arange(n_points * 4, dtype=np.uint8).reshape(n_points, 4)
    pca = PCA(2).fit(np.random.default_rng(0).normal(size=(20, 4)))
    np.testing.assert_allclose(place_in_chunks(pca, levels), pca.transform(scale_pixels(levels)), rtol=1e-5)
