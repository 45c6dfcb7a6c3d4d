import numpy as np
import pytest
from tests.conftest import title_of

from fashion_nets.evaluation.classification import predictions_table
from fashion_nets.plotting.explanation import plot_feature_maps, plot_heat_maps, plot_kernels

# A right prediction, a mistake, and a surer right one.
PROBABILITIES = np.array([[0.9, 0.1], [0.8, 0.2], [0.0005, 0.9995]], dtype=np.float32)
PREDICTIONS = predictions_table(PROBABILITIES, np.array([0, 1, 1]), ["Bag", "Coat"])
IMAGES = np.arange(3, dtype=np.float32)[:, None, None] * np.full((28, 28), 0.1, dtype=np.float32)


def pictures_in(figure):
    return [axes for axes in figure.axes if axes.images and axes.get_label() != "<colorbar>"]


class TestKernels:
    def test_the_strongest_comes_first_on_the_scale_of_all(self):
        kernels = np.stack([np.full((5, 3), value) for value in (0.1, -2.0, 1.0)])
        panels = pictures_in(plot_kernels(kernels, "cnn"))
        assert [axes.get_title(loc="center") for axes in panels] == ["2", "3", "1"]
        assert [axes.images[0].get_array()[0, 0] for axes in panels] == [-2, 1, 0.1]
        assert {axes.images[0].get_clim() for axes in panels} == {(-2, 2)}

    def test_title_says_how_many_of_what_size(self):
        assert title_of(plot_kernels(np.ones((6, 7, 5)), "cnn")) == (
            "CNN: all 6 kernels of the first convolution, 7 × 5 weights each"
        )

    def test_of_very_many_the_strongest_are_drawn(self):
        figure = plot_kernels(np.arange(100.0).reshape(100, 1, 1), "cnn")
        assert len(pictures_in(figure)) == 64
        assert "the 64 strongest of 100 kernels" in title_of(figure)

    def test_kernels_of_zeros_are_drawn(self):
        assert len(pictures_in(plot_kernels(np.zeros((2, 3, 3)), "cnn"))) == 2


class TestFeatureMaps:
    MAPS = {  # noqa: RUF012
        "convolution": np.stack([np.full((28, 28), value) for value in (0.0, 3.0, 1.0)]),
        "pooling": np.stack([np.full((14, 14), value) for value in (-4.0, 2.0)]),
    }

    def test_a_row_a_layer_behind_the_image(self):
        figure = plot_feature_maps(IMAGES[1], self.MAPS, "cnn", "test image 7 (Bag)", n_maps=2)
        image, *maps = pictures_in(figure)
        np.testing.assert_array_equal(image.images[0].get_array(), IMAGES[1])
        assert image.images[0].get_clim() == (0, 1)
        assert image.get_ylabel() == "image\n28 × 28"
        assert [axes.get_title(loc="center") for axes in maps] == ["2", "3", "1", "2"]
        assert [axes.get_ylabel() for axes in maps] == [
            "convolution\n28 × 28 × 3",
            "",
            "pooling\n14 × 14 × 2",
            "",
        ]
        assert [axes.images[0].get_clim() for axes in maps] == [(0, 3), (0, 3), (-4, 2), (-4, 2)]
        assert title_of(figure) == ("CNN, test image 7 (Bag): the strongest feature maps of each layer")

    def test_a_layer_with_fewer_maps_leaves_places_empty(self):
        assert len(pictures_in(plot_feature_maps(IMAGES[1], self.MAPS, "cnn", "image", n_maps=5))) == 1 + 5

    def test_of_many_layers_some_are_shown_from_the_first_to_the_last(self):
        maps = {f"layer_{number}": np.zeros((1, 2, 2)) for number in range(40)}
        figure = plot_feature_maps(IMAGES[1], maps, "cnn", "image", n_maps=1)
        names = [axes.get_ylabel().partition("\n")[0] for axes in pictures_in(figure)[1:]]
        assert len(names) == 12
        assert (names[0], names[-1]) == ("layer_0", "layer_39")
        assert "of 12 of 40 layers" in title_of(figure)


class TestHeatMaps:
    FOR_PREDICTED = np.full((3, 28, 28), 0.25, dtype=np.float32)
    FOR_TRUE = np.full((3, 28, 28), 0.5, dtype=np.float32)

    def plot(self, rows=(0, 2, 1)):
        chosen = PREDICTIONS.iloc[list(rows)]
        heats = self.FOR_PREDICTED[: len(rows)], self.FOR_TRUE[: len(rows)]
        return plot_heat_maps(IMAGES[list(rows)], chosen, *heats, "cnn", "convolution_2_2", 0.84)

    def test_right_ones_have_the_heat_of_their_class_and_mistakes_that_of_both(self):
        panels = pictures_in(self.plot())
        with_heat = [axes for axes in panels if len(axes.images) == 2]
        assert [axes.images[1].get_array()[0, 0] for axes in with_heat] == [0.25, 0.25, 0.25, 0.5]
        assert [axes.get_xlabel() for axes in with_heat] == [
            "Bag\n90.0 %",
            "Coat\nover 99.9 %",
            "Bag\n80.0 %",
            "Coat\n20.0 %",
        ]
        assert {axes.images[1].get_clim() for axes in with_heat} == {(0, 1)}

    def test_images_are_above_their_heat_with_their_true_class(self):
        images = [axes for axes in pictures_in(self.plot()) if len(axes.images) == 1]
        assert [axes.images[0].get_array()[0, 0] for axes in images] == pytest.approx([0, 0.2, 0.1])
        assert [axes.get_title(loc="center") for axes in images] == ["Bag", "Coat", "Coat"]

    def test_titles_name_network_layer_and_kind(self):
        figure = self.plot()
        assert title_of(figure) == (
            "CNN, test images (accuracy 0.8400): what speaks for a class, the more the redder, "
            "by Grad-CAM on convolution_2_2"
        )
        assert [section.get_suptitle() for section in figure.subfigs] == [
            "most confident right predictions, of different classes as far as there are",
            "most confident mistakes, of different classes as far as there are",
        ]

    @pytest.mark.parametrize(
        ("rows", "kind", "n_pictures"),
        [
            ((0, 2), "most confident right predictions, of different classes as far as there are", 4),
            ((1,), "most confident mistakes, of different classes as far as there are", 3),
        ],
    )
    def test_a_kind_that_there_is_none_of_is_left_out(self, rows, kind, n_pictures):
        figure = self.plot(rows)
        assert [section.get_suptitle() for section in figure.subfigs] == [kind]
        assert len(pictures_in(figure)) == n_pictures
