"""A real browser for tests: the Chromium that is installed, driven by Playwright."""

import os
import shutil
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
REQUIRED = "FASHION_NETS_BROWSER"
"""A variable of the environment: where it is ``required``, tests fail that lack a browser."""
SECONDS = 30
HERE = {"127.0.0.1", "localhost", None}  # the host of a file is None


class Sight(NamedTuple):
    """A page as it is open in the browser.

    Attributes:
        page: Playwright's own.
        errors: What the page has complained of so far: errors of its console, exceptions of its scripts.
        asked_for: The addresses outside this machine that it has asked for, of which it gets none.
    """

    page: object
    errors: list
    asked_for: list


def find_browser():
    """The program, or what to install, as a text of several words."""
    try:
        import playwright  # noqa: F401  # it is looked for
    except ImportError:
        return None, "the package playwright is not installed: make setup"
    found = next(filter(None, map(shutil.which, PROGRAMS)), None)
    return found, f"none of {', '.join(PROGRAMS)} is installed; on Debian: apt-get install chromium"


@contextmanager
def running_browser():
    """Start the browser; end it after the block.

    It should not outlive a module: while it runs, nothing else can run asyncio's loop in this thread, as
    notebooks do.
    """
    program, reason = find_browser()
    if program is None:
        if os.environ.get(REQUIRED) == "required":
            pytest.fail(f"{REQUIRED}=required, but {reason}")
        pytest.skip(f"no browser: {reason}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, timeout=1000 * SECONDS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_page(browser, address, width=1600, height=1000, **options):
    """Open a page, which may ask for nothing outside this machine.

    Args:
        browser: As by :func:`running_browser`.
        address: Of a file (``file://…``) or of a server of this machine.
        width: Of the window, in pixels.
        height: Likewise.
        options: Of Playwright's ``new_context``, such as ``color_scheme="dark"``.

    Yields:
        A :class:`Sight`.
    """
    context = browser.new_context(viewport={"width": width, "height": height}, **options)
    context.set_default_timeout(1000 * SECONDS)
    page = context.new_page()
    sight = Sight(page, [], [])
    page.on("console", lambda said: sight.errors.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: sight.errors.append(str(error)))

    def answer(route):
        if urlsplit(route.request.url).hostname in HERE:
            route.continue_()
        else:
            sight.asked_for.append(route.request.url)
            route.abort()

    page.route("**/*", answer)
    try:
        page.goto(address)
        yield sight
    finally:
        context.close()
