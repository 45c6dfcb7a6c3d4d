"""The number format of the arithmetic: float32, or bfloat16 where that is faster."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

from fashion_nets.provenance.machine import processor_facts

logger = logging.getLogger(__name__)

Precision = Literal["float32", "mixed_bfloat16", "auto"]
"""``auto`` is ``mixed_bfloat16`` where the hardware is faster in it, else ``float32``."""

_AMPERE = (8, 0)  # the first compute capability of NVIDIA with bfloat16


def has_bfloat16() -> bool:
    """Whether the device that Keras computes on has instructions for bfloat16.

    Without them bfloat16 is emulated, which is slower than float32.
    """
    on_gpu = _gpu_has_bfloat16()
    return processor_has_bfloat16() if on_gpu is None else on_gpu


def processor_has_bfloat16() -> bool:
    """Whether this machine's processor has instructions for bfloat16, as far as Linux tells."""
    return bool({"avx512_bf16", "amx_bf16"} & set(processor_facts().get("flags", "").split()))


def gains_by_bfloat16() -> bool:
    """Whether the device that Keras computes on multiplies faster in bfloat16 than in float32."""
    on_gpu = _gpu_has_bfloat16()
    if on_gpu is not None:
        return on_gpu
    facts = processor_facts()
    return processor_gains(facts.get("vendor_id", ""), set(facts.get("flags", "").split()))


def processor_gains(vendor: str, flags: set[str]) -> bool:
    """Whether a processor multiplies faster in bfloat16 than in float32.

    Intel's AMX is made for it. Without AMX, which many virtual machines hide, AVX-512 is faster in bfloat16
    than in float32 on AMD's processors, from Zen 4 on, and slower on Intel's: docs/speed.md.

    Args:
        vendor: ``vendor_id`` of ``/proc/cpuinfo``.
        flags: ``flags`` of it.
    """
    return "amx_bf16" in flags or (vendor == "AuthenticAMD" and "avx512_bf16" in flags)


def _gpu_has_bfloat16() -> bool | None:
    """Whether the GPU that Keras computes on has instructions for bfloat16; None if there is no GPU."""
    import tensorflow as tf

    if not (gpus := tf.config.list_physical_devices("GPU")):
        return None
    details = tf.config.experimental.get_device_details(gpus[0])
    return details.get("compute_capability", (0, 0)) >= _AMPERE


def resolve_precision(precision: Precision) -> Precision:
    """Turn ``auto`` into a dtype policy of Keras, and log which and why."""
    if precision != "auto":
        return precision
    if gains_by_bfloat16():
        logger.debug("Precision auto: mixed_bfloat16, which is faster than float32 here")
        return "mixed_bfloat16"
    logger.debug("Precision auto: float32, as bfloat16 is not faster here")
    return "float32"


@contextmanager
def dtype_policy(policy: str) -> Iterator[None]:
    """Build layers under a dtype policy of Keras, then restore the one before."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
