import re
import time
from pathlib import Path

import pytest

from bench.measurement import EpochClock, measurement

STATUS = Path("/proc/self/status")


def test_the_clock_notes_how_long_each_epoch_took():
    clock = EpochClock()
    time.sleep(0.05)
    clock.epoch_ends()
    time.sleep(0.15)
    clock.epoch_ends(1, {"loss": 0.5})
    first, second = clock.seconds
    assert 0.05 <= first < second
    assert second >= 0.15


def test_a_measurement_has_times_memory_and_losses():
    clock = EpochClock()
    clock.seconds = [2.0, 1.0]
    measured = measurement(clock, 0.5, 0.25)
    assert measured["epoch_seconds"] == [2.0, 1.0]
    assert (measured["loss"], measured["validation_loss"]) == (0.5, 0.25)
    assert measured["peak_mb"] > 50  # Python with NumPy and pandas


@pytest.mark.skipif(not STATUS.exists(), reason="Linux alone tells the peak in a file")
def test_the_peak_is_that_of_this_process_in_units_of_1024_kb():
    written = re.search(r"VmHWM:\s+(\d+) kB", STATUS.read_text())
    assert measurement(EpochClock(), 0, 0)["peak_mb"] == pytest.approx(int(written[1]) / 1024, abs=5)
