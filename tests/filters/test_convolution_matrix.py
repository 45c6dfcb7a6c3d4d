import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import convolve2d, correlate2d

from fashion_nets.filters.convolution_matrix import convolution_matrix, output_shape

MODES = ["full", "same", "valid", "circular"]
IMAGE = np.arange(1, 17).reshape(4, 4)
KERNEL = -np.arange(1, 10).reshape(3, 3)
LECTURE = [
    [-9, -8, -7, 0, -6, -5, -4, 0, -3, -2, -1, 0, 0, 0, 0, 0],
    [0, -9, -8, -7, 0, -6, -5, -4, 0, -3, -2, -1, 0, 0, 0, 0],
    [0, 0, 0, 0, -9, -8, -7, 0, -6, -5, -4, 0, -3, -2, -1, 0],
    [0, 0, 0, 0, 0, -9, -8, -7, 0, -6, -5, -4, 0, -3, -2, -1],
]
SIZES = st.integers(1, 7)
SHAPES = st.tuples(SIZES, SIZES)


def convolve(image, kernel, mode):
    if mode == "circular":
        return convolve2d(image, kernel, mode="same", boundary="wrap")
    return convolve2d(image, kernel, mode)


def draw(shape, seed):
    return np.random.default_rng(seed).integers(-9, 10, shape)


def has_a_place(kernel_shape, image_shape):
    """Whether one of the two fits into the other."""
    differences = np.subtract(kernel_shape, image_shape)
    return (differences <= 0).all() or (differences >= 0).all()


def test_the_lectures_example_with_its_kernel_flipped():
    matrix = convolution_matrix(KERNEL, IMAGE.shape, "valid")
    np.testing.assert_array_equal(matrix.toarray(), LECTURE)
    # The first one: -(9*1 + 8*2 + 7*3 + 6*5 + 5*6 + 4*7 + 3*9 + 2*10 + 1*11); one step to the right adds
    # the sum of the kernel, -45, and one step down four times as much.
    np.testing.assert_array_equal(matrix @ IMAGE.ravel(), [-192, -237, -372, -417])


def test_the_matrix_that_the_lecture_prints_is_the_correlations():
    printed = convolution_matrix(KERNEL[::-1, ::-1], IMAGE.shape, "valid")
    np.testing.assert_array_equal(
        printed.toarray()[0], [-1, -2, -3, 0, -4, -5, -6, 0, -7, -8, -9, 0, 0, 0, 0, 0]
    )
    np.testing.assert_array_equal(printed @ IMAGE.ravel(), correlate2d(IMAGE, KERNEL, "valid").ravel())


@pytest.mark.parametrize("mode", MODES)
@settings(deadline=None)  # the first call imports SciPy
@given(image_shape=SHAPES, kernel_shape=SHAPES, seed=st.integers(0, 99))
def test_the_product_is_the_convolution(mode, image_shape, kernel_shape, seed):
    image, kernel = draw(image_shape, seed), draw(kernel_shape, seed + 1)
    if mode == "valid" and not has_a_place(kernel_shape, image_shape):
        with pytest.raises(ValueError, match="mode 'valid' needs a kernel within the image"):
            convolution_matrix(kernel, image_shape, mode)
        return
    matrix = convolution_matrix(kernel, image_shape, mode)
    expected = convolve(image, kernel, mode)
    assert output_shape(kernel_shape, image_shape, mode) == expected.shape
    np.testing.assert_array_equal(matrix @ image.ravel(), expected.ravel())


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("size", [1, 3, 10, 28])
def test_images_and_kernels_of_floats(mode, size, test_set):
    image = test_set.images[1].astype(np.float64)
    kernel = np.random.default_rng(0).normal(size=(size, size))
    matrix = convolution_matrix(kernel, image.shape, mode)
    np.testing.assert_allclose(matrix @ image.ravel(), convolve(image, kernel, mode).ravel(), atol=1e-10)
    assert matrix.nnz <= image.size * kernel.size


@settings(deadline=None)  # the first call imports SciPy
@given(image_shape=SHAPES, kernel_shape=SHAPES, seed=st.integers(0, 99))
def test_periodic_boundaries_make_it_doubly_block_circulant(image_shape, kernel_shape, seed):
    matrix = convolution_matrix(draw(kernel_shape, seed), image_shape, "circular").toarray()
    blocks = matrix.reshape(*image_shape, *image_shape)
    down_and_right = np.roll(blocks, (1, 1, 1, 1), axis=(0, 1, 2, 3))
    np.testing.assert_array_equal(blocks, down_and_right)
    np.testing.assert_array_equal(blocks, np.roll(blocks, (1, 1), axis=(1, 3)))


@pytest.mark.parametrize("mode", ["full", "same", "valid"])
def test_zeros_beyond_the_border_make_it_doubly_block_toeplitz(mode):
    matrix = convolution_matrix(draw((2, 3), 0), (5, 6), mode).toarray()
    blocks = matrix.reshape(*output_shape((2, 3), (5, 6), mode), 5, 6)
    np.testing.assert_array_equal(blocks[1:, :, 1:], blocks[:-1, :, :-1])
    np.testing.assert_array_equal(blocks[:, 1:, :, 1:], blocks[:, :-1, :, :-1])


def test_circulant_matrices_of_two_kernels_commute():
    one, other = (convolution_matrix(draw((3, 2), seed), (4, 5), "circular") for seed in (1, 2))
    assert abs(one @ other - other @ one).max() == 0


def test_shared_weights_are_few_and_zeros_are_not_stored():
    sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    matrix = convolution_matrix(sobel, (28, 28), "valid")
    assert matrix.shape == (26 * 26, 28 * 28)
    assert matrix.nnz == 6 * 26 * 26
    assert set(matrix.data) == {-2, -1, 1, 2}


def test_small_integers_do_not_overflow():
    image = np.full((2, 2), 200, dtype=np.uint8)
    assert (convolution_matrix(image, (2, 2), "valid") @ image.ravel()).item() == 4 * 200**2


@pytest.mark.parametrize(
    ("kernel", "image_shape", "mode", "message"),
    [
        (np.ones(3), (4, 4), "same", r"kernel must be of shape .*got shape \(3,\)"),
        (np.ones((0, 3)), (4, 4), "same", r"got shape \(0, 3\)"),
        (np.array([[1, np.nan]]), (4, 4), "same", "finite numbers, got float64"),
        (np.array([["a"]]), (4, 4), "same", "finite numbers, got <U1"),
        (np.ones((3, 3)), (4, 4, 1), "same", r"the height and the width of an image.*got \(4, 4, 1\)"),
        (np.ones((3, 3)), (4, 0), "same", r"at least 1, got \(4, 0\)"),
        (np.ones((3, 3)), (4.0, 4.0), "same", r"got \(4.0, 4.0\)"),
        (np.ones((3, 3)), (4, 4), "wrap", "one of full, same, valid, circular, got 'wrap'"),
        (np.ones((5, 3)), (4, 4), "valid", "got a kernel of 5 x 3 and an image of 4 x 4. Use mode 'same'"),
    ],
)
def test_what_has_no_meaning_is_refused(kernel, image_shape, mode, message):
    with pytest.raises(ValueError, match=message):
        convolution_matrix(kernel, image_shape, mode)
