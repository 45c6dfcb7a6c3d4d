import logging

import pytest

from fashion_nets.training.quiet import is_quiet, quiet_training


def test_lines_of_engines_and_epochs_are_left_out_and_warnings_are_not(caplog):
    caplog.set_level(logging.INFO, logger="fashion_nets")
    logger = logging.getLogger("fashion_nets.training.callbacks")
    with quiet_training():
        logger.info("epoch 1")
        logger.warning("cannot compile")
    logger.info("epoch 2")
    assert caplog.messages == ["cannot compile", "epoch 2"]


def test_of_tensorflow_only_what_it_says_about_retracing_is_left_out(caplog):
    logger = logging.getLogger("tensorflow")
    with quiet_training():
        logger.warning("5 out of the last 5 calls to %s triggered tf.function retracing.", "f")
        logger.warning("out of memory")
    assert caplog.messages == ["out of memory"]


def test_an_error_ends_the_quiet_too():
    def fail_quietly():
        with quiet_training():
            assert is_quiet()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_quietly()
    assert not is_quiet()
    assert not logging.getLogger("tensorflow").filters
