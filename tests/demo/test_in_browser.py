"""The page in a real browser, from the command that shows it."""

import base64
import os
import shutil
import signal
import sys

import numpy as np
import pytest
from PIL import Image
from tests.browser import open_page
from tests.conftest import ROOT, killed_after
from tests.servers import SECONDS_UNTIL_STUCK, ends_without_leaving_any, free_port, members, started

import fashion_nets
from fashion_nets.data.photographs import prepare
from fashion_nets.data.pictures import read_colours
from fashion_nets.inspection.prediction import class_probabilities

pytestmark = pytest.mark.slow  # a server is a process of its own, which imports TensorFlow and Gradio


@pytest.fixture
def pictures(finished_run, tmp_path):
    """A test image as somebody would have it, on white and enlarged, and the same file cut off."""
    image = np.load(finished_run / "data/sample/05_model_input/test_set/images.npy")[1]
    whole, broken = tmp_path / "mine.png", tmp_path / "broken.png"
    Image.fromarray(255 - image).resize((280, 280), Image.Resampling.NEAREST).save(whole)
    broken.write_bytes(whole.read_bytes()[:300])
    return whole, broken


@pytest.fixture
def server(finished_run, tmp_path):
    """The page of the stored CNN, and the folder in which uploads lie."""
    project, places = tmp_path / "project", tmp_path / "places"
    for folder in (project, places):
        folder.mkdir()
    for name in ("conf", "data"):
        (project / name).symlink_to(finished_run / name)
    shutil.copytree(ROOT / "src", project / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", project)
    variables = {**os.environ, "PYTHONPATH": str(project / "src"), "TMPDIR": str(places)}
    port = free_port()
    command = [sys.executable, "-m", "kedro", "demo", "--env=sample", f"--port={port}"]
    with started(command, cwd=project, env=variables) as process:
        address = f"http://127.0.0.1:{port}"
        lines = []
        with killed_after(process, SECONDS_UNTIL_STUCK):
            while not "".join(lines[-1:]).startswith("CNN to try") and (line := process.stdout.readline()):
                lines.append(line)
        assert lines[-1] == f"CNN to try: {address} (Ctrl+C ends it)\n", "".join(lines)
        yield process, address, places


def holding(page, picture):
    """What a browser hands over when a picture is dropped, or pasted: a ``DataTransfer``."""
    content = base64.b64encode(picture.read_bytes()).decode()
    return page.evaluate_handle(
        """([content, name]) => {
            const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
            const held = new DataTransfer();
            held.items.add(new File([bytes], name, {type: "image/png"}));
            return held;
        }""",
        [content, picture.name],
    )


def best_class(finished_run, picture, class_names):
    model = fashion_nets.load_network(finished_run / "data/sample/06_models/cnn/model.keras")
    prepared = prepare(read_colours(picture), (28, 28))
    return class_names[class_probabilities(model, prepared.image[np.newaxis])[0].argmax()]


def test_a_picture_gets_its_class_and_a_broken_one_its_words_chosen_dropped_or_pasted(
    server, browser, finished_run, pictures, class_names
):
    process, address, places = server
    whole, broken = pictures
    with open_page(browser, address) as sight:
        page = sight.page
        choose = page.locator("#picture input[type=file]")
        choose.set_input_files(whole)
        page.wait_for_selector("#neighbours figure")
        best = best_class(finished_run, whole, class_names)
        assert page.inner_text("#classes h2") == best
        assert page.locator("#views figure").count() == 3
        assert page.locator("#neighbours figure").count() == 8
        assert f"What speaks for {best}" in page.inner_text("#views")
        assert "It is darker than its background" in page.inner_text("#said")
        assert "kedro run --env=sample --pipelines=variational_autoencoder" in page.inner_text("body")
        page.get_by_role("button", name="Random test image").click()
        page.wait_for_function("document.querySelector('#said').innerText.startsWith('Test image')")
        choose.set_input_files(broken)
        page.wait_for_selector("#said [role=alert]")
        assert page.inner_text("#said").startswith("broken.png cannot be read as an image: ")
        page.wait_for_selector("#views figure", state="detached")
        page.dispatch_event(
            "#picture button.upload-container", "drop", {"dataTransfer": holding(page, whole)}
        )
        page.wait_for_selector("#views figure")
        assert page.inner_text("#classes h2") == best
        page.evaluate(
            "held => document.dispatchEvent(new ClipboardEvent('paste', {clipboardData: held}))",
            holding(page, broken),
        )
        page.wait_for_selector("#said [role=alert]")  # it takes the place of the one before
        page.wait_for_selector("#views figure", state="detached")
        assert (sight.errors, sight.asked_for) == ([], [])
        assert members(process.pid) == [process.pid]
        ends_without_leaving_any(process)  # while the page is open
    assert process.returncode == 128 + signal.SIGTERM
    assert list(places.iterdir()) == []
