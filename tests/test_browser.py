"""The browser that tests drive, by pages whose faults are known."""

import pytest
from tests.browser import REQUIRED, open_page, running_browser


@pytest.fixture
def write(tmp_path):
    def write_page(content):
        (tmp_path / "page.html").write_text(f"<!doctype html><title>a page</title>{content}")
        return (tmp_path / "page.html").as_uri()

    return write_page


def test_errors_and_addresses_outside_are_noticed(browser, write):
    address = write('<img src="https://example.org/a.png"><script>console.error("no"); missing()</script>')
    with open_page(browser, address) as sight:
        assert sight.page.title() == "a page"
        assert "no" in sight.errors
        assert any("missing is not defined" in error for error in sight.errors)
        assert sight.asked_for == ["https://example.org/a.png"]


def test_a_page_without_fault_has_none_and_the_window_is_as_wide_as_asked_for(browser, write):
    with open_page(browser, write("<p>text"), width=360, color_scheme="dark") as sight:
        assert sight.page.evaluate("innerWidth") == 360
        assert sight.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
        assert (sight.errors, sight.asked_for) == ([], [])


@pytest.mark.parametrize(
    ("required", "outcome"), [("required", pytest.fail.Exception), ("", pytest.skip.Exception)]
)
def test_without_a_browser_a_test_is_skipped_or_fails_and_says_what_to_install(
    required, outcome, monkeypatch
):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv(REQUIRED, required)
    with pytest.raises(outcome, match="apt-get install chromium"), running_browser():
        pass
