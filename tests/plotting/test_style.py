import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.colors import to_hex

from fashion_nets.plotting.style import (
    FIGURE_DPI,
    add_class_colorbar,
    class_colormap,
    class_colours,
    hide_frame,
    new_figure,
    styled,
)


def test_a_hidden_frame_leaves_what_is_written_beside_it():
    axes = new_figure("image", 3, 3).subplots()
    axes.set(xlabel="Bag", ylabel="image")
    hide_frame(axes)
    assert len(axes.get_xticks()) == len(axes.get_yticks()) == 0
    assert not any(spine.get_visible() for spine in axes.spines.values())
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("Bag", "image")


def test_ten_classes_have_the_lectures_colours():
    np.testing.assert_allclose(class_colours(10), colormaps["tab10"].colors)


def test_a_class_keeps_its_colour_when_a_few_are_added():
    np.testing.assert_array_equal(class_colours(15)[:10], class_colours(10))


@pytest.mark.parametrize("n_classes", [2, 10, 20, 26, 47])
def test_colours_differ_from_each_other(n_classes):
    assert len({to_hex(colour) for colour in class_colours(n_classes)}) == n_classes


@pytest.mark.parametrize("n_classes", [3, 10, 26])
def test_colormap_draws_each_class_in_its_colour(n_classes):
    colormap, norm = class_colormap(n_classes)
    np.testing.assert_allclose(colormap(norm(np.arange(n_classes)))[:, :3], class_colours(n_classes))


def test_colorbar_names_the_classes_from_top_to_bottom(class_names):
    figure = new_figure("classes", 5, 4)
    colorbar = add_class_colorbar(figure, [figure.subplots()], class_names)
    assert [label.get_text() for label in colorbar.ax.get_yticklabels()] == class_names
    assert colorbar.ax.yaxis_inverted()


def test_a_long_title_is_wrapped_into_the_figure():
    figure = new_figure("stacked autoencoder, " * 12, 6, 3)
    figure.draw_without_rendering()
    (text,) = (text for text in figure.texts if text.get_text() == figure.get_suptitle())
    title = text.get_window_extent()
    assert title.width < 6 * FIGURE_DPI
    assert title.height < 3 * FIGURE_DPI


def test_a_style_of_the_notebook_neither_changes_a_figure_nor_is_changed():
    @styled
    def plot():
        figure = new_figure("points", 4, 3)
        figure.subplots().plot([1, 2], [1, 2])
        return figure

    with mpl.rc_context({"font.size": 30, "xtick.labelsize": 30, "axes.facecolor": "black"}):
        before = dict(mpl.rcParams)
        axes = plot().axes[0]
        assert dict(mpl.rcParams) == before
    assert axes.get_facecolor() == (1, 1, 1, 1)
    assert axes.get_xticklabels()[0].get_fontsize() == 9
