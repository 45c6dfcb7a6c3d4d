import gc
import weakref
from itertools import islice

import numpy as np
import pytest
import tensorflow as tf

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.data.order import epoch_order
from fashion_nets.training import samples
from fashion_nets.training.samples import HeldSamples, StreamedSamples, hold_or_stream

GREY_LEVELS = np.arange(256, dtype="uint8").reshape(64, 4)
INTENSITIES = scale_pixels(GREY_LEVELS)
N_SAMPLES = 64
NUMBERS = np.arange(N_SAMPLES, dtype="uint8")


def epoch_of(chosen):
    """All rows of an epoch, in order: inputs and targets as the loop sees them."""
    batches = []
    n_blocks = -(-N_SAMPLES // (chosen.batch_size * chosen.steps_per_block))
    for element in islice(chosen.blocks(), n_blocks):
        block = chosen.block(element)
        numbers = block.order[: block.n_samples]
        batches.append([part.numpy() for part in chosen.take(block.inputs, block.targets, numbers)])
    return [np.concatenate(part) for part in zip(*batches, strict=True)]


@pytest.fixture(params=["held", "streamed"])
def limit(request, monkeypatch):
    monkeypatch.setattr(samples, "MAX_HELD_BYTES", 2**20 if request.param == "held" else 0)
    return request.param


def test_an_epoch_has_each_sample_once_and_its_own_target(limit):
    chosen = hold_or_stream((GREY_LEVELS, NUMBERS), batch_size=6, steps_per_block=4, seed=1)
    assert isinstance(chosen, HeldSamples if limit == "held" else StreamedSamples)
    for epoch in (0, 1, 0):
        chosen.epoch = epoch
        inputs, targets = epoch_of(chosen)
        np.testing.assert_array_equal(targets, epoch_order(N_SAMPLES, seed=1, epoch=epoch))
        np.testing.assert_array_equal(inputs, INTENSITIES[targets])
        assert inputs.dtype == np.float32


@pytest.mark.usefixtures("limit")
@pytest.mark.parametrize("shuffled", [True, False])
def test_batches_have_the_order_of_the_epoch_or_their_own(shuffled):
    chosen = hold_or_stream((GREY_LEVELS, NUMBERS), batch_size=6, seed=1)
    chosen.epoch = 2
    batches = list(chosen.batches(shuffled).as_numpy_iterator())
    assert [len(targets) for _, targets in batches] == [6] * 10 + [4]
    inputs, targets = (np.concatenate(parts) for parts in zip(*batches, strict=True))
    expected = epoch_order(N_SAMPLES, seed=1, epoch=2) if shuffled else np.arange(N_SAMPLES)
    np.testing.assert_array_equal(targets, expected)
    np.testing.assert_array_equal(inputs, INTENSITIES[expected])


@pytest.mark.usefixtures("limit")
def test_inputs_that_are_the_targets_are_kept_once():
    chosen = hold_or_stream((GREY_LEVELS, GREY_LEVELS), batch_size=6, steps_per_block=4)
    block = chosen.block(next(iter(chosen.blocks())))
    assert block.inputs is block.targets
    inputs, targets = chosen.take(block.inputs, block.targets, block.order[:3])
    assert inputs is targets


def test_grey_levels_take_a_byte_until_they_are_scaled():
    chosen = hold_or_stream((GREY_LEVELS, NUMBERS), batch_size=64, steps_per_block=1)
    block = chosen.block(chosen.empty_element())
    assert block.inputs.dtype == tf.uint8
    take = tf.function(chosen.take, jit_compile=True)
    inputs, targets = take(block.inputs, block.targets, tf.range(64))
    np.testing.assert_array_equal(inputs, INTENSITIES)
    np.testing.assert_array_equal(targets, NUMBERS)


@pytest.mark.usefixtures("limit")
def test_floats_stay_as_they_are():
    images = np.linspace(-1, 2, 256, dtype="float32").reshape(64, 4)
    inputs, targets = epoch_of(hold_or_stream((images, NUMBERS), batch_size=6, steps_per_block=4))
    np.testing.assert_array_equal(inputs, images[targets])


def test_streamed_blocks_are_small(monkeypatch):
    monkeypatch.setattr(samples, "MAX_HELD_BYTES", 0)
    monkeypatch.setattr(samples, "MAX_BLOCK_BYTES", 59)  # a batch: 6 x (4 + 1) = 30 bytes
    assert hold_or_stream((GREY_LEVELS, NUMBERS), batch_size=6, steps_per_block=4).steps_per_block == 1
    monkeypatch.setattr(samples, "MAX_BLOCK_BYTES", 60)
    assert hold_or_stream((GREY_LEVELS, NUMBERS), batch_size=6, steps_per_block=4).steps_per_block == 2
    monkeypatch.setattr(samples, "MAX_BLOCK_BYTES", 10**6)
    assert hold_or_stream((GREY_LEVELS, NUMBERS), batch_size=6, steps_per_block=4).steps_per_block == 4


@pytest.mark.usefixtures("limit")
def test_a_part_of_a_memory_mapped_file_is_that_part(tmp_path, monkeypatch):
    monkeypatch.setattr(samples, "MIN_UNMAPPED_BYTES", 0)
    np.save(tmp_path / "images.npy", np.concatenate([GREY_LEVELS[::-1], GREY_LEVELS]))
    part = np.load(tmp_path / "images.npy", mmap_mode="r")[N_SAMPLES:]
    inputs, targets = epoch_of(hold_or_stream((part, NUMBERS), batch_size=6, steps_per_block=4))
    np.testing.assert_array_equal(inputs, INTENSITIES[targets])


@pytest.mark.usefixtures("limit")
def test_samples_go_when_the_training_is_over():
    chosen = hold_or_stream((GREY_LEVELS, NUMBERS), batch_size=6, steps_per_block=4, seed=1)
    epoch_of(chosen)
    alive = weakref.ref(chosen)
    del chosen
    gc.collect()
    assert alive() is None
