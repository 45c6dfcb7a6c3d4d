import json
import subprocess
import sys
import time

from tests.conftest import ROOT, killed_after

from fashion_nets.tracking.processes import is_dead, this_process

PROGRAM = """
from fashion_nets.tracking.processes import this_process
print(this_process(), flush=True)
input()
"""


def test_a_process_that_was_killed_is_dead():
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT / "src",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        with killed_after(process):
            described = process.stdout.readline()
        assert not is_dead(described)
        process.kill()
        deadline = time.monotonic() + 60
        while not is_dead(described):  # though nobody has asked yet how it ended
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert is_dead(described)


def test_who_runs_is_alive_and_others_are_not_known_to_be_dead():
    machine, pid, began = json.loads(this_process())
    assert not is_dead(this_process())
    assert is_dead(json.dumps([machine, pid, f"{began}0"]))  # the number was given to another one since
    for unknown in (json.dumps(["elsewhere", 1, "1"]), json.dumps([machine, pid, None]), "", "by hand", "7"):
        assert not is_dead(unknown)
