"""Where and with what trials are trained, whatever they are."""

from typing import Annotated, Literal

from pydantic import Field, StrictInt

from fashion_nets.parameters import Parameters
from fashion_nets.provenance.machine import MAX_THREADS

MAX_WORKERS = 1024  # more than any processor has cores


class TrialsParams(Parameters):
    """How the trials of a comparison are run.

    Attributes:
        workers: How many are trained at the same time, each in a process of its own; ``auto``: as many as
            there are cores, free memory and trials for. No result depends on it.
        threads: How many an operation of TensorFlow may use in each of them; results depend on it.
    """

    workers: Literal["auto"] | Annotated[StrictInt, Field(gt=0, le=MAX_WORKERS)]
    threads: Annotated[StrictInt, Field(gt=0, le=MAX_THREADS)]
