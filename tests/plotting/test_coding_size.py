import pandas as pd
import pytest
from tests.conftest import title_of

from fashion_nets.plotting.coding_size import METHOD_COLOURS, plot_coding_sizes

MSE = {
    "stacked_autoencoder": {2: 0.03, 8: 0.02, 30: 0.015},
    "convolutional_autoencoder": {2: 0.0312, 8: 0.018, 30: 0.0101},
    "pca": {2: 0.05, 8: 0.025, 30: 0.012},
}


@pytest.fixture(scope="module")
def figure():
    rows = [
        {
            "method": method,
            "codings": size,
            "n_train_images": 4583,
            "mse": mse,
            "binary_crossentropy": 10 * mse,
            "epochs": None if method == "pca" else 10,
        }
        for method, errors in MSE.items()
        for size, mse in reversed(errors.items())
    ]
    return plot_coding_sizes(pd.DataFrame(rows).astype({"epochs": "Int64"}))


def test_each_method_has_a_line_in_both_panels(figure):
    for axes, factor in zip(figure.axes, (1, 10), strict=True):
        for line, (method, errors) in zip(axes.lines, MSE.items(), strict=True):
            assert line.get_xdata().tolist() == [2, 8, 30]
            assert line.get_ydata().tolist() == pytest.approx([factor * mse for mse in errors.values()])
            assert line.get_color() == METHOD_COLOURS[method]
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["stacked autoencoder", "convolutional autoencoder", "PCA"]


def test_axes_are_named_and_the_sizes_are_marked(figure):
    for axes in figure.axes:
        assert axes.get_xscale() == "log"
        assert [label.get_text() for label in axes.get_xticklabels()] == ["2", "8", "30"]
        assert axes.get_xlabel() == "codings, or principal components"
        assert axes.get_ylabel().startswith("validation ")


def test_the_title_tells_the_errors_at_both_ends_the_smallest_first(figure):
    assert title_of(figure) == (
        "4,583 training images, up to 10 epochs: validation MSE with 2 codings "
        "0.0300 stacked, 0.0312 convolutional, 0.0500 PCA; 30 codings 0.0101 convolutional, 0.0120 PCA, "
        "0.0150 stacked"
    )
