import time

from bench.measurement import EpochClock, measurement


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
