"""Measurements in processes of their own, so that none finds memory or code warmed up by another."""

import json
import subprocess
import sys
from typing import Any

from bench.places import ROOT


def run_module(module: str, *arguments: str) -> dict[str, Any]:
    """Run a module whose last line of output is JSON, and read that.

    Raises:
        SystemExit: If it fails, with what it wrote to standard error.
    """
    command = [sys.executable, "-m", module, *arguments]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if finished.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{finished.stderr}")
    return json.loads(finished.stdout.splitlines()[-1])
