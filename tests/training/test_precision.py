import keras
import pytest

from fashion_nets.training.precision import dtype_policy, has_bfloat16, resolve_precision


def test_auto_follows_the_hardware():
    assert resolve_precision("auto") == ("mixed_bfloat16" if has_bfloat16() else "float32")


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
