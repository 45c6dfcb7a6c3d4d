import numpy as np
import pytest

from fashion_nets.errors import UserError
from fashion_nets.evaluation.pca_comparison import align, compare_with_pca

# Widest along the third pixel, then along the first, flat along the second; their mean is 0.
IMAGES = np.array([[0, 0, 5], [0, 0, -5], [2, 0, 0], [-2, 0, 0], [0, 0.1, 0], [0, -0.1, 0]])[:, None]
PLANE = np.array([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])  # of PCA: the third and the first pixel


def _compare(directions, codings=None):
    """An autoencoder that projects onto the plane of two directions at right angles."""
    directions = np.asarray(directions)
    projected = IMAGES[:, 0] @ directions.T
    return compare_with_pca(
        IMAGES,
        IMAGES,
        projected if codings is None else codings,
        (projected @ directions)[:, None],
        directions,
    )


class TestNumbers:
    def test_the_plane_of_pca_itself(self):
        numbers = _compare(PLANE).numbers
        assert numbers["codings_size"] == 2
        assert numbers["largest_principal_angle"] == pytest.approx(0, abs=1e-4)
        # What both leave is the second pixel: 2 · 0.1² over 18 pixels.
        assert numbers["val_mse"] == pytest.approx(numbers["pca_val_mse"])
        assert numbers["pca_val_mse"] == pytest.approx(0.02 / 18)
        assert numbers["procrustes_disparity"] == pytest.approx(0, abs=1e-9)

    @pytest.mark.parametrize("degrees", [1, 30, 90])
    def test_a_plane_that_is_tilted(self, degrees):
        tilt = np.radians(degrees)
        numbers = _compare([[0, 0, 1], [np.cos(tilt), np.sin(tilt), 0]]).numbers
        assert numbers["largest_principal_angle"] == pytest.approx(degrees, abs=1e-3)
        assert numbers["val_mse"] > numbers["pca_val_mse"]

    def test_only_the_plane_counts_and_not_its_axes(self):
        oblique = np.array([[3.0, 0, 1], [0.0, 0, -2]])
        assert _compare(oblique).numbers["largest_principal_angle"] == pytest.approx(0, abs=1e-4)

    def test_a_decoder_that_is_not_linear_has_no_angle(self):
        codings = IMAGES[:, 0, :2]
        numbers = compare_with_pca(IMAGES, IMAGES, codings, IMAGES, None).numbers
        assert numbers["largest_principal_angle"] is None
        assert numbers["val_mse"] == 0

    @pytest.mark.parametrize("n_codings", [1, 4])
    def test_numbers_of_codings_that_have_no_plane_or_no_pca(self, n_codings):
        with pytest.raises(UserError, match=f"needs 2 to 3 codings, .* has {n_codings}"):
            compare_with_pca(IMAGES, IMAGES, np.zeros((6, n_codings)), IMAGES, None)


class TestAlignment:
    def test_turned_mirrored_scaled_and_moved_points_are_found_again(self):
        points = np.random.default_rng(0).normal(size=(20, 2))
        turn = np.radians(40)
        rotation = np.array([[np.cos(turn), np.sin(turn)], [np.sin(turn), -np.cos(turn)]])
        target = 3 * points @ rotation + [5, -7]
        np.testing.assert_allclose(align(points, target), target)

    def test_components_lie_on_codings_of_the_same_plane(self):
        codings = -2 * IMAGES[:, 0, [0, 2]] + 4
        comparison = _compare(PLANE, codings)
        np.testing.assert_allclose(comparison.components, codings, atol=1e-9)

    def test_what_remains_by_hand(self):
        # Stretched to twice its width, a square is matched best by one of 1.5 times its side.
        square = np.array([[1.0, 1], [1, -1], [-1, 1], [-1, -1]])
        np.testing.assert_allclose(align(square, square * [2, 1]), 1.5 * square)
