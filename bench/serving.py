"""How long a served network takes to answer, and how many requests a second it takes, by number of images.

    python -m bench.serving --network cnn --env sample

One client sends one request after the other over one connection to ``make serve``, with real test images.
"""

import argparse
import http.client
import json
import socket
import subprocess
import sys
import time

import numpy as np
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project

from bench.places import ROOT

NUMBERS = (1, 10, 100, 1_000)
SECONDS = 10.0
"""How long each number of images is measured, after one request that does not count."""


def main() -> None:
    """Start the server, measure it, print a table and end it."""
    parser = argparse.ArgumentParser(prog="python -m bench.serving", description=__doc__.partition("\n")[0])
    parser.add_argument("--network", default="cnn")
    parser.add_argument("--env", default="base")
    given = parser.parse_args()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    images = stored_test_images(given.env)
    command = [sys.executable, "tools/serve.py", "--network", given.network, "--env", given.env]
    server = subprocess.Popen([*command, "--port", str(port)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        if not server.stdout.readline():  # it says so once it answers
            raise SystemExit(server.wait())
        print("| images | median, ms | 95 of 100 within, ms | requests a second | images a second |")
        print("|---|---|---|---|---|")
        for number in NUMBERS:
            print(row(number, measure(port, images[:number], SECONDS)), flush=True)
    finally:
        server.terminate()
        server.wait()


def stored_test_images(env: str) -> np.ndarray:
    """The stored test images."""
    bootstrap_project(ROOT)
    with KedroSession.create(ROOT, env=env) as session:
        return session.load_context().catalog.load("test_set").images


def measure(port: int, images: np.ndarray, seconds: float) -> list[float]:
    """The seconds that each answer takes, from the bytes of the request to those of the answer.

    Raises:
        RuntimeError: If the server refuses a request.
    """
    body = json.dumps({"inputs": images.tolist()}).encode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    took: list[float] = []
    end = time.perf_counter() + seconds
    while len(took) < 2 or time.perf_counter() < end:
        start = time.perf_counter()
        connection.request("POST", "/invocations", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        words = answer.read()
        took.append(time.perf_counter() - start)
        if answer.status != http.client.OK:
            raise RuntimeError(f"{len(images)} images: status {answer.status}, {words[:500]!r}")
    connection.close()
    return took[1:]


def row(number: int, took: list[float]) -> str:
    """A row of the table."""
    median, most = (1000 * np.quantile(took, share) for share in (0.5, 0.95))
    rate = len(took) / sum(took)
    return f"| {number:,} | {median:.1f} | {most:.1f} | {rate:.1f} | {rate * number:,.0f} |"


if __name__ == "__main__":
    main()
