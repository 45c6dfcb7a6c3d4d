"""The page as Gradio lays it out, and the server that shows it on this machine alone."""

import os
import signal
import socket
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from fashion_nets.demo.markup import figure, how_to_get, note, problem, strip
from fashion_nets.demo.opening import Shown
from fashion_nets.demo.panels import Generator, Memory, read_photograph
from fashion_nets.errors import UserError
from fashion_nets.temporary import TemporaryFolder

HOST = "127.0.0.1"
LARGEST_UPLOAD = "20mb"
SLIDER_END = 3.0
"""Standard deviations of the distribution that a variational autoencoder holds its codings near."""
SECONDS_TO_END = 2
"""What a browser that is still connected is given when the server ends."""
FONTS, MONOSPACED = ("system-ui", "sans-serif"), ("ui-monospace", "monospace")
"""Those of the machine: the bold ones that come with Gradio lack letters."""
STYLE, PASTE = (Path(__file__).with_name(name) for name in ("style.css", "paste.js"))

Answer = tuple[str, dict[str, float] | None, str, str]
"""What is said, the probabilities by class, and the two rows of pictures."""


def listen(port: int) -> socket.socket:
    """Take a port of this machine, which nobody else can reach.

    Raises:
        UserError: If it is taken, or is none.
    """
    try:
        return socket.create_server((HOST, port))
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or "a port is a number from 0 to 65535"
        raise UserError(
            f"Nothing can listen at port {port} of {HOST}: {reason}. Choose another one by --port, as in "
            "make demo PORT=7861."
        ) from error


def check_installed() -> None:
    """Refuse to begin without Gradio, which is an extra, before networks are loaded.

    Raises:
        UserError: If it is not installed.
    """
    if find_spec("gradio") is None:
        raise UserError(
            "The page is made with Gradio, which is not installed. Run first: tools/setup.sh demo"
        )


def import_gradio() -> Any:
    """Import Gradio so that it asks the net for nothing."""
    os.environ.update(GRADIO_ANALYTICS_ENABLED="False", HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1")
    import gradio

    return gradio


def serve(shown: Shown, listening: socket.socket) -> None:
    """Show the page until Ctrl+C or SIGTERM; pictures that were sent are gone afterwards."""
    import uvicorn
    from fastapi import FastAPI

    address = "http://{}:{}".format(*listening.getsockname())

    class Server(uvicorn.Server):
        async def startup(self, *given: Any, **named: Any) -> None:
            await super().startup(*given, **named)
            print(  # noqa: T201  # a person waits for it
                f"{shown.classifier.name} to try: {address} (Ctrl+C ends it)", flush=True
            )

    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    with TemporaryFolder() as uploads:
        os.environ["GRADIO_TEMP_DIR"] = str(uploads)  # which Gradio reads as it is imported
        app = mount(FastAPI(openapi_url=None), lay_out(shown))
        config = uvicorn.Config(
            app, log_level="critical", timeout_graceful_shutdown=SECONDS_TO_END, ws="none"
        )
        Server(config).run(sockets=[listening])


def mount(app: Any, page: Any) -> Any:
    """Let an application of FastAPI show a page at its root."""
    gradio = import_gradio()
    return gradio.mount_gradio_app(
        app,
        page,
        path="/",
        server_name=HOST,
        footer_links=[],
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        max_file_size=LARGEST_UPLOAD,
        theme=gradio.themes.Default(font=FONTS, font_mono=MONOSPACED),
        css=STYLE.read_text(encoding="utf-8"),
        head=f"<script>{PASTE.read_text(encoding='utf-8')}</script>",
    )


def lay_out(shown: Shown) -> Any:
    """Make the page, a ``gradio.Blocks``."""
    gradio = import_gradio()
    with gradio.Blocks(title="fashion-nets: try a network", analytics_enabled=False) as page:
        gradio.HTML(_introduction(shown))
        with gradio.Row():
            with gradio.Column(scale=2, min_width=280):
                picture = gradio.Image(
                    sources=["upload"],  # its button for the clipboard gets no picture; paste.js takes Ctrl+V
                    image_mode=None,
                    type="filepath",
                    label="Picture",
                    buttons=["fullscreen"],
                    height=300,
                    elem_id="picture",
                )
                picture.preprocess = _path_of  # a derived class would make Gradio write a file beside it
                at_random = gradio.Button("Random test image", variant="primary")
                said = gradio.HTML(elem_id="said")
            with gradio.Column(scale=2, min_width=280):
                label = gradio.Label(
                    label=f"What the {shown.classifier.name} takes it for", elem_id="classes"
                )
        views = gradio.HTML(elem_id="views")
        neighbours = gradio.HTML(elem_id="neighbours")
        outputs = [said, label, views, neighbours]
        picture.input(
            lambda path: answer_picture(shown, path),
            picture,
            outputs,
            show_progress="minimal",
            api_name=False,
        )
        at_random.click(
            lambda: (None, *answer_random(shown)),
            None,
            [picture, *outputs],
            show_progress="minimal",
            api_name=False,
        )
        _lay_out_generator(gradio, shown.generator)
    return page


def _path_of(sent: Any) -> str | None:
    """The file as it was sent, for this project to read, and to say what is wrong with it."""
    return None if sent is None else sent.path


def _introduction(shown: Shown) -> str:
    return (
        f"<h1>fashion-nets: try the {shown.classifier.name}</h1>"
        "<p>Choose, drop or paste a picture of one garment before a plain background, or take a test image. "
        "All is computed on this machine, and nothing leaves it.</p>"
    )


def answer_picture(shown: Shown, path: str | None) -> Answer:
    """Look at a picture of a person's own; nothing if there is none any more."""
    if path is None:
        return "", None, "", ""
    try:
        prepared = read_photograph(Path(path), shown.classifier.image_shape, shown.is_sharpened)
    except UserError as error:
        return problem(str(error)), None, "", ""
    how = (
        "It is darker than its background, so that it was negated: "
        if prepared.is_negated
        else "It is lighter than its background, so that it was not negated: "
    )
    return note(f"{how}the network knows garments as light on black."), *_look(shown, prepared.image)


def answer_random(shown: Shown, seed: int | None = None) -> Answer:
    """Look at one of the test images, which is taken as it is."""
    index = int(np.random.default_rng(seed).integers(len(shown.test_set.labels)))
    image, label = shown.test_set.images[index], shown.test_set.labels[index]
    return (
        note(f"Test image {index:,}, {shown.classifier.class_names[label]}. It is taken as it is."),
        *_look(shown, image),
    )


def _look(shown: Shown, image: np.ndarray) -> tuple[dict[str, float], str, str]:
    """The probabilities, and the two rows of pictures."""
    classifier, memory = shown.classifier, shown.memory
    probabilities = classifier.probabilities(image)
    best = max(probabilities, key=lambda name: probabilities[name])
    views = [figure(image, "As the network sees it", "drawn as ink on paper")]
    if classifier.is_convolutional:
        views.append(
            figure(classifier.heat(image, best), f"What speaks for {best}", "Grad-CAM, the redder the more")
        )
    if isinstance(memory, Memory):
        views.append(figure(memory.reconstruct(image), "Reconstruction", f"by the {memory.name}"))
    missing = (
        ""
        if classifier.is_convolutional
        else note(f"Grad-CAM needs convolutions, which the {classifier.name} does not have.")
    )
    return probabilities, strip(views) + missing, _neighbours(memory, image)


def _neighbours(memory: Memory | str, image: np.ndarray) -> str:
    if isinstance(memory, str):
        return how_to_get("The nearest training images and the reconstruction need an autoencoder:", memory)
    found = strip(
        figure(each.image, each.class_name, f"distance {each.distance:.3g}") for each in memory.nearest(image)
    )
    return f"<h2>The nearest training images, by the codings of the {memory.name}</h2>{found}"


def _lay_out_generator(gradio: Any, generator: Generator | str) -> None:
    """Sliders that make garments, or how to get them."""
    gradio.HTML("<h2>Make a garment</h2>")
    if isinstance(generator, str):
        gradio.HTML(how_to_get("Sliders make garments once there is a variational autoencoder:", generator))
        return
    n_codings = len(generator.shown)
    first = draw_values(n_codings, seed=0)
    with gradio.Row():
        with gradio.Column(scale=1, min_width=200):
            made = gradio.HTML(_garment(generator, first), elem_id="garment")
        with gradio.Column(scale=3, min_width=280):
            sliders = [
                gradio.Slider(
                    -SLIDER_END, SLIDER_END, value=value, step=0.1, label=f"coding {index + 1}", buttons=[]
                )
                for index, value in zip(generator.shown, first, strict=True)
            ]
            with gradio.Row():
                draw = gradio.Button("Draw at random")
                reset = gradio.Button("All to 0")
    gradio.on(
        [slider.change for slider in sliders],
        lambda *values: _garment(generator, values),
        sliders,
        made,
        show_progress="hidden",
        trigger_mode="always_last",
        api_name=False,
    )
    draw.click(lambda: draw_values(n_codings), None, sliders, show_progress="hidden", api_name=False)
    reset.click(lambda: [0] * n_codings, None, sliders, show_progress="hidden", api_name=False)


def _garment(generator: Generator, values: Sequence[float]) -> str:
    return strip([figure(generator.make(list(values)), "A garment", f"by the {generator.name}")])


def draw_values(n_codings: int, seed: int | None = None) -> list[float]:
    """Values of the standard normal distribution, rounded and cut as the sliders are."""
    drawn = np.random.default_rng(seed).standard_normal(n_codings)
    return drawn.clip(-SLIDER_END, SLIDER_END).round(1).tolist()
