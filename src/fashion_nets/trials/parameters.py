"""Where and with what trials are trained, whatever they are."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt

from fashion_nets.parameters import Parameters
from fashion_nets.provenance.machine import MAX_THREADS

MAX_WORKERS = 1024  # more than any processor has cores
MAX_PORT = 65535


def _check_address(address: str) -> str:
    if address == "auto":
        return address
    found = re.fullmatch(r"[\w.-]+:([0-9]{1,5})", address)
    if found is None or not 1 <= int(found[1]) <= MAX_PORT:
        raise ValueError(
            f"expected auto, or an address such as 10.0.0.5:6379 with a port up to {MAX_PORT}, "
            f"got {address!r}"
        )
    return address


def _check_workers(value: Any) -> Any:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if value != "auto" and not (is_number and 1 <= value <= MAX_WORKERS):
        raise ValueError(f"should be 'auto' or a whole number from 1 to {MAX_WORKERS:,}, got {value!r}")
    return value


class TrialsParams(Parameters):
    """How the trials of a comparison are run.

    Attributes:
        workers: How many are trained at the same time, each in a process of its own; ``auto``: as many as
            there are cores, free memory and trials for. No result depends on it.
        threads: How many an operation of TensorFlow may use in each of them; results depend on it.
        ray: None for processes of this machine; ``auto`` for a Ray that is started on it; ``host:port`` of
            the head of a Ray cluster, to which this machine belongs. No result depends on it.
    """

    workers: Annotated[int | Literal["auto"], BeforeValidator(_check_workers)]
    threads: Annotated[StrictInt, Field(gt=0, le=MAX_THREADS)]
    ray: Annotated[str, AfterValidator(_check_address)] | None
