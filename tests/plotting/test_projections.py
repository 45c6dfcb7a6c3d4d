from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle
from tests.conftest import title_of

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.plotting.projections import (
    plot_pca_comparison,
    plot_projections,
    plot_thumbnails,
)
from fashion_nets.plotting.style import class_colours

PCA_NUMBERS = {
    "codings_size": 2,
    "largest_principal_angle": 3.14,
    "val_mse": 0.0468,
    "pca_val_mse": 0.0464,
    "procrustes_disparity": 0.021,
}


def _scores(*methods):
    return pd.DataFrame(
        {
            "method": methods,
            "scored_by": [
                "cross-validation" if method == "tsne" else "training images" for method in methods
            ],
            "explained_variance": 0.46,
            "class_separation": 0.61,
            "n_neighbors": 10,
            "knn_accuracy": np.linspace(0.5, 0.75, len(methods)),
            "trustworthiness": 0.93,
        }
    )


def _points(labels, *methods, scale=(1.0, 1.0)):
    places = np.random.default_rng(0).normal(size=(len(labels), 2)) * scale
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "method": method,
                    "image": range(len(labels)),
                    "label": labels,
                    "x": places[:, 0] + shift,
                    "y": places[:, 1],
                }
            )
            for shift, method in enumerate(methods)
        ],
        ignore_index=True,
    )


def _panels(figure):
    return [axes for axes in figure.axes if axes.get_xlabel()]


@pytest.fixture(scope="module", params=[(1, 1), (1.6, 1), (1, 40)], ids=["round", "wide", "very tall"])
def figure(request, validation_set, class_names):
    points = _points(validation_set.labels, "pca", "lda", scale=request.param)
    return plot_thumbnails(
        points, _scores("pca", "lda"), validation_set.images, class_names, "stacked_autoencoder", "lda"
    )


class TestProjections:
    def test_a_panel_a_method_with_its_points_and_numbers(self, validation_set, class_names):
        points = _points(validation_set.labels, "pca", "lda")
        figure = plot_projections(points, _scores("pca", "lda"), class_names, "stacked_autoencoder")
        pca, lda = _panels(figure)
        assert pca.get_title(loc="left") == (
            "PCA of the codings\nexplained variance 0.46, class separation 0.61\n"
            "10-NN accuracy 0.50, trustworthiness 0.93"
        )
        assert (lda.get_xlabel(), lda.get_ylabel()) == ("discriminant 1", "discriminant 2")
        drawn = lda.collections[0]
        np.testing.assert_allclose(drawn.get_offsets(), points.loc[points["method"] == "lda", ["x", "y"]])
        np.testing.assert_allclose(drawn.get_facecolors()[:, :3], class_colours(10)[validation_set.labels])

    def test_title_tells_the_best_method(self, validation_set, class_names):
        points = _points(validation_set.labels, "codings", "pixels_pca")
        scores = _scores("codings", "pixels_pca")
        figure = plot_projections(points, scores, class_names, "linear_autoencoder")
        assert title_of(figure) == (
            "linear autoencoder, 200 validation images in 2-D: best 10-NN accuracy 0.75 ± 0.06, by PCA of "
            "the pixels"
        )

    @pytest.mark.parametrize(
        ("accuracies", "told"),
        [
            # Half of an interval on 200 images is 0.067 to 0.069 here, that of a difference 0.096.
            ([0.55, 0.64], "10-NN accuracy 0.64 ± 0.07 at most, and the methods are alike but for noise"),
            ([0.5, 0.6], "best 10-NN accuracy 0.60 ± 0.07, by PCA of the pixels"),
            (
                [0.6, 0.3, 0.55],
                (
                    "best 10-NN accuracy 0.60 ± 0.07, by the two codings and LDA of the codings, which are "
                    "alike but for noise"
                ),
            ),
        ],
    )
    def test_title_names_no_method_that_is_ahead_by_noise(
        self, validation_set, class_names, accuracies, told
    ):
        methods = ("codings", "pixels_pca", "lda")[: len(accuracies)]
        scores = _scores(*methods).assign(knn_accuracy=accuracies)
        figure = plot_projections(_points(validation_set.labels, *methods), scores, class_names, "mlp")
        assert title_of(figure) == f"MLP, 200 validation images in 2-D: {told}"

    def test_title_tells_that_tsne_is_scored_among_the_shown(self, validation_set, class_names):
        points = _points(validation_set.labels, "tsne")
        figure = plot_projections(points, _scores("tsne"), class_names, "stacked_autoencoder")
        (panel,) = _panels(figure)
        assert panel.get_title(loc="left").startswith("t-SNE of the codings, cross-validated\n")
        title = title_of(figure)
        assert title.endswith("by t-SNE of the codings, cross-validated")

    def test_space(self, validation_set, class_names):
        points = _points(validation_set.labels, "pca", "lda")
        points["z"] = np.arange(len(points)) / len(points)
        figure = plot_projections(points, _scores("pca", "lda"), class_names, "stacked_autoencoder")
        _, lda = _panels(figure)
        assert lda.get_zlabel() == "discriminant 3"
        drawn = np.stack(lda.collections[0]._offsets3d, axis=1)
        np.testing.assert_allclose(drawn, points.loc[points["method"] == "lda", ["x", "y", "z"]])
        assert "images in 3-D" in figure.get_suptitle()

    @pytest.mark.parametrize("n_methods", [1, 2, 3, 4, 5])
    def test_one_colour_bar_for_any_number_of_panels(self, n_methods, validation_set, class_names):
        methods = ["codings", "pca", "lda", "pixels_pca", "umap"][:n_methods]
        figure = plot_projections(
            _points(validation_set.labels, *methods), _scores(*methods), class_names, "linear_autoencoder"
        )
        visible = [axes for axes in figure.axes if axes.get_visible()]
        assert len(visible) == n_methods + 1
        assert [label.get_text() for label in visible[-1].get_yticklabels()] == class_names


class TestThumbnails:
    @pytest.mark.parametrize("dpi", [72, 150])
    def test_no_two_thumbnails_overlap_on_the_page(self, figure, dpi):
        figure.set_dpi(dpi)
        figure.draw_without_rendering()
        frames = _frames(figure.axes[0])
        boxes = [frame.get_window_extent().padded(frame.get_linewidth() / 2 * dpi / 72) for frame in frames]
        assert len(boxes) > 10
        assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))

    def test_thumbnails_are_square_and_inside_the_axes(self, figure):
        axes = figure.axes[0]
        for frame in _frames(axes):
            box = frame.get_window_extent()
            assert box.width == pytest.approx(box.height, rel=0.01)
            assert axes.bbox.contains(*box.min)
            assert axes.bbox.contains(*box.max)

    def test_a_thumbnail_is_the_image_of_its_point_in_the_colour_of_its_class(self, figure, validation_set):
        axes = figure.axes[0]
        places = axes.collections[0].get_offsets()
        for picture, frame in zip(axes.images, _frames(axes), strict=True):
            left, right, bottom, top = picture.get_extent()
            index = np.linalg.norm(places - [(left + right) / 2, (bottom + top) / 2], axis=1).argmin()
            np.testing.assert_array_equal(picture.get_array(), scale_pixels(validation_set.images[index]))
            np.testing.assert_allclose(
                frame.get_edgecolor()[:3], class_colours(10)[validation_set.labels[index]]
            )
            np.testing.assert_allclose(frame.get_xy(), (left, bottom))

    def test_both_axes_have_one_scale_unless_one_is_very_long(self, figure, request):
        axes = figure.axes[0]
        width, height = np.abs(axes.transData.transform((1, 1)) - axes.transData.transform((0, 0)))
        assert (width == pytest.approx(height, rel=0.01)) == ("very tall" not in request.node.name)

    def test_every_place_without_room_is_near_a_thumbnail(self, figure):
        """The choice is greedy: no point is left out that had room."""
        axes = figure.axes[0]
        places = np.asarray(axes.collections[0].get_offsets())
        frames = _frames(axes)
        size = np.array([frames[0].get_width(), frames[0].get_height()])
        centres = np.array([frame.get_xy() for frame in frames]) + size / 2
        distances = np.abs((places[:, None] - centres) / size).max(axis=2).min(axis=1)
        assert distances.max() < 1.12

    # Wilson's, of 200: 1.96 · sqrt(0.75 · 0.25 / 200 + (1.96 / 400)^2) / (1 + 1.96^2 / 200) = 0.06
    def test_title_and_class_names(self, figure, class_names):
        assert title_of(figure) == (
            "stacked autoencoder, 200 validation images by LDA of the codings: 10-NN accuracy 0.75 ± 0.06"
        )
        assert [label.get_text() for label in figure.axes[1].get_yticklabels()] == class_names

    def test_points_know_their_images(self, validation_set, class_names):
        """Of t-SNE only some images are shown."""
        points = _points(validation_set.labels, "tsne").iloc[50:60]
        figure = plot_thumbnails(
            points, _scores("tsne"), validation_set.images, class_names, "stacked_autoencoder", "tsne"
        )
        np.testing.assert_array_equal(
            figure.axes[0].images[0].get_array(), scale_pixels(validation_set.images[50])
        )

    def test_of_space_the_first_two_dimensions_are_drawn(self, validation_set, class_names):
        points = _points(validation_set.labels, "lda").assign(z=0.0)
        figure = plot_thumbnails(
            points, _scores("lda"), validation_set.images, class_names, "stacked_autoencoder"
        )
        np.testing.assert_allclose(figure.axes[0].collections[0].get_offsets(), points[["x", "y"]])
        assert figure.get_suptitle().endswith("in 3-D")

    def test_other_images_are_refused(self, validation_set, class_names):
        points = _points(validation_set.labels, "lda")
        with pytest.raises(
            ValueError, match="got 100 images and a point of the method 'lda' for image number 199"
        ):
            plot_thumbnails(
                points, _scores("lda"), validation_set.images[:100], class_names, "stacked_autoencoder"
            )


class TestPcaComparison:
    def test_both_are_drawn_with_their_numbers(self, validation_set, class_names):
        codings, components = np.random.default_rng(0).normal(size=(2, 200, 2))
        figure = plot_pca_comparison(
            codings, components, validation_set.labels, PCA_NUMBERS, class_names, "linear_autoencoder"
        )
        assert title_of(figure) == (
            "linear autoencoder, validation images: what it spans and what PCA spans are 3.1° apart"
        )
        left, right = _panels(figure)
        np.testing.assert_allclose(left.collections[0].get_offsets(), codings)
        np.testing.assert_allclose(right.collections[0].get_offsets(), components)
        assert left.get_title(loc="left") == "the two codings\nMSE of the reconstructions 0.0468"
        assert right.get_title(loc="left").endswith("MSE 0.0464, off by 2.1 % of the codings’ variance")

    def test_more_codings_and_no_angle(self, validation_set, class_names):
        codings, components = np.random.default_rng(0).normal(size=(2, 200, 30))
        numbers = PCA_NUMBERS | {"codings_size": 30, "largest_principal_angle": None}
        figure = plot_pca_comparison(
            codings, components, validation_set.labels, numbers, class_names, "stacked_autoencoder"
        )
        assert "is not linear" in figure.get_suptitle()
        assert _panels(figure)[0].get_title(loc="left").startswith("the first two of 30 codings")


def _frames(axes):
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]
