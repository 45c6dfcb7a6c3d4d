import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import numpy as np
import pytest

from bench.serving import measure, row


@pytest.fixture
def server():
    """Answers as a served network does, and keeps what it was asked."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            too_many = len(asked[-1]["inputs"]) > 5
            words = b'{"predictions": []}'
            self.send_response(400 if too_many else 200)
            self.send_header("Content-Length", str(len(words)))
            self.end_headers()
            self.wfile.write(words)

        def log_message(self, *_):
            pass

    listening = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=listening.serve_forever, daemon=True).start()
    yield listening.server_port, asked
    listening.shutdown()
    listening.server_close()


def test_the_first_request_does_not_count(server):
    port, asked = server
    images = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
    took = measure(port, images, 0)
    assert len(took) == 1 == len(asked) - 1
    assert 0 < took[0] < 60
    assert asked[0] == {"inputs": images.tolist()}


def test_a_refused_request_ends_the_measurement(server):
    with pytest.raises(RuntimeError, match="6 images: status 400"):
        measure(server[0], np.zeros((6, 28, 28), np.uint8), 0)


def test_a_row_has_median_and_rates_worked_out_by_hand():
    assert row(1_000, [0.2, 0.2, 0.6]) == "| 1,000 | 200.0 | 560.0 | 3.0 | 3,000 |"
