"""The connection to a Ray cluster, or to a Ray that is started on this machine alone."""

import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import fashion_nets
from fashion_nets.errors import UserError, first_line
from fashion_nets.provenance.machine import count_free_cores

ON_THIS_MACHINE = "auto"
"""The address that starts Ray on this machine."""
SECONDS_TO_ANSWER = 5.0
"""Within which a cluster has to answer."""
SETTINGS = b"\x04"
"""The kind of the first frame that either side of HTTP/2 sends, by which Ray is spoken to."""
GREETING = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + SETTINGS + bytes(5)
SMALLEST_STORE = 128 * 2**20
"""Bytes for objects of a Ray that is started here, beside the sets; Ray asks for 75 MB."""


def check_ray_installed() -> None:
    """Refuse to begin without Ray, which is an extra.

    Raises:
        UserError: Says how to install it.
    """
    if find_spec("ray") is None:
        raise UserError("trials.ray needs Ray, which is not installed. Run first: tools/setup.sh ray")


def connect(address: str, set_bytes: int) -> None:
    """Connect this process to a cluster; one that it is connected to already is taken.

    Args:
        address: ``host:port`` of its head, or ``auto``, which starts Ray on this machine, for it alone.
        set_bytes: What the sets take in the store for objects.

    Raises:
        UserError: If Ray is not installed, or does not answer or start.
    """
    check_ray_installed()
    is_here = address == ON_THIS_MACHINE
    if not is_here:
        check_address(address)
    else:
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # else Ray listens at all addresses
        if "RAY_AUTH_MODE" not in os.environ:  # Ray would leave a token in the home of whoever runs this
            os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    with _own_handler():
        import ray

        logging.getLogger("ray").setLevel(logging.ERROR)  # it tells of itself, of which nobody has asked
        if ray.is_initialized():
            return
        options = _here(set_bytes) if is_here else {"address": address, "runtime_env": _own_code()}
        try:
            ray.init(**options, log_to_driver=False, configure_logging=False)
        except Exception as error:  # Ray raises all kinds, plain exceptions among them
            what = "does not start on this machine" if is_here else f"at {address} does not serve"
            raise UserError(f"trials.ray: Ray {what}: {first_line(error)}.") from error


def disconnect() -> None:
    """Leave the cluster; end a Ray that was started here."""
    import ray

    ray.shutdown()


def _here(set_bytes: int) -> dict[str, Any]:
    """What a Ray is started with for this machine alone: nobody else reaches it."""
    return {
        "address": "local",
        "_node_ip_address": "127.0.0.1",
        "include_dashboard": False,
        "num_cpus": count_free_cores(),
        "object_store_memory": SMALLEST_STORE + 2 * set_bytes,
    }


def _own_code() -> dict[str, Any]:
    """This package, for machines that have none, or another version."""
    package = str(Path(fashion_nets.__file__).parent)
    return {"py_modules": [package], "excludes": ["**/__pycache__"]}


def check_address(address: str) -> None:
    """Make sure that somebody answers there, as Ray itself tries for a minute.

    Where Ray is told to use TLS, by ``RAY_USE_TLS``, whoever listens there will do.

    Raises:
        UserError: If nobody does.
    """
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), SECONDS_TO_ANSWER) as connection:
            if os.environ.get("RAY_USE_TLS", "").lower() in ("1", "true"):
                return  # it answers no greeting that is not encrypted
            connection.sendall(GREETING)
            answer = connection.recv(len(GREETING))
            if answer[3:4] != SETTINGS:
                raise ConnectionError("what listens there is something else")
    except (OSError, UnicodeError) as error:
        reason = "no machine has such a name" if isinstance(error, UnicodeError) else error.strerror or error
        raise UserError(
            f"trials.ray: no Ray cluster answers at {address} ({reason}). Start one with "
            "'ray start --head', or let this machine train alone with trials.ray=null."
        ) from error


@contextmanager
def _own_handler() -> Iterator[None]:
    """Keep what SIGTERM does, for which Ray brings a handler of its own."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
