from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from tests.conftest import title_of

from fashion_nets.networks.architectures.publications import PUBLICATIONS
from fashion_nets.networks.registry import ARCHITECTURES
from fashion_nets.plotting.architectures import plot_accuracy_by_multiplications, plot_parameters

# Parameters and multiplications of the small forms, in millions; close together, as they are.
SMALL = {
    "lecture": (1.04, 47),
    "lenet5": (0.061706, 0.4),
    "alexnet": (2.51, 56),
    "googlenet": (1.51, 77),
    "vgg16": (3.69, 66),
    "vgg19": (5.02, 83),
    "resnet18": (0.70, 29),
    "resnet34": (1.34, 59),
    "resnet50": (1.50, 62),
    "resnet101": (2.71, 120),
    "resnet152": (3.70, 178),
    "xception": (1.37, 69),
}


def make_comparison(test_accuracies, std=np.nan):
    published = [PUBLICATIONS.get(name) for name in SMALL]
    return pd.DataFrame(
        {
            "architecture": list(SMALL),
            "year": pd.array([each and each.year for each in published], dtype="Int64"),
            "published_parameters": pd.array([each and each.parameters for each in published], dtype="Int64"),
            "parameters": [round(parameters * 1e6) for parameters, _ in SMALL.values()],
            "multiplications": [multiplications * 1e6 for _, multiplications in SMALL.values()],
            "test_accuracy": test_accuracies,
            "test_accuracy_std": std,
        }
    )


MEASURED = [0.9047, 0.8940, 0.9174, 0.9270, 0.9308, 0.9296, 0.9217, 0.9195, 0.9079, 0.8938, 0.89, 0.9259]


@pytest.fixture(scope="module")
def accuracies():
    return plot_accuracy_by_multiplications(
        make_comparison(MEASURED), ["vgg19", "resnet50"], "10,000 images", 1_000
    )


@pytest.fixture(scope="module")
def parameters():
    return plot_parameters(make_comparison(MEASURED))


def assert_nothing_overlaps(texts, frame):
    boxes = [text.get_window_extent() for text in texts]
    for one, other in combinations(range(len(boxes)), 2):
        assert not boxes[one].overlaps(boxes[other]), (texts[one].get_text(), texts[other].get_text())
    for box in boxes:
        assert frame.x0 <= box.x0 < box.x1 <= frame.x1
        assert frame.y0 <= box.y0 < box.y1 <= frame.y1


def names_in(axes):
    """Texts but for those that only hold a line to a point."""
    return [text for text in axes.texts if text.get_text()]


LECTURE = ARCHITECTURES["lecture"].title
# Wilson's: 1.96 · sqrt(0.9308 · 0.0692 / 1000 + (1.96 / 2000)^2) / (1 + 1.96^2 / 1000)
NOISE = "measured on 1,000 test images, whose choice may move 0.9308 by 0.0158 (95 %)"


class TestAccuracyByMultiplications:
    def test_each_point_is_an_architecture_on_a_logarithmic_axis(self, accuracies):
        (axes,) = accuracies.axes
        drawn = sorted(tuple(point) for line in axes.lines for point in line.get_xydata())
        expected = sorted(zip((millions for _, millions in SMALL.values()), MEASURED, strict=True))
        np.testing.assert_allclose(drawn, expected)
        assert axes.get_xscale() == "log"
        assert "in millions" in axes.get_xlabel()

    def test_each_has_its_name_and_nothing_overlaps(self, accuracies):
        (axes,) = accuracies.axes
        assert {text.get_text() for text in names_in(axes)} == {ARCHITECTURES[name].title for name in SMALL}
        assert_nothing_overlaps(names_in(axes), axes.bbox)

    @pytest.mark.parametrize("n_points", [1, 2, 6])
    def test_equal_points_have_their_names_apart_too(self, n_points):
        comparison = make_comparison(0.9).assign(multiplications=5e7).head(n_points)
        (axes,) = plot_accuracy_by_multiplications(comparison, [], "", 1_000).axes
        assert len(names_in(axes)) == n_points
        assert_nothing_overlaps(names_in(axes), axes.bbox)

    def test_a_name_covers_no_point_and_no_line(self, accuracies):
        (axes,) = accuracies.axes
        boxes = [text.get_window_extent() for text in names_in(axes)]
        for line in axes.lines:
            drawn = axes.transData.transform_path(line.get_path())
            assert not any(drawn.intersects_bbox(box, filled=False) for box in boxes)

    def test_a_family_has_one_colour(self, accuracies):
        (axes,) = accuracies.axes
        sizes = sorted(len(line.get_xydata()) for line in axes.lines)
        assert sizes == [1, 1, 1, 1, 1, 2, 5]  # the VGG and the residual networks

    def test_the_title_has_the_best_and_the_foot_the_budget(self, accuracies):
        title = title_of(accuracies)
        result, alike = title.split("; within noise of it ")
        assert result == "Architectures: VGG-16 has the highest test accuracy, 0.9308"
        assert alike == "VGG-19, ResNet-50"
        assert " ".join(accuracies.get_supxlabel().split()) == f"10,000 images; {NOISE}"

    def test_what_diverged_is_named_but_not_drawn(self):
        comparison = make_comparison([np.nan, *MEASURED[1:]])
        figure = plot_accuracy_by_multiplications(comparison, [], "10,000 images", 1_000)
        assert " ".join(figure.get_supxlabel().split()) == f"10,000 images; {NOISE}; diverged: {LECTURE}"
        assert LECTURE not in {text.get_text() for text in figure.axes[0].texts}

    def test_the_title_begins_with_doubt_where_there_is_any(self):
        figure = plot_accuracy_by_multiplications(make_comparison(MEASURED), [], "", 1_000, "that is little")
        assert title_of(figure) == (
            "Architectures: this run cannot tell which is better, as that is little; measured: VGG-16 has "
            "the highest test accuracy, 0.9308"
        )

    def test_a_figure_can_say_that_everything_diverged(self):
        figure = plot_accuracy_by_multiplications(make_comparison(np.nan), [], "10,000 images", 1_000)
        assert "every training diverged" in figure.get_suptitle()


class TestParametersByYear:
    def test_years_rise_from_top_to_bottom_and_the_unpublished_comes_last(self, parameters):
        (axes,) = parameters.axes
        names = [label.get_text() for label in axes.get_yticklabels()]
        assert names[:3] == ["LeNet-5, 1998", "AlexNet, 2012", "GoogLeNet, 2014"]
        assert names[-2:] == ["Xception, 2016", "CNN of the lecture"]
        assert axes.yaxis_inverted()

    def test_circles_are_at_the_numbers(self, parameters):
        (axes,) = parameters.axes
        circles = {float(line.get_xdata()[0]) for line in axes.lines if line.get_marker() == "o"}
        published = {float(each.parameters) for each in PUBLICATIONS.values()}
        assert circles == published | {float(round(parameters * 1e6)) for parameters, _ in SMALL.values()}
        assert axes.get_xscale() == "log"

    def test_numbers_are_written_and_nothing_overlaps(self, parameters):
        (axes,) = parameters.axes
        texts = {text.get_text() for text in axes.texts}
        assert {"138 million", "61.7 thousand", "7.00 million"} <= texts
        assert len(axes.texts) == 2 * len(SMALL) - 2  # one for lenet5, whose forms agree, and for lecture
        assert_nothing_overlaps(axes.texts, axes.bbox)
        labels = [label.get_window_extent() for label in axes.get_yticklabels()]
        assert not any(one.overlaps(other) for one, other in combinations(labels, 2))

    def test_years_are_whole_where_one_is_missing_from_a_stored_table(self):
        comparison = make_comparison(MEASURED)
        stored = comparison.assign(year=comparison["year"].astype(float))
        (axes,) = plot_parameters(stored).axes
        assert "LeNet-5, 1998" in [label.get_text() for label in axes.get_yticklabels()]
