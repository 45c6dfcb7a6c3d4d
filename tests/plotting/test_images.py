import numpy as np
import pandas as pd
import pytest
from tests.conftest import title_of

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.evaluation.classification import predictions_table
from fashion_nets.plotting.images import (
    plot_class_examples,
    plot_denoised_images,
    plot_generated_images,
    plot_mistakes,
    plot_reconstructions,
    plot_walk,
)

GAP = 3


def _tile(canvas, row, column, size=28):
    top, left = row * (size + GAP), column * (size + GAP)
    return canvas[top : top + size, left : left + size]


def _row_names(axes):
    return [label.get_text() for label in axes.get_yticklabels()]


class TestClassExamples:
    def test_a_row_holds_different_images_of_its_class(self, train_set, class_names):
        axes = plot_class_examples(*train_set, class_names, n_per_class=10, seed=42).axes[0]
        canvas = axes.images[0].get_array()
        assert canvas.shape == (10 * 28 + 9 * GAP, 10 * 28 + 9 * GAP)
        for row in range(10):
            members = scale_pixels(train_set.images[train_set.labels == row])
            drawn = np.array([_tile(canvas, row, column) for column in range(10)])
            found = [np.flatnonzero((members == image).all(axis=(1, 2)))[0] for image in drawn]
            assert len(set(found)) == 10

    def test_the_seed_decides_which(self, train_set, class_names):
        canvases = [
            plot_class_examples(*train_set, class_names, seed=seed).axes[0].images[0].get_array()
            for seed in (1, 1, 2)
        ]
        np.testing.assert_array_equal(canvases[0], canvases[1])
        assert not np.ma.allequal(canvases[0], canvases[2])

    def test_one_scale_for_all_images_of_either_type(self, train_set, class_names):
        drawn = []
        for images in (train_set.images, scale_pixels(train_set.images)):
            picture = plot_class_examples(images, train_set.labels, class_names).axes[0].images[0]
            assert picture.get_clim() == (0, 1)
            drawn.append(picture.get_array())
        np.testing.assert_array_equal(*drawn)

    def test_small_and_empty_classes_show_what_they_have(self):
        images, labels = np.ones((4, 28, 28), dtype=np.float32), np.array([0, 0, 0, 1])
        axes = plot_class_examples(images, labels, ["Bag", "Coat", "Dress"], n_per_class=3).axes[0]
        assert _row_names(axes) == ["Bag\n3 images", "Coat\n1 image", "Dress\n0 images"]
        canvas = axes.images[0].get_array()
        drawn = [[_tile(canvas, row, column).count() > 0 for column in range(3)] for row in range(3)]
        assert drawn == [[True] * 3, [True, False, False], [False] * 3]

    def test_title_tells_the_data(self, train_set, class_names):
        title = plot_class_examples(*train_set, class_names).get_suptitle()
        assert title == "10 random images of each class, of 800 training images"


class TestReconstructions:
    @pytest.fixture
    def metrics(self):
        return {"mse": 0.01234, "psnr": 19.08}

    def test_originals_are_above_their_reconstructions(self, train_set, metrics):
        images = scale_pixels(train_set.images[:20])
        figure = plot_reconstructions(images, 1 - images, "stacked_autoencoder", metrics)
        axes = figure.axes[0]
        canvas = axes.images[0].get_array()
        np.testing.assert_array_equal(_tile(canvas, 0, 14), images[14])
        np.testing.assert_array_equal(_tile(canvas, 1, 14), 1 - images[14])
        assert canvas.shape == (2 * 28 + GAP, 15 * 28 + 14 * GAP)
        assert _row_names(axes) == ["image", "reconstruction"]
        assert axes.images[0].get_clim() == (0, 1)

    def test_each_column_has_its_error_and_the_title_that_of_all(self, metrics):
        images = np.zeros((2, 28, 28), dtype=np.float32)
        reconstructions = images + np.array([0.1, 0.2], dtype=np.float32)[:, None, None]
        figure = plot_reconstructions(images, reconstructions, "linear_autoencoder", metrics)
        assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["0.010", "0.040"]
        title = title_of(figure)
        assert title == (
            "linear autoencoder, test images over their reconstructions: MSE 0.0123, PSNR 19.1 dB"
        )


def test_rows_of_denoised_images_have_their_names_and_ratios(test_set):
    images = scale_pixels(test_set.images[:3])
    rows = {"noisy": images + 2, "mean of 3 × 3": images / 2, "original": images}
    figure = plot_denoised_images(rows, {"noisy": 5.04, "mean of 3 × 3": 20.0}, "my_autoencoder", "noise")
    (axes,) = figure.axes
    assert _row_names(axes) == ["noisy\n5.0 dB", "mean of 3 × 3\n20.0 dB", "original"]
    canvas = axes.images[0].get_array()
    np.testing.assert_array_equal(_tile(canvas, 1, 2), images[2] / 2)
    assert axes.images[0].get_clim() == (0, 1)
    assert title_of(figure) == (
        "my autoencoder, test images with noise: PSNR 5.0 dB noisy, 20.0 dB mean of 3 × 3"
    )


class TestGeneratedImages:
    def test_they_fill_rows_of_ten(self, train_set):
        figure = plot_generated_images(scale_pixels(train_set.images[:23]), "variational_autoencoder")
        canvas = figure.axes[0].images[0].get_array()
        assert canvas.shape == (3 * 28 + 2 * GAP, 10 * 28 + 9 * GAP)
        np.testing.assert_array_equal(_tile(canvas, 2, 2), scale_pixels(train_set.images[22]))
        assert _tile(canvas, 2, 3).count() == 0
        title = title_of(figure)
        assert title.startswith("variational autoencoder: 23 images decoded from standard normal codings")

    def test_fewer_than_a_row(self, train_set):
        canvas = plot_generated_images(scale_pixels(train_set.images[:3]), "a").axes[0].images[0].get_array()
        assert canvas.shape == (28, 3 * 28 + 2 * GAP)


class TestWalk:
    def test_the_garments_are_at_both_ends_of_what_is_made_of_them(self, train_set):
        garments, steps = scale_pixels(train_set.images[:2]), scale_pixels(train_set.images[2:7])
        figure = plot_walk(garments, steps, ["Sneaker", "Ankle boot"], "variational_autoencoder")
        axes = figure.axes[0]
        canvas = axes.images[0].get_array()
        expected = [garments[0], None, *steps, None, garments[1]]
        for column, image in enumerate(expected):
            if image is None:
                assert _tile(canvas, 0, column).count() == 0
            else:
                np.testing.assert_array_equal(_tile(canvas, 0, column), image)
        assert [label.get_text() for label in axes.get_xticklabels()] == [
            *("Sneaker", "", "0 %", "25 %", "50 %", "75 %", "100 %", "", "Ankle boot")
        ]
        assert "two test images, Sneaker to Ankle boot" in title_of(figure)


class TestMistakes:
    @pytest.fixture
    def predictions(self):
        confidence = np.array([0.9, 0.8, 0.99995, 0.6], dtype=np.float32)
        probabilities = np.column_stack([confidence, 1 - confidence])
        return predictions_table(probabilities, np.array([0, 1, 1, 1]), ["Bag", "Coat"])

    @pytest.fixture
    def images(self):
        return np.arange(4, dtype=np.float32)[:, None, None] * np.full((28, 28), 0.1, dtype=np.float32)

    def test_the_most_confident_mistake_comes_first(self, images, predictions):
        figure = plot_mistakes(images, predictions, "mlp", n_mistakes=2)
        drawn = [axes for axes in figure.axes if axes.images]
        assert [axes.images[0].get_array()[0, 0] for axes in drawn] == pytest.approx([0.2, 0.1])
        assert [axes.get_title() for axes in drawn] == ["Coat", "Coat"]
        assert [axes.get_xlabel() for axes in drawn] == [
            "taken for Bag\nover 99.9 % confident",
            "taken for Bag\n80.0 % confident",
        ]
        assert figure.get_suptitle() == (
            "MLP, test images: the 2 most confident of 3 mistakes (accuracy 0.2500)"
        )

    def test_images_are_found_by_their_index_not_by_their_row(self, images, predictions):
        shuffled = predictions.iloc[::-1].reset_index(drop=True)
        first = plot_mistakes(images, shuffled, "mlp").axes[0]
        assert first.images[0].get_array()[0, 0] == pytest.approx(0.2)

    def test_no_mistakes_are_said_to_be_none(self, images, predictions):
        figure = plot_mistakes(images, pd.DataFrame(predictions[predictions["correct"]]), "mlp")
        assert figure.get_suptitle() == "MLP, test images: no mistakes"
        assert figure.axes[0].texts[0].get_text() == "All 1 images were classified correctly."
