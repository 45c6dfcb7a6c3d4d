import keras
import pytest

from fashion_nets.training.precision import (
    dtype_policy,
    gains_by_bfloat16,
    has_bfloat16,
    processor_gains,
    resolve_precision,
)


def test_auto_follows_the_hardware():
    assert resolve_precision("auto") == ("mixed_bfloat16" if gains_by_bfloat16() else "float32")


def test_only_what_has_bfloat16_gains_by_it():
    assert has_bfloat16() or not gains_by_bfloat16()


@pytest.mark.parametrize(
    ("vendor", "flags", "gains"),
    [
        ("AuthenticAMD", "fma avx512f avx512_bf16", True),
        ("GenuineIntel", "fma avx512f avx512_bf16 avx512_fp16 amx_bf16 amx_tile", True),
        ("GenuineIntel", "fma avx512f avx512_bf16 avx512_fp16", False),  # a virtual machine that hides AMX
        ("AuthenticAMD", "fma avx2", False),
        ("", "", False),  # no x86
    ],
)
def test_a_processor_gains_where_it_multiplies_bfloat16_faster(vendor, flags, gains):
    assert processor_gains(vendor, set(flags.split())) is gains


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_a_named_precision_is_taken_as_it_is(precision):
    assert resolve_precision(precision) == precision


def test_the_policy_before_comes_back_even_after_an_error():
    before = keras.config.dtype_policy().name

    def fail_within_policy():
        with dtype_policy("mixed_bfloat16"):
            assert keras.layers.Dense(1).compute_dtype == "bfloat16"
            raise KeyError

    with pytest.raises(KeyError):
        fail_within_policy()
    assert keras.config.dtype_policy().name == before
