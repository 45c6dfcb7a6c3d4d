"""Build the site of ``make docs``: all pages, the notebooks with their outputs, the functions.

    python tools/make_site.py [FOLDER]      # build/site, unless another one is named

Pages stay where GitHub shows them. Sphinx gets them in a folder in which they lie as in the repository, so
that their links lead to the same files. README.md is the first page; docs/README.md says in which groups the
others stand. What Sphinx warns of, and a link or a picture that leads nowhere, ends this with 1.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).parents[1]
SETTINGS = ROOT / "docs" / "site"
COPIED = ("CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "LICENSE", "conf", "data/README.md", "docs")


def find_pages(text: str, folder: Path) -> list[str]:
    """The pages that a text in a folder links to, without suffix, as paths from the root."""
    links = re.findall(r"\]\(([^)#\s:]+\.(?:md|ipynb))\)", text)
    return [str((folder / link).resolve().relative_to(ROOT).with_suffix("")) for link in links]


def list_groups(index: Path) -> dict[str, list[str]]:
    """The pages that ``docs/README.md`` links to, by the heading that they stand under."""
    parts = re.split(r"^## (.*)\n", index.read_text(), flags=re.MULTILINE)[1:]
    return {
        title: find_pages(text, index.parent) for title, text in zip(parts[::2], parts[1::2], strict=True)
    }


def write_menu(names: list[str], caption: str = "") -> str:
    """A list of pages for the menu of the site; the page that has it does not show it."""
    head = ["```{toctree}", ":hidden:", *([f":caption: {caption}"] if caption else [])]
    return "\n".join(["", *head, "", *(f"/{name}" for name in names), "```", ""])


def add_to(page: Path, text: str) -> None:
    """Add a text at the end of a page."""
    page.write_text(page.read_text() + text)


def execute_notebooks(folder: Path) -> None:
    """Put the notebooks with their outputs into a folder; only those are run that have changed since."""
    done = subprocess.run([sys.executable, ROOT / "tools" / "notebooks.py", "--to", folder], check=False)
    if done.returncode:
        sys.exit(done.returncode)  # it has said which cell failed, and why


def write_settings(folder: Path) -> list[str]:
    """Write a page for each file of ``conf/`` in a folder, which shows it; return the names of the pages."""
    names = [str(path.relative_to(folder)) for path in sorted((folder / "conf").rglob("*.yml"))]
    for name in names:
        shown = f"# {name}\n\n```{{literalinclude}} {Path(name).name}\n:language: yaml\n```\n"
        (folder / f"{name}.md").write_text(shown)
    return names


def redirect_links(page: Path, home: str) -> None:
    """Have the links of a page lead to what the site has for a file: the first page, pages of settings.

    Args:
        page: Markdown or a notebook.
        home: The way from its folder to the root, such as ``../``.
    """
    text = page.read_text().replace(f"]({home}README.md", f"]({home}index.md") if home else page.read_text()
    page.write_text(re.sub(r"(\]\([^)\s:]+\.yml)\)", r"\1.md)", text))


def stage(folder: Path, execute: Callable[[Path], None] = execute_notebooks) -> None:
    """Lay everything that the site is made of into a folder, as it lies in the repository.

    Args:
        folder: It is made anew.
        execute: Puts the notebooks into a folder.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy2(ROOT / "README.md", folder / "index.md")
    for name in COPIED:
        source, target = ROOT / name, folder / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("site", "__pycache__", "local"))
        else:
            target.parent.mkdir(exist_ok=True)
            shutil.copy2(source, target)
    execute(folder / "notebooks")
    settings = write_settings(folder)
    for page in [*folder.rglob("*.md"), *folder.rglob("*.ipynb")]:
        redirect_links(page, home="../" * len(page.parent.relative_to(folder).parts))
    add_menus(folder, settings)


def add_menus(folder: Path, settings: list[str]) -> None:
    """Tell Sphinx what the menu has: groups of pages, under some of them further ones."""
    first, decisions = folder / "index.md", ROOT / "docs" / "adr"
    notebooks = sorted(f"notebooks/{path.stem}" for path in (folder / "notebooks").glob("*.ipynb"))
    add_to(first, write_menu(["docs/README"]))
    for title, names in list_groups(ROOT / "docs" / "README.md").items():
        add_to(first, write_menu(names, title))
    add_to(first, write_menu(notebooks, "Notebooks"))
    add_to(first, write_menu(["reference/index"], "From Python"))
    add_to(folder / "conf" / "README.md", write_menu(settings))
    listed = find_pages((decisions / "README.md").read_text(), decisions)
    add_to(folder / "docs" / "adr" / "README.md", write_menu(listed))


class Page(HTMLParser):
    """What a page of the site asks for, and the places in it that can be linked to."""

    def __init__(self, path: Path):
        super().__init__()
        self.links: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(path.read_text())

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect links and anchors."""
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.add(value)
            elif name in ("id", "name") and value:
                self.anchors.add(value)


def find_dead_links(site: Path) -> list[str]:
    """The links and pictures of a built site that should lead to something in it, and do not."""
    pages = {path: Page(path) for path in site.rglob("*.html") if "_static" not in path.parts}
    dead = []
    for path, page in pages.items():
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            target = target / "index.html" if target.is_dir() else target
            anchor = unquote(parts.fragment)
            if not target.exists() or (anchor and target in pages and anchor not in pages[target].anchors):
                dead.append(f"{path.relative_to(site)}: {link}")
    return dead


def build(pages: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """Have Sphinx build the site of a folder of pages; what it warns of is in the answer's ``stderr``."""
    sphinx = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--quiet", "--jobs=auto", "-c", SETTINGS]
    quiet = {
        **os.environ,
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }  # the reference imports layers, and so TensorFlow
    command = [*sphinx, "-d", pages.with_name("cache"), pages, site]
    return subprocess.run(command, check=False, env=quiet, stderr=subprocess.PIPE, text=True)


def is_ours(site: Path) -> bool:
    """Whether a folder may be made anew: it is not there, is empty, or has been built by Sphinx."""
    return not site.exists() or (
        site.is_dir() and (not any(site.iterdir()) or (site / ".buildinfo").is_file())
    )


def main() -> int:
    """Build the site and say how to look at it."""
    site = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build" / "site").resolve()
    if not is_ours(site):
        print(
            f"{site} has other files than those of a site. Name a folder that is not there.", file=sys.stderr
        )
        return 1
    pages = site.with_name(f"{site.name}-work") / "pages"
    stage(pages)
    shutil.rmtree(site, ignore_errors=True)  # of pages that are no more
    done = build(pages, site)
    dead = [] if done.returncode else find_dead_links(site)
    if done.returncode or dead:
        print(done.stderr, *(f"It leads nowhere: {link}" for link in dead), sep="\n", file=sys.stderr)
        return 1
    shown = site.relative_to(Path.cwd()) if site.is_relative_to(Path.cwd()) else site
    print(f"The site is in {shown}. To look at it: python -m http.server -d {shown}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
