"""The connection to a Ray cluster, or to a Ray that is started on this machine alone."""

import logging
import os
import re
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
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


def connect(address: str, set_bytes: int) -> bool:
    """Connect this process to a cluster, unless it is connected to that already.

    A process has one connection at a time. Several threads may share one of this module; it ends when each of
    them has called :func:`disconnect`.

    Args:
        address: ``host:port`` of its head, or ``auto``, which starts Ray on this machine, for it alone.
        set_bytes: What the sets take in the store for objects.

    Returns:
        Whether :func:`disconnect` is to be called; a connection that somebody else has made is theirs.

    Raises:
        UserError: If Ray is not installed, does not answer or start, or this process is connected elsewhere.
    """
    check_ray_installed()
    with _lock:
        if _is_connected():
            _check_connected_to(address)
            _held.n_users += bool(_held.n_users)
            return _held.n_users > 0
        is_here = address == ON_THIS_MACHINE
        if not is_here:
            check_address(address)
        variables = _variables(is_here)
        _held.before = {name: os.environ.get(name) for name in variables}
        options = _here(set_bytes) if is_here else {"address": address, "runtime_env": _own_code()}
        try:
            os.environ |= variables
            import ray

            let_read_variables()
            logging.getLogger("ray").setLevel(logging.ERROR)  # it tells of itself, of which nobody has asked
            with _own_handler():
                ray.init(**options, log_to_driver=False, configure_logging=False)
        except BaseException as error:  # Ctrl+C, too
            _leave()
            if not isinstance(error, Exception):
                raise
            what = "does not start on this machine" if is_here else f"at {address} does not serve"
            raise UserError(f"trials.ray: Ray {what}: {reason_of(error)}.") from error
        _held.address, _held.n_users = address, 1
        return True


def disconnect() -> None:
    """Leave the cluster, or end a Ray that was started here, once nobody uses it any more."""
    with _lock:
        _held.n_users -= 1
        if _held.n_users == 0:
            _leave()


@dataclass
class _Held:
    """The connection that this module has made.

    Attributes:
        address: As it was asked for.
        n_users: How many have not left it yet.
        before: The variables that were changed for it, as they were.
    """

    address: str = ""
    n_users: int = 0
    before: dict[str, str | None] = field(default_factory=dict)


_held = _Held()
_lock = threading.Lock()


def _leave() -> None:
    import ray

    ray.shutdown()
    for name, value in _held.before.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    let_read_variables()
    _held.before = {}


def let_read_variables() -> None:
    """Let Ray read its variables again, which else it does once, as it is imported."""
    from ray._private import ray_constants

    raylet: Any = import_module("ray._raylet")  # is compiled, and without hints
    ray_constants.ENABLE_RAY_CLUSTER = ray_constants.env_bool(
        ray_constants.ENABLE_RAY_CLUSTERS_ENV_VAR, sys.platform not in ("win32", "darwin")
    )
    raylet.Config.initialize("")
    raylet.AuthenticationTokenLoader.instance().reset_cache()


def _is_connected() -> bool:
    if "ray" not in sys.modules:
        return False
    import ray

    return bool(ray.is_initialized())


def _check_connected_to(address: str) -> None:
    """Refuse another cluster than the one that this process is connected to.

    Raises:
        UserError: Says which one that is.
    """
    import ray

    connected = ray.get_runtime_context().gcs_address
    if address in (connected, _held.address if _held.n_users else None):
        return
    machines = {node["NodeManagerHostname"] for node in ray.nodes() if node["Alive"]}
    if address == ON_THIS_MACHINE and machines == {socket.gethostname()}:
        return
    raise UserError(
        f"trials.ray: this process is connected to Ray at {connected} already, so it cannot use {address}. "
        f"Say trials.ray={connected}, or leave it first with ray.shutdown()."
    )


def reason_of(error: Exception) -> str:
    """What an error of Ray says, as a part of a sentence; of other versions there, both."""
    versions = re.findall(r"(Ray|Python): (\S+)", str(error))
    if "Version mismatch" in str(error) and len(versions) == 4:
        there, here = (" and ".join(map(" ".join, part)) for part in (versions[:2], versions[2:]))
        return f"it was started with {there}, and this process has {here}, which have to be the same"
    return first_line(error)


def _variables(is_here: bool) -> dict[str, str]:
    """The variables that Ray is to find, beside those that there are."""
    variables = {}
    if "RAY_USAGE_STATS_ENABLED" not in os.environ:
        variables["RAY_USAGE_STATS_ENABLED"] = "0"
    if is_here:
        variables["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"  # else Ray listens at all addresses
        if "RAY_AUTH_MODE" not in os.environ:  # Ray would leave a token in the home of whoever runs this
            variables |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    return variables


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
