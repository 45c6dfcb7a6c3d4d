"""Ray in tests: with a token of theirs, and with nothing left of it for what comes after them."""

from contextlib import contextmanager
from importlib.util import find_spec

import pytest

from fashion_nets.trials.ray_connection import let_read_variables

needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: tools/setup.sh ray")


@contextmanager
def variables_of_ray(**variables):
    """Let Ray find these variables, and a token, also where another test has imported it."""
    token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": "0" * 64, "RAY_USAGE_STATS_ENABLED": "0"}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (token | variables).items():
            patch.setenv(name, value)
        let_read_variables()
        yield
    let_read_variables()
