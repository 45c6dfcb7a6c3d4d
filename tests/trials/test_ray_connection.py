"""What is refused before Ray is started, or asked for anything."""

import socket
import threading

import pytest
from pydantic import ValidationError
from tests.trials.rays import needs_ray

from fashion_nets.errors import UserError
from fashion_nets.parameters import ParametersError
from fashion_nets.trials import ray_connection
from fashion_nets.trials.parameters import TrialsParams
from fashion_nets.trials.ray_connection import check_address, connect


def params(address):
    return TrialsParams(workers="auto", threads=1, ray=address)


@pytest.mark.parametrize("address", [None, "auto", "10.0.0.5:6379", "node-3.cluster_a:65535"])
def test_an_address_has_a_port(address):
    assert params(address).ray == address


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.5",
        "ray://10.0.0.5:10001",
        "",
        "Auto",
        ":6379",
        "10.0.0.5:0",
        "10.0.0.5:65536",
        f"10.0.0.5:{'9' * 30}",
    ],
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(
        (ParametersError, ValidationError), match=r"expected auto, or an address such as 10\.0\.0\.5"
    ):
        params(address)


@needs_ray
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (None, "Connection refused"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "what listens there is something else"),
        (b"", "timed out"),
    ],
    ids=["nobody", "another server", "silence"],
)
def test_an_address_where_no_ray_answers_is_refused_within_seconds(answer, reason, monkeypatch):
    monkeypatch.setattr(ray_connection, "SECONDS_TO_ANSWER", 0.5)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{server.getsockname()[1]}"
        if answer is not None:
            server.listen()
            threading.Thread(target=answer_once, args=(server, answer), daemon=True).start()
        with pytest.raises(UserError, match=f"^trials.ray: no Ray cluster answers at {address} .{reason}"):
            connect(address, 0)


@needs_ray
def test_a_name_that_no_machine_can_have_is_refused():
    with pytest.raises(UserError, match="answers at 10..0.5:6379 .no machine has such a name"):
        connect(params("10..0.5:6379").ray, 0)


@pytest.mark.parametrize("value", ["1", "True"])
def test_a_cluster_with_tls_is_not_greeted_in_the_open(monkeypatch, value):
    monkeypatch.setenv("RAY_USE_TLS", value)
    alert = bytes([21, 3, 3, 0, 2, 2, 10])  # of TLS: an unexpected message
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        thread = threading.Thread(target=answer_once, args=(server, alert), daemon=True)
        thread.start()
        check_address(f"127.0.0.1:{server.getsockname()[1]}")
        thread.join(10)


def answer_once(server, answer):
    connection, _ = server.accept()
    with connection:
        connection.sendall(answer)
        connection.recv(1000)  # the greeting
        connection.recv(1000)  # until the other side has gone


def test_without_ray_a_line_says_how_to_install_it(monkeypatch):
    monkeypatch.setattr(ray_connection, "find_spec", lambda name: None)
    with pytest.raises(UserError, match="Ray, which is not installed. Run first: tools/setup.sh ray$"):
        connect("auto", 0)
