"""What a training costs, known before it begins, and whether its memory is there."""

import math
from collections.abc import Iterator
from typing import Any, Literal

from fashion_nets.errors import UserError
from fashion_nets.formatting import MEGABYTE, format_bytes
from fashion_nets.inspection.costs import BatchMemory, count_multiplications, estimate_memory
from fashion_nets.networks.types import KerasModel
from fashion_nets.training.precision import Precision, resolve_precision

BYTES_PER_WEIGHT = 4


class MemoryNeededError(UserError):
    """A training needs more memory than there is."""


def training_costs(
    model: KerasModel, n_images: int, batch_size: int | Literal["full"], precision: Precision
) -> dict[str, Any]:
    """Sum up what it costs to train a network.

    Args:
        model: A built model, compiled where the optimizer is to be counted.
        n_images: Number of training images.
        batch_size: Training images per step; ``full`` takes all of them.
        precision: Number format of the arithmetic.

    Returns:
        ``parameters``; ``multiplications`` (of one image, forward); ``batch_size``, ``precision`` and what
        a batch is estimated to need, in MB: ``inputs_mb``, ``activations_mb``, ``weights_mb``,
        ``gradients_mb``, ``optimizer_mb``, their sum ``training_memory_mb``, and ``inference_memory_mb``
        (the activations that are needed at one time where nothing is trained); see
        :class:`fashion_nets.inspection.costs.BatchMemory`.
    """
    policy = resolve_precision(precision)
    images_per_step = limit_batch(batch_size, n_images)
    memory = estimate_memory(model, images_per_step, policy)
    uses = ("inputs", "activations", "weights", "gradients", "optimizer")
    return {
        "parameters": model.count_params(),
        "multiplications": count_multiplications(model),
        "batch_size": images_per_step,
        "precision": policy,
        **{f"{use}_mb": getattr(memory, use) / MEGABYTE for use in uses},
        "training_memory_mb": memory.training / MEGABYTE,
        "inference_memory_mb": memory.inference / MEGABYTE,
    }


def limit_batch(batch_size: int | Literal["full"], n_images: int) -> int:
    """The number of images in the largest batch of an epoch."""
    return n_images if batch_size == "full" else min(batch_size, n_images)


def count_updates(batch_size: int | Literal["full"], n_images: int) -> int:
    """Steps of the optimizer in an epoch."""
    return 1 if batch_size == "full" else math.ceil(n_images / batch_size)


def check_weights(model: KerasModel, free: int | None) -> None:
    """Refuse a network whose weights do not fit into memory, before they are made.

    Args:
        model: The network, or its :func:`fashion_nets.networks.outlines.outline`.
        free: Free memory in bytes, as by :func:`fashion_nets.training.memory.free_memory`; None lets
            everything pass.

    Raises:
        MemoryNeededError: Says how many weights there are, what they need and what is free.
    """
    n_weights = model.count_params()
    needed = 2 * n_weights * BYTES_PER_WEIGHT
    if free is not None and needed > free:
        raise MemoryNeededError(
            f"{model.name} has {n_weights:,} weights, which need about {format_bytes(needed)} of memory with "
            f"their gradients, and {format_bytes(free)} are free. What helps: fewer units, layers or filters."
        )


def check_memory(
    model: KerasModel, batch_size: int, policy: str, free: int | None, has_weights: bool = True
) -> None:
    """Refuse a training that cannot fit into memory, before it begins.

    What is compared is an estimate, see :class:`fashion_nets.inspection.costs.BatchMemory`: what passes may
    still be too much.

    Args:
        model: A built and compiled model.
        batch_size: Training images per step.
        policy: A dtype policy of Keras.
        free: Free memory in bytes, as by :func:`fashion_nets.training.memory.free_memory`;
            None lets everything pass.
        has_weights: Whether its weights are in memory already.

    Raises:
        MemoryNeededError: Says what is needed, what is free and what to do.
    """
    if free is None:
        return
    memory = estimate_memory(model, batch_size, policy)
    needed = memory.training - (memory.weights if has_weights else 0)
    if needed > free:
        remedies = _remedies(model.name, policy, _fitting_batch(memory, batch_size, free))
        raise MemoryNeededError(
            f"A step of {model.name} on {batch_size:,} images needs about {format_bytes(needed)} of memory, "
            f"and {format_bytes(free)} are free; {format_bytes(memory.activations)} are for the outputs of "
            f"its layers, which training keeps for backpropagation. What helps: {'; '.join(remedies)}."
        )


def _remedies(network: str, policy: str, batch_size: int) -> Iterator[str]:
    """What the lecture advises, with the options that do it."""
    if batch_size:
        yield f'smaller batches, --params "{network}.training.batch_size={batch_size}"'
    yield "a stride or pooling early in the network"
    yield "fewer layers or filters"
    if policy == "float32":
        yield f'16-bit floats, --params "{network}.training.precision=mixed_bfloat16"'
    yield "more devices"


def _fitting_batch(memory: BatchMemory, batch_size: int, free: int) -> int:
    """The largest power of two that needs no more than half of the free memory; 0 if not even 1 does."""
    per_image = (memory.inputs + memory.activations) / batch_size
    largest = int((free / 2 - memory.gradients - memory.optimizer) / per_image)
    return 0 if largest < 1 else 2 ** (largest.bit_length() - 1)
