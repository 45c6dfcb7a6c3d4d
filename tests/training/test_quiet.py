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


def test_an_error_ends_the_quiet_too():
    def fail_quietly():
        with quiet_training():
            assert is_quiet()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_quietly()
    assert not is_quiet()
