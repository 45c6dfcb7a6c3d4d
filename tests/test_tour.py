"""The moving picture of the README: what it takes of a log, and of which pages it is made."""

import pytest
from tests.browser import open_page
from tools.make_tour import SIZE, read_log, take_frames

LOG = """\
2026-01-01 00:00:00.000000: I tensorflow/core/util/port.cc:153] oneDNN custom operations are on.
09:00:00 INFO    Run started: __default__, environment sample
09:00:01 INFO    6,000 images of /home/me/raw (data_ingestion.source_folder) are in /home/me/data/sample/01
09:00:09 INFO    mlp is trained
09:00:10 WARNING Nobody needs this
"""


@pytest.fixture
def log(tmp_path):
    file = tmp_path / "run.log"
    file.write_text(LOG)
    return read_log(file)


def test_lines_of_the_run_have_neither_times_nor_places_of_a_machine(log):
    assert log == [
        "INFO    Run started: __default__, environment sample",
        "INFO    6,000 images of /home/me/raw are in data/sample/01",
        "INFO    mlp is trained",
    ]


@pytest.mark.slow  # a browser
def test_it_shows_the_run_line_by_line_then_the_graph_then_the_report(log, tmp_path, browser):
    report = tmp_path / "report.html"
    images = [f"<img alt='{words}'>" for words in ("mistakes of the MLP", "codings by LDA")]
    report.write_text(f"<body style='margin:0'><table><td>networks</table>{''.join(images)}")
    with open_page(browser, "about:blank", SIZE["width"], SIZE["height"]) as sight:
        frames = take_frames(sight.page, log, report)
        assert sight.page.locator("footer").inner_text() == "… what autoencoders make of the images"
    assert [milliseconds for _, milliseconds in frames] == [700, 700, 2000, 3000, 3000, 3000, 3000]
    assert {picture.size for picture, _ in frames} == {(SIZE["width"], SIZE["height"])}
    assert len({picture.tobytes() for picture, _ in frames}) == len(frames)
