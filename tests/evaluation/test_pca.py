import numpy as np
import pytest
from sklearn.decomposition import PCA

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.errors import UserError
from fashion_nets.evaluation.pca import fit_pixel_pca, reconstruct_by_pca


def test_one_component_by_hand():
    """Training images vary along the first pixel by 2 and along the second by 1, around (3, 4)."""
    train = np.array([[[1, 4]], [[5, 4]], [[3, 3]], [[3, 5]]], dtype=np.float32)
    images = np.array([[[4, 6]], [[0, 0]]], dtype=np.float32)
    one, two = reconstruct_by_pca(train, images, [1, 2])
    np.testing.assert_allclose(one, [[[4, 4]], [[0, 4]]], atol=1e-5)
    np.testing.assert_allclose(two, images, atol=1e-5)


def test_it_is_the_pca_of_scikit_learn(train_set, validation_set):
    sizes = [2, 8, 30]
    reconstructed = list(reconstruct_by_pca(train_set.images, validation_set.images, sizes))
    train, validation = (scale_pixels(part.images).reshape(-1, 784) for part in (train_set, validation_set))
    for size, received in zip(sizes, reconstructed, strict=True):
        pca = PCA(size, svd_solver="full").fit(train)
        expected = pca.inverse_transform(pca.transform(validation)).reshape(-1, 28, 28)
        np.testing.assert_allclose(received, expected, atol=1e-3)


def test_every_component_makes_the_error_smaller(train_set, validation_set):
    sizes = range(1, 65)
    errors = [
        np.square(received - scale_pixels(validation_set.images)).mean()
        for received in reconstruct_by_pca(train_set.images, validation_set.images, sizes)
    ]
    assert (np.diff(errors) < 0).all()


def test_more_components_than_there_are_are_refused(train_set):
    with pytest.raises(UserError, match="50 training images of 784 pixels have at most 50 .* size of 64"):
        list(reconstruct_by_pca(train_set.images[:50], train_set.images, [2, 64]))


def test_any_number_of_components_are_the_first_of_all(train_set):
    pixels = scale_pixels(train_set.images).reshape(-1, 784)
    for size in (30, 2):
        fitted, expected = (
            fit_pixel_pca(train_set.images, size),
            PCA(size, svd_solver="covariance_eigh").fit(pixels),
        )
        for name in ("components_", "mean_", "explained_variance_", "singular_values_"):
            np.testing.assert_array_equal(getattr(fitted, name), getattr(expected, name))
        np.testing.assert_allclose(fitted.transform(pixels[:50]), expected.transform(pixels[:50]), atol=1e-4)
    other = fit_pixel_pca(train_set.images[:200], 2)
    assert not np.allclose(other.components_, fitted.components_)


def test_what_is_done_to_one_reaches_no_other(train_set):
    names = ("components_", "mean_", "explained_variance_", "explained_variance_ratio_", "singular_values_")
    fitted = fit_pixel_pca(train_set.images, 5)
    before = {name: getattr(fitted, name).copy() for name in names}
    for name in names:
        getattr(fitted, name)[:] = 0
    for name, expected in before.items():
        assert expected.any()
        np.testing.assert_array_equal(getattr(fit_pixel_pca(train_set.images, 5), name), expected)
