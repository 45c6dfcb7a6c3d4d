"""Measurements in processes of their own, so that none finds memory or code warmed up by another."""

import json
import re
import subprocess
import sys
from typing import Any, Literal, NoReturn

from bench.places import ROOT

Outcome = Literal["cannot compile", "out of memory", "out of time", "failed"]
"""Why a process gave nothing."""
STATUS: dict[Outcome, int] = {"failed": 1, "cannot compile": 3, "out of memory": 4}
"""What a process ends with that says so itself; 2 is that of a wrong command line."""
OUT_OF_MEMORY = re.compile("out.of.memory|resource_?exhausted|MemoryError", re.IGNORECASE)
"""What errors of TensorFlow, XLA, CUDA or NumPy have in their name or their words."""


class NothingGivenError(SystemExit):
    """A process gave nothing, which ends the benchmark unless it goes on with others.

    Attributes:
        outcome: Why.
    """

    def __init__(self, message: str, outcome: Outcome) -> None:
        super().__init__(message)
        self.outcome = outcome


def outcome_of(error: BaseException | None) -> Outcome:
    """Why a process gives nothing, as far as an error tells; without one that is not known."""
    told = f"{type(error).__name__}: {error}"
    return "out of memory" if OUT_OF_MEMORY.search(told) else "failed"


def give_nothing(reason: str, outcome: Outcome) -> NoReturn:
    """End this process so that :func:`run_module` knows why; the reason comes last on standard error."""
    print(reason, file=sys.stderr)
    raise SystemExit(STATUS[outcome])


def run_module(module: str, *arguments: str, seconds: float | None = None) -> dict[str, Any]:
    """Run a module whose last line of output is JSON, and read that.

    Args:
        module: Its name.
        arguments: Of its command line.
        seconds: How long it may take; None for any time.

    Raises:
        NothingGivenError: If it fails, with what it wrote to standard error, or takes longer.
    """
    command = [sys.executable, "-m", module, *arguments]
    try:
        finished = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds
        )
    except subprocess.TimeoutExpired as error:
        message = f"{' '.join(command)} failed:\nit takes longer than {seconds:g} s"
        raise NothingGivenError(message, "out of time") from error
    if finished.returncode:
        ended = "" if finished.returncode > 0 else f"\nended by signal {-finished.returncode}"
        message = f"{' '.join(command)} failed:\n{finished.stderr}{ended}"
        by_status = {status: outcome for outcome, status in STATUS.items()}
        raise NothingGivenError(message, by_status.get(finished.returncode, "failed"))
    return json.loads(finished.stdout.splitlines()[-1])
