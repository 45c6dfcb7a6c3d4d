"""Measurements in processes of their own, so that none finds memory or code warmed up by another."""

import json
import subprocess
import sys
from typing import Any

from bench.places import ROOT


def run_module(module: str, *arguments: str, seconds: float | None = None) -> dict[str, Any]:
    """Run a module whose last line of output is JSON, and read that.

    Args:
        module: Its name.
        arguments: Of its command line.
        seconds: How long it may take; None for any time.

    Raises:
        SystemExit: If it fails, with what it wrote to standard error, or takes longer.
    """
    command = [sys.executable, "-m", module, *arguments]
    try:
        finished = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds
        )
    except subprocess.TimeoutExpired as error:
        raise SystemExit(f"{' '.join(command)} failed:\nit takes longer than {seconds:g} s") from error
    if finished.returncode:
        ended = "" if finished.returncode > 0 else f"\nended by signal {-finished.returncode}"
        raise SystemExit(f"{' '.join(command)} failed:\n{finished.stderr}{ended}")
    return json.loads(finished.stdout.splitlines()[-1])
