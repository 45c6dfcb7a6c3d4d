"""The site of ``make docs``: whole, without dead links, and readable in a real browser without the net."""

import re
import subprocess
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from tests.browser import open_page
from tests.conftest import ROOT
from tools import make_site


def write_site(folder, **pages):
    folder.mkdir()
    for name, text in pages.items():
        (folder / f"{name}.html").write_text(text)
    return folder


def test_a_dead_link_of_the_site_is_found(tmp_path):
    site = write_site(
        tmp_path / "site",
        index='<a href="other.html#there">x</a> <a href="gone.html">x</a> <a href="other.html#nowhere">x</a>'
        '<img src="gone.png"> <a href="https://example.org/gone">x</a> <a href="#self" id="self">x</a>',
        other='<h1 id="there">x</h1>',
    )
    assert make_site.find_dead_links(site) == [
        "index.html: gone.html",
        "index.html: gone.png",
        "index.html: other.html#nowhere",
    ]


def test_a_folder_with_other_files_is_never_made_anew(tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("mine")
    command = [sys.executable, ROOT / "tools" / "make_site.py", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert (
        done.stderr == f"{tmp_path} has other files than those of a site. Name a folder that is not there.\n"
    )
    assert notes.read_text() == "mine"
    assert make_site.is_ours(tmp_path / "new")
    notes.rename(tmp_path / ".buildinfo")
    assert make_site.is_ours(tmp_path)


def test_the_menu_has_each_page_once():
    groups = make_site.list_groups(ROOT / "docs" / "README.md")
    names = [name for pages in groups.values() for name in pages]
    pages = {str(path.relative_to(ROOT).with_suffix("")) for path in (ROOT / "docs").glob("*.md")}
    assert sorted(names) == sorted({*names})
    assert pages - {"docs/README"} <= {*names}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """The site, and what its builder said."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "make_site.py", folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return folder, done.stdout


@pytest.fixture(scope="module")
def address(built):
    """Of the site on a server of this machine, as ``python -m http.server`` is one."""
    handler = partial(Quiet, directory=str(built[0]))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.mark.slow  # the whole site
def test_the_site_is_built_and_says_how_to_look_at_it(built):
    site, said = built
    assert said.endswith(f"The site is in {site}. To look at it: python -m http.server -d {site}\n")
    assert (site / "index.html").exists()


@pytest.mark.slow  # likewise
@pytest.mark.parametrize(("page", "has_list"), [("studies", True), ("lecture", False), ("sample", False)])
def test_wide_tables_have_the_room_of_the_list_of_headings(page, has_list, built):
    shown = (built[0] / "docs" / f"{page}.html").read_text()
    assert ("On this page" in shown) is has_list


@pytest.mark.slow  # likewise
def test_what_leads_nowhere_ends_the_build(built):
    site, _ = built
    pages = site.with_name("site-work") / "pages"
    page = pages / "docs" / "speed.md"
    before = page.read_text()
    page.write_text(before + "\n[gone](gone.md) ![gone](gone.png) $\\nonsense{$\n")
    done = make_site.build(pages, site.with_name("other"))
    page.write_text(before)
    assert done.returncode == 1
    for name in ("'gone.md'", "gone.png", "nonsense"):
        assert re.search(f"speed.md.*WARNING.*{re.escape(name)}", done.stderr), name


PAGES = [
    "index.html",
    "docs/lecture.html",
    "docs/adr/README.html",
    "notebooks/01_first_network.html",
    "reference/networks.html",
]


@pytest.mark.slow  # likewise
@pytest.mark.parametrize("page", PAGES)
def test_a_page_can_be_read_wide_and_on_a_phone_without_the_net(page, address, browser):
    for width, scheme in ((1400, "light"), (360, "dark")):
        with open_page(browser, f"{address}/{page}", width, 800, color_scheme=scheme) as sight:
            assert sight.page.evaluate("document.documentElement.scrollWidth") <= width
            sight.page.evaluate(
                "Promise.all([...document.querySelectorAll('article img')].map(each => each.decode()))"
            )
            background = sight.page.evaluate("getComputedStyle(document.body).backgroundColor")
            is_dark = max(map(int, re.findall(r"\d+", background)[:3])) < 60
            assert is_dark == (scheme == "dark")
            assert sight.errors == []
            assert sight.asked_for == []


@pytest.mark.slow  # likewise
def test_a_figure_is_enlarged_by_a_click_and_by_the_keyboard(address, browser):
    with open_page(browser, f"{address}/docs/studies.html", 800, 600) as sight:
        figure = sight.page.locator("article img").first
        dialog = sight.page.locator("dialog.figure")
        figure.click()
        dialog.wait_for()  # it has no size before its picture is there
        assert dialog.locator("img").get_attribute("alt") == figure.get_attribute("alt")
        sight.page.keyboard.press("Escape")
        dialog.wait_for(state="hidden")
        figure.focus()
        sight.page.keyboard.press("Enter")
        dialog.wait_for()


@pytest.mark.slow  # likewise
def test_the_search_finds_a_page(address, browser):
    with open_page(browser, f"{address}/search.html?q=trustworthiness") as sight:
        sight.page.locator("ul.search li a", has_text="Autoencoders").first.wait_for()
        assert sight.asked_for == []
