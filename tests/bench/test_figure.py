import pandas as pd
import pytest

from bench.figure import plot_times


@pytest.fixture
def axes():
    rows = [
        ("mlp", "lecture", 1.0, 2.0),
        ("mlp", "project", 6.0, 0.33),
        ("mlp", "torch", 2.5, 0.8),
        ("cnn", "lecture", 1.0, 6.0),
        ("cnn", "project", 1.5, 4.0),
        ("cnn", "torch", 1.2, 5.0),
    ]
    table = pd.DataFrame(rows, columns=["network", "way", "times_faster", "epoch_seconds"]).assign(
        images=5_500
    )
    (axes,) = plot_times(table).axes
    return axes


def test_bars_are_as_long_as_a_way_is_faster_than_the_lecture(axes):
    assert [bar.get_width() for bar in axes.patches] == [6.0, 2.5, 1.5, 1.2]
    assert [text.get_text() for text in axes.texts] == [
        "6.0 × (0.33 s)",
        "2.5 × (0.8 s)",
        "1.5 × (4 s)",
        "1.2 × (5 s)",
    ]


def test_networks_are_named_with_the_seconds_of_the_lecture(axes):
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["MLP\n5,500 images, lecture 2 s", "CNN\n5,500 images, lecture 6 s"]


def test_marks_stand_at_the_targets_of_this_project(axes):
    marks = sorted(float(lines.get_segments()[0][0][0]) for lines in axes.collections)
    # MLP: 5 times the lecture, 1.8 times PyTorch's 2.5; CNN: 1.6 times, and as fast as PyTorch's 1.2.
    assert marks == pytest.approx([1.2, 1.6, 4.5, 5.0])
