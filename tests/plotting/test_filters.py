import numpy as np
import pytest
from tests.conftest import title_of

from fashion_nets.filters.convolution_matrix import convolution_matrix, output_shape
from fashion_nets.filters.masks import filter_image
from fashion_nets.plotting.filters import plot_convolution_matrix, plot_filtered_images

IMAGE = np.arange(1, 17).reshape(4, 4)
KERNEL = -np.arange(1, 10).reshape(3, 3)


class TestFilteredImages:
    @pytest.fixture
    def filtered(self, test_set):
        return filter_image(test_set.images[1], 3)

    @pytest.fixture
    def figure(self, filtered):
        return plot_filtered_images(filtered, "Test image 1 (Pullover)", 3, "binary")

    def test_a_panel_each_under_its_name(self, figure, filtered):
        panels = [axes for axes in figure.axes if axes.images]
        names = ["original", "smoothed", "sharpened", "vertical edges", "horizontal edges", "strength"]
        for axes, name, values in zip(panels, names, filtered.values(), strict=True):
            assert axes.get_title(loc="left").startswith(name)
            np.testing.assert_array_equal(axes.images[0].get_array(), values)

    def test_each_kind_has_one_scale(self, figure, filtered):
        limits = [axes.images[0].get_clim() for axes in figure.axes if axes.images]
        strongest = max(np.abs(filtered[name]).max() for name in ("vertical_edges", "horizontal_edges"))
        assert limits == [*[(0, 1)] * 3, *[(-strongest, strongest)] * 2, (0, filtered["edge_strength"].max())]
        labels = [axes.get_xlabel() for axes in figure.axes if not axes.images]
        assert labels == [
            "intensity",
            "response: below 0 where intensity rises to the right or downwards",
            "length",
        ]

    def test_title_names_image_and_size(self, figure):
        assert title_of(figure) == (
            "Test image 1 (Pullover): smoothed, sharpened (mean of 3 × 3 pixels) and Sobel's edges"
        )

    def test_intensities_are_drawn_as_asked_for(self, filtered):
        panels = [axes for axes in plot_filtered_images(filtered, "photo", 3, "gray").axes if axes.images]
        assert [axes.images[0].get_cmap().name for axes in panels] == ["gray"] * 5 + ["binary"]

    @pytest.mark.parametrize("shape", [(4, 40), (40, 4), (20, 20)])
    def test_flat_images_of_any_shape_are_drawn(self, shape):
        figure = plot_filtered_images(filter_image(np.full(shape, 0.5), 3), "flat", 3, "gray")
        assert all(low < high for low, high in (axes.images[0].get_clim() for axes in figure.axes[:6]))


class TestConvolutionMatrix:
    @staticmethod
    def plot(mode):
        matrix = convolution_matrix(KERNEL, IMAGE.shape, mode)
        result = (matrix @ IMAGE.ravel()).reshape(output_shape(KERNEL.shape, IMAGE.shape, mode))
        return plot_convolution_matrix(KERNEL, IMAGE, matrix.toarray(), result, mode)

    def test_every_number_is_written_in_its_cell(self):
        (axes,) = self.plot("valid").axes
        numbers = [text.get_text() for text in axes.texts if text.get_fontsize() == 8]
        kernel = [f"−{value}" for value in range(1, 10)]
        image = [str(value) for value in range(1, 17)]
        result = ["−192", "−237", "−372", "−417"]
        first_row = ["−9", "−8", "−7", "0", "−6", "−5", "−4", "0", "−3", "−2", "−1", *["0"] * 5]
        assert numbers[: 9 + 16 + 4 + 16 + 16] == [*kernel, *image, *result, *image, *first_row]
        assert numbers[-4:] == result
        assert len(numbers) == 9 + 16 + 4 + 16 + 4 * 16 + 4

    def test_a_weight_has_one_colour_in_kernel_and_matrix_and_zeros_are_white(self):
        (axes,) = self.plot("valid").axes
        kernel, _, _, _, matrix, _ = axes.collections

        def colours(cells):
            values = cells.get_array().filled(0).ravel()
            return {
                value: tuple(cells.to_rgba(cells.get_array().ravel())[i]) for i, value in enumerate(values)
            }

        in_matrix = colours(matrix)
        assert in_matrix.pop(0) == (1, 1, 1, 1)
        assert in_matrix == colours(kernel)
        assert len(set(in_matrix.values())) == 9

    @pytest.mark.parametrize(
        ("mode", "horizontal", "vertical"), [("valid", [0, 2, 4], 4), ("circular", [0, 4, 8, 12, 16], 4)]
    )
    def test_lines_part_the_matrix_into_blocks(self, mode, horizontal, vertical):
        (axes,) = self.plot(mode).axes
        top = axes.collections[4].get_coordinates()[0, 0, 1]
        lines = [line.get_xydata() for line in axes.lines]
        of_matrix = [xy for xy in lines if xy[:, 1].min() >= top and xy[:, 0].max() <= 16]
        across = [xy[0, 1] - top for xy in of_matrix if xy[0, 1] == xy[1, 1]]
        upright = [xy[0, 0] for xy in of_matrix if xy[0, 0] == xy[1, 0]]
        assert across == pytest.approx(horizontal)
        assert upright == [block * 4 for block in range(vertical + 1)]

    def test_title_tells_shared_weights_from_entries(self):
        assert title_of(self.plot("valid")) == (
            "Convolution as a product with a matrix of 4 × 16 (the kernel wholly within the image): "
            "9 shared weights in 36 of 64 entries"
        )
        assert "(periodic boundaries, doubly block circulant)" in title_of(self.plot("circular"))

    def test_a_kernel_of_one_weight_is_drawn(self):
        matrix = convolution_matrix(np.array([[0.125]]), (2, 3), "valid")
        image = np.ones((2, 3))
        figure = plot_convolution_matrix(np.array([[0.125]]), image, matrix.toarray(), image / 8, "valid")
        assert [text.get_text() for text in figure.axes[0].texts].count("0.125") == 1 + 6 + 6 + 6
