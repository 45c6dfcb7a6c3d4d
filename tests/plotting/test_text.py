import logging
import warnings

import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure

from fashion_nets.plotting import text
from fashion_nets.plotting.style import STYLE, new_figure, styled
from fashion_nets.plotting.text import fallback_fonts, show_as_it_is


def named(*names, log=False):
    """A figure with names in its title, as labels of ticks and in a legend."""

    @styled
    def draw() -> Figure:
        figure = new_figure(names[0], 4, 3)
        axes = figure.add_subplot()
        axes.plot([1, 2, 3], label=names[-1])
        axes.legend()
        axes.set_xticks(range(len(names)), labels=names)
        if log:
            axes.set_yscale("log")
        return figure

    return draw()


@pytest.mark.parametrize("name", ["$x^$", "5$ and 7$", "a_b $\\frac$"])
def test_dollar_signs_in_names_are_dollar_signs(name, tmp_path):
    figure = named(name, "Coat")
    assert figure.get_suptitle().replace("\n", " ") == name
    figure.savefig(tmp_path / "figure.png")  # matplotlib fails where it takes the name for a formula


def test_labels_of_logarithmic_axes_stay_formulas():
    (axes,) = named("Coat", log=True).axes
    labels = [label for label in axes.get_yticklabels(which="both") if "mathdefault" in label.get_text()]
    assert labels
    assert all(label.get_parse_math() for label in labels)


def test_the_first_font_is_the_one_that_ships_with_matplotlib():
    first, *others = STYLE["font.family"]
    assert first == "DejaVu Sans"
    assert set(others) <= set(font_manager.get_font_names())
    assert fallback_fonts() == others


def test_what_no_font_has_is_said_once_in_one_line(monkeypatch, caplog, tmp_path):
    monkeypatch.setattr(text, "FALLBACK_FONTS", ())
    monkeypatch.setattr(text, "_said", set())
    caplog.set_level(logging.WARNING, logger="fashion_nets")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(3):
            named("\u88d9\u5b50", "Coat")
    (line,) = [each.getMessage() for each in caplog.records if each.name.startswith("fashion_nets")]
    assert line.startswith("No font here has \u5b50\u88d9 (Cjk), so that figures show boxes: install one")


def test_scripts_that_the_first_font_has_need_nothing(monkeypatch, caplog):
    monkeypatch.setattr(text, "_said", set())
    figure = Figure()
    figure.suptitle(
        "\u041f\u043b\u0430\u0442\u044c\u0435 \u0641\u0633\u062a\u0627\u0646 \u2014 \u00d7 \u2192"
    )
    show_as_it_is(figure)
    assert not caplog.records
