import pandas as pd
import pytest
from tests.conftest import title_of

from fashion_nets.plotting.formats import plot_formats

TITLES = ["SavedModel", "LiteRT, int8"]
COMMON = {"format": TITLES, "mb": [4.2, 1.064], "ms_per_image": [0.41, 0.0154]}


def classifiers(agreement):
    return pd.DataFrame({**COMMON, "test_accuracy": [0.9021, 0.8974], "agreement": agreement})


def autoencoders(largest_difference):
    return pd.DataFrame({**COMMON, "test_mse": [0.0123, 0.0144], "largest_difference": largest_difference})


def test_each_quantity_has_a_panel_with_its_numbers_beside_the_bars():
    figure = plot_formats(classifiers([1.0, 0.9737]), "CNN")
    panels = figure.axes
    assert [panel.get_title("left") for panel in panels] == [
        "size, MB",
        "ms an image, on one core",
        "test accuracy",
        "classes as by Keras",
    ]
    assert [label.get_text() for label in panels[0].get_yticklabels()] == TITLES
    assert [[text.get_text() for text in panel.texts] for panel in panels] == [
        ["4.20", "1.06"],
        ["0.410", "0.0154"],
        ["0.9021", "0.8974"],
        ["100.00 %", "97.37 %"],
    ]
    assert [bar.get_width() for bar in panels[0].patches] == [4.2, 1.064]
    first, second = panels[0].patches
    assert first.get_window_extent().y0 > second.get_window_extent().y1  # as in the table
    assert title_of(figure) == (
        "CNN in other formats: the smallest, LiteRT, int8 with 1.06 MB, gives 97.37 % of the test images the "
        "class that Keras gives"
    )


def test_of_an_autoencoder_the_furthest_pixel_is_told():
    figure = plot_formats(autoencoders([2e-7, 0.96]), "Tied autoencoder")
    assert [text.get_text() for text in figure.axes[2].texts] == ["0.0123", "0.0144"]
    assert [text.get_text() for text in figure.axes[3].texts] == ["under 0.001", "0.960"]
    assert title_of(figure).endswith("has pixels that are 0.960 from those of Keras")


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (classifiers([1.0, 1.0]), "all give each test image the class that Keras gives"),
        (autoencoders([2e-7, 3e-5]), "in all each pixel is within 0.001 of that of Keras"),
        (autoencoders([0.0, 0.0]), "in all each pixel is within 0.001 of that of Keras"),
    ],
)
def test_the_title_says_where_all_formats_are_the_same(table, told):
    assert title_of(plot_formats(table, "CNN")) == f"CNN in other formats: {told}"
