import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from tests.data.idx_content import encode_idx
from tests.parameters import read_params

from fashion_nets.data.idx import idx_digest, write_idx
from fashion_nets.data.image_set import RawImageSet
from fashion_nets.data.source_params import DataIngestionParams

FILE_NAMES = RawImageSet("train-images", "train-labels", "test-images", "test-labels")
CLASS_NAMES = ["circle", "square", "star"]


@pytest.fixture
def raw():
    """Six training and three test images of 2 x 4 pixels in three classes; every pixel is different."""
    levels = np.arange(72, dtype=np.uint8).reshape(9, 2, 4)
    return RawImageSet(
        levels[:6],
        np.array([2, 0, 1, 1, 0, 2], dtype=np.uint8),
        levels[6:],
        np.array([0, 1, 2], dtype=np.uint8),
    )


@pytest.fixture
def store():
    """Write the files of an image set into a folder, compressed unless asked otherwise."""

    def store_files(folder, raw, suffix=".gz"):
        for name, array in zip(FILE_NAMES, raw, strict=True):
            write_idx(folder / f"{name}{suffix}", array)
        return folder

    return store_files


@pytest.fixture
def make_parameters(tmp_path, raw, monkeypatch):
    """Parameters that find nothing until a test says where.

    ``verified`` gives them the checksums of ``published``, which is ``raw`` unless a test says otherwise.
    """
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.delenv("TEST_IMAGES", raising=False)

    def build(verified=True, published=raw, addresses=(), attempts=1, backoff=0, **changes):
        files = {
            part: {"name": name, "sha256": idx_digest(array) if verified else None}
            for part, name, array in zip(RawImageSet._fields, FILE_NAMES, published, strict=True)
        }
        places = {
            "raw_folder": tmp_path / "raw",
            "source_variable": "TEST_IMAGES",
            "system_folder": tmp_path / "system",
            "keras_cache": "shapes",
        }
        download = {
            "enabled": bool(addresses),
            "addresses": addresses,
            "timeout": 5,
            "attempts": attempts,
            "backoff": backoff,
        }
        return read_params(
            DataIngestionParams,
            name="Shapes",
            files=files,
            class_names=CLASS_NAMES,
            download=download,
            ways_out=["draw them yourself"],
            **places | changes,
        )

    return build


class WebFolder:
    """A folder on a web server of this machine.

    Attributes:
        address: Its address.
        files: Its files: content by name.
        cut: How many bytes each of the next transfers lacks, one entry a transfer.
        statuses: What the next requests are refused with, whatever they ask for.
        requests: The names asked for, in order.
    """

    def __init__(self, port):
        self.address = f"http://127.0.0.1:{port}/shapes/"
        self.files = {}
        self.cut = []
        self.statuses = []
        self.requests = []

    def hold(self, raw):
        """Offer the files of an image set, not compressed."""
        self.files = {name: encode_idx(array) for name, array in zip(FILE_NAMES, raw, strict=True)}


@pytest.fixture
def web_folder(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            name = self.path.removeprefix("/shapes/")
            folder.requests.append(name)
            if folder.statuses or name not in folder.files:
                self.send_error(folder.statuses.pop(0) if folder.statuses else 404)
                return
            content = folder.files[name]
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: len(content) - (folder.cut.pop(0) if folder.cut else 0)])

        def log_message(self, *args):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        folder = WebFolder(server.server_port)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield folder
        server.shutdown()
        thread.join()


@pytest.fixture
def closed_address(monkeypatch):
    """An address at which nothing answers."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    return f"http://127.0.0.1:{port}/"
