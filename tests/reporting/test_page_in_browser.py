"""How a page looks and works, in a real browser."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from tests.browser import open_page
from tests.reporting.pages import (
    ATTACK,
    COMPARISON,
    data_part,
    experiment_part,
    make_facts,
    network_part,
    picture,
    stored_page,
)

from fashion_nets.reporting.page import render_experiment, render_report

LOADED = "[...document.images].map(image => image.complete && image.naturalWidth > 0)"
OVERFLOW = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    states = {"mlp.history": {"state": "stale", "reasons": ("mlp.training.epochs 10 -> 20",)}}
    facts = make_facts(states, [stored_page()])
    wide = picture(title="a wide one", width=14)
    parts = [network_part("mlp", learning_curves_plot=wide), network_part("cnn")]
    return _write(tmp_path_factory, render_report(facts, data_part(), parts, {"comparison": COMPARISON}))


@pytest.fixture(scope="module")
def experiment(tmp_path_factory):
    return _write(tmp_path_factory, render_experiment(make_facts(), experiment_part()))


def _write(tmp_path_factory, page):
    file = tmp_path_factory.mktemp("page") / "page.html"
    file.write_text(page, encoding="utf-8")
    return file.as_uri()


@pytest.fixture
def opened(browser, report):
    with open_page(browser, report) as sight:
        yield sight.page


@pytest.mark.parametrize("width", [360, 800, 1600])
@pytest.mark.parametrize("kind", ["report", "experiment"])
def test_all_is_shown_without_an_error_and_as_wide_as_the_window(kind, width, browser, request):
    with open_page(browser, request.getfixturevalue(kind), width=width) as sight:
        loaded = sight.page.evaluate(LOADED)
        assert loaded == [True] * len(loaded) != []
        assert sight.page.evaluate(OVERFLOW) <= 0
        sight.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert sight.page.evaluate(OVERFLOW) <= 0
        assert (sight.errors, sight.asked_for) == ([], [])


def rows_of(page, heading):
    table = page.locator("table", has=page.locator(f"th button:text-is('{heading}')")).first
    return table.locator("tbody tr th").all_inner_texts()


def test_a_click_sorts_by_a_column_and_the_next_one_turns_it_around(opened):
    head = opened.locator("th button", has_text="parameters").first
    head.click()
    assert rows_of(opened, "parameters") == ["MLP", "CNN"]
    assert opened.locator("th[aria-sort]").evaluate_all("heads => heads.map(each => each.ariaSort)") == [
        "descending"
    ]
    head.click()
    assert rows_of(opened, "parameters") == ["CNN", "MLP"]
    assert opened.locator("th[aria-sort='ascending']").count() == 1
    opened.locator("th button", has_text="network").first.click()
    assert rows_of(opened, "parameters") == ["CNN", "MLP"]
    assert opened.locator("th[aria-sort]").count() == 1


def test_keys_sort_as_well_and_what_is_missing_comes_last(opened):
    opened.locator("#mlp-history summary").press("Enter")
    head = opened.locator("#mlp-history th button", has_text="validation loss")
    losses = opened.locator("#mlp-history tbody td:last-child")
    for key in ("Enter", "Space"):
        head.press(key)
        assert losses.all_inner_texts() == ["0.6", ""]


def test_text_from_data_runs_no_script(browser, report):
    with open_page(browser, report) as sight:
        asked = []
        sight.page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
        sight.page.reload()
        sight.page.locator("#mlp-class_report summary").click()
        assert sight.page.locator("#mlp-class_report tbody th").first.inner_text() == ATTACK
        assert asked == []


def colour_of(page, selector):
    return page.locator(selector).first.evaluate("each => getComputedStyle(each).backgroundColor")


def test_a_dark_page_has_its_figures_on_white(browser, report):
    with open_page(browser, report, color_scheme="dark") as sight:
        assert colour_of(sight.page, "body") == "rgb(22, 23, 24)"
        assert colour_of(sight.page, ".frame") == "rgb(255, 255, 255)"
    with open_page(browser, report, color_scheme="light") as sight:
        assert colour_of(sight.page, "body") == "rgb(255, 255, 255)"


def test_paper_is_white_and_shows_what_is_folded(browser, report):
    with open_page(browser, report, color_scheme="dark") as sight:
        sight.page.emulate_media(media="print")
        assert colour_of(sight.page, "body") == "rgb(255, 255, 255)"
        assert not sight.page.locator("nav").is_visible()
        assert sight.page.locator("#mlp-history td").first.is_visible()
        printed = sight.page.pdf(format="A4")
        assert printed.count(b"/Type /Page\n") >= 3  # a section begins a page


def test_the_first_key_leads_past_the_contents(opened):
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.className") == "skip"
    opened.keyboard.press("Enter")
    assert opened.evaluate("document.activeElement.id") == "content"


def test_a_figure_can_be_seen_in_its_own_size(browser, report):
    with open_page(browser, report, width=360) as sight:
        image, button = (
            sight.page.locator("#mlp-learning_curves_plot img"),
            sight.page.locator("#mlp-learning_curves_plot button"),
        )
        assert image.evaluate("each => each.clientWidth") < 360
        button.press("Enter")
        assert image.evaluate("each => each.clientWidth") > 1000
        assert button.get_attribute("aria-pressed") == "true"
        sight.page.emulate_media(media="print")
        assert image.evaluate("each => each.clientWidth") < 360  # paper does not scroll
        sight.page.emulate_media(media="screen")
        assert sight.page.evaluate(OVERFLOW) <= 0


def test_links_of_the_contents_lead_to_sections(opened):
    opened.locator("nav a", has_text="CNN").click()
    assert opened.evaluate("location.hash") == "#cnn"
    assert opened.locator("#cnn-heading").evaluate("each => each.getBoundingClientRect().top") < 100


@pytest.mark.slow  # the default run
@pytest.mark.parametrize("width", [360, 1600])
def test_the_report_of_a_run_is_shown_as_well(width, browser, finished_run):
    file = finished_run / "data" / "sample" / "08_reporting" / "report.html"
    with open_page(browser, file.as_uri(), width=width) as sight:
        loaded = sight.page.evaluate(LOADED)
        assert loaded == [True] * len(loaded)
        assert len(loaded) > 40
        assert sight.page.evaluate(OVERFLOW) <= 0
        tables = sight.page.locator("#networks > .wide")
        if width == 1600:  # a phone scrolls them, one by one
            assert (
                tables.evaluate_all("all => all.map(each => each.scrollWidth - each.clientWidth)") == [0] * 3
            )
        for link in sight.page.locator("nav a").all():
            assert sight.page.locator(link.get_attribute("href")).count() == 1
        files = sight.page.locator("figcaption a, p a").evaluate_all("all => all.map(each => each.href)")
        assert [each for each in files if not Path(unquote(urlsplit(each).path)).exists()] == []
        assert (sight.errors, sight.asked_for) == ([], [])
