"""One Ray that several have: whose connection ends when, and what it leaves behind."""

import os

import pytest
from tests.trials.processes import descendants_of
from tests.trials.rays import needs_ray
from tests.trials.test_ray_here import addresses_of

from fashion_nets.errors import UserError
from fashion_nets.trials.ray_connection import connect, disconnect, let_read_variables, reason_of

pytestmark = needs_ray


def variables_of_ray():
    return {name: value for name, value in os.environ.items() if name.startswith("RAY_")}


@pytest.fixture(autouse=True, scope="module")
def home(tmp_path_factory):
    """Where Ray leaves a token of its own, which it reads once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(autouse=True)
def nothing_left():
    """Each test begins and ends without Ray."""
    import ray

    before = variables_of_ray()
    yield
    ray.shutdown()
    for name in variables_of_ray().keys() - before.keys():  # ray.init() of a test sets some, too
        del os.environ[name]
    let_read_variables()


def is_at_work():
    import ray

    return ray.get(ray.remote(num_cpus=0)(lambda: 41 + 1).remote(), timeout=60) == 42


@pytest.mark.slow  # two Rays of this machine, one after the other
def test_each_ray_ends_with_whoever_has_started_it_and_the_last_who_uses_it():
    import ray

    before = variables_of_ray()
    assert connect("auto", 0)
    assert addresses_of(descendants_of(os.getpid())) == {"127.0.0.1"}
    assert connect("auto", 0)
    refuses_another()
    disconnect()
    assert is_at_work()  # for the other one
    disconnect()
    assert not ray.is_initialized()
    assert variables_of_ray() == before

    ray.init(address="local", num_cpus=1, include_dashboard=False, object_store_memory=100 * 2**20)
    refuses_another()
    assert not connect(ray.get_runtime_context().gcs_address, 0)
    assert not connect("auto", 0)  # it is of this machine
    assert is_at_work()  # with a token of its own


def refuses_another():
    import ray

    address = ray.get_runtime_context().gcs_address
    with pytest.raises(
        UserError,
        match=f"connected to Ray at {address} already, so it cannot use 10.0.0.5:6379. Say trials.ray=",
    ):
        connect("10.0.0.5:6379", 0)


def test_of_a_cluster_with_another_python_both_are_named():
    import ray
    from ray._private.utils import check_version_info

    with pytest.raises(RuntimeError, match="Version mismatch") as error:
        check_version_info({"ray_version": ray.__version__, "python_version": "3.9.1"}, "node 10.0.0.6")
    said = reason_of(error.value)
    there, here = said.split(", and this process has ")
    assert there == f"it was started with Ray {ray.__version__} and Python 3.9.1"
    assert here.startswith(f"Ray {ray.__version__} and Python 3.1")
