"""Trials by a Ray of this machine: nobody else reaches it, and nothing of it is left."""

import ipaddress
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from tests.conftest import ROOT, killed_after
from tests.trials.processes import all_gone, descendants_of
from tests.trials.rays import needs_ray
from tests.trials.small import slow_plan
from tests.trials.store import Store
from tests.trials.test_interrupted_parent import SCRIPT, holds, make_sets

from fashion_nets.provenance.machine import describe_machine
from fashion_nets.training.checkpoints import Checkpoints

LISTENING = "0A"


def addresses_of(processes):
    """The addresses at which these processes listen."""
    sockets = set()
    for process in processes:
        with suppress(OSError):  # it has ended
            sockets |= {str(file.readlink()) for file in Path(f"/proc/{process}/fd").iterdir()}
    lines = [
        line.split() for name in ("tcp", "tcp6") for line in Path("/proc/net", name).read_text().splitlines()
    ]
    return {
        read_address(local.partition(":")[0])
        for _, local, _, state, *_, inode in (line[:10] for line in lines[1:] if line[0] != "sl")
        if state == LISTENING and f"socket:[{inode}]" in sockets
    }


def read_address(written):
    """An address as Linux writes it: words of four bytes in this machine's order."""
    words = (bytes.fromhex(written[start : start + 8])[::-1] for start in range(0, len(written), 8))
    address = ipaddress.ip_address(b"".join(words))
    return str(getattr(address, "ipv4_mapped", None) or address)


@needs_ray
@pytest.mark.slow  # a program with a Ray of its own, and trainers that import TensorFlow
def test_a_ray_that_was_started_for_trials_ends_with_an_interrupted_parent(tmp_path):
    script, threads = tmp_path / "script.py", describe_machine()["threads"]
    script.write_text(SCRIPT.replace("workers=2", "workers=1").replace("ray=None", 'ray="auto"'))
    process = subprocess.Popen(
        [sys.executable, str(script), str(tmp_path), str(threads)],
        env={**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    with killed_after(process, 300):
        assert holds(lambda: any((tmp_path / "mine").rglob("*.json")))
        started = list(descendants_of(process.pid))
        assert addresses_of(started) == {"127.0.0.1"}
        process.send_signal(signal.SIGINT)
        process.wait()
    assert process.returncode != 0
    assert all_gone(started)
    store, plan = Store(tmp_path / "mine", make_sets()), slow_plan()
    stored = set(store.records.load())
    trained = store.train(plan, checkpoints=Checkpoints(tmp_path / "states"))
    assert sorted([*stored, *trained]) == sorted(trial.key for trial in plan.trials)  # each of them once
