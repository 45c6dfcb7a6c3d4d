"""Make the moving picture of the README: a run in the terminal, the graph, the report, from what a run left.

    kedro run --env=sample > run.log 2>&1
    python tools/make_tour.py run.log data/sample/08_reporting/report.html [FILE]

It needs Chromium. The lines of the terminal are those of the log, the pages are photographed.
"""

import html
import re
import shutil
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
FILE = ROOT / "docs" / "images" / "tour.gif"
SIZE = {"width": 960, "height": 600}
COLOURS = 96
LINES = 15
STYLE = """
body { margin: 0; font: 17px/1.6 'DejaVu Sans Mono', monospace; background: #14181e; color: #d4dae2; }
pre { margin: 22px 26px; white-space: pre-wrap; font: inherit; }
pre b { color: #7ee787; }
"""
CAPTION = """text => {
    document.querySelector('.tour')?.remove();
    const footer = Object.assign(document.createElement('footer'), {className: 'tour', textContent: text});
    footer.style = 'position:fixed;bottom:0;left:0;right:0;margin:0;padding:13px 26px;text-align:left;'
        + 'background:#0a7d91;color:white;font:bold 19px sans-serif;z-index:99;max-width:none';
    document.body.append(footer);
}"""
"""Writes a line at the foot of a page, in place of the one before."""


def read_log(file: Path) -> list[str]:
    """The lines of a run as a terminal of 100 characters shows them, without those of TensorFlow's start."""
    lines = [line for line in file.read_text().splitlines() if re.match(r"\d\d:\d\d:\d\d INFO", line)]
    return [re.sub(r" \(data_ingestion\.source_folder\)|/\S+/(?=data/)", "", line)[9:] for line in lines]


def photograph(page: Page) -> Image.Image:
    """The page as it is shown."""
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


def show_terminal(page: Page, lines: list[str], caption: str) -> Image.Image:
    """A terminal that has shown some lines."""
    shown = html.escape("\n".join(line.removeprefix("INFO").strip() for line in lines[-LINES:]))
    prompt = "" if len(lines) > LINES else "<b>$ kedro run --env=sample</b>\n"
    page.set_content(f"<style>{STYLE}</style><pre>{prompt}{shown}</pre>")
    page.evaluate(CAPTION, caption)
    return photograph(page)


def take_frames(page: Page, log: list[str], report: Path) -> list[tuple[Image.Image, int]]:
    """The pictures, each with the milliseconds that it stays."""
    words = "a run trains seven networks, here on the sample"
    trained = [line for line in log if "is trained" in line or line.startswith("INFO    Run")]
    frames = [(show_terminal(page, trained[:count], words), 700) for count in range(len(trained))]
    frames.append((show_terminal(page, trained, words), 2000))
    graph = (ROOT / "docs" / "images" / "graph.png").as_uri()
    page.goto(graph)
    page.evaluate(
        "() => { document.body.style = 'margin:0;background:white;display:block';"
        "document.images[0].style = 'width:960px;height:auto;margin:0;position:static'; }"
    )
    page.evaluate(CAPTION, "make viz: the graph, with its pictures")
    frames.append((photograph(page), 3000))
    page.goto(report.resolve().as_uri(), wait_until="domcontentloaded")
    for place, text in [
        ("table", "the run ends in one page: all networks in a table"),
        ("img[alt*='mistakes']", "… what each gets wrong, and how often"),
        ("img[alt*='by LDA']", "… what autoencoders make of the images"),
    ]:
        page.locator(place).first.evaluate("place => place.scrollIntoView({block: 'center'})")
        page.evaluate(CAPTION, text)
        frames.append((photograph(page), 3000))
    return frames


def main() -> None:
    """Photograph, and store the pictures as one that moves."""
    log, report, file = *map(Path, sys.argv[1:3]), Path(sys.argv[3]) if len(sys.argv) > 3 else FILE
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_page(viewport=SIZE)
        page.set_default_timeout(120_000)
        frames = take_frames(page, read_log(log), report)
        browser.close()
    pictures = [picture.quantize(COLOURS, dither=Image.Dither.NONE) for picture, _ in frames]
    durations = [milliseconds for _, milliseconds in frames]
    pictures[0].save(
        file, save_all=True, append_images=pictures[1:], duration=durations, loop=0, optimize=True
    )
    print(f"{file}: {len(pictures)} pictures, {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
