import os
import resource
import subprocess
import sys

import numpy as np
import pytest

from fashion_nets.provenance import control_groups
from fashion_nets.training import memory
from fashion_nets.training.memory import free_memory, peak_memory

GB = 1 << 30


@pytest.fixture
def with_gpus(monkeypatch):
    """So many GPUs, whatever this machine has."""

    def set_gpus(number):
        monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: ["a GPU"] * number)

    return set_gpus


def test_of_a_gpu_free_memory_is_unknown(with_gpus):
    with_gpus(1)
    assert free_memory() is None


def test_free_memory_is_a_part_of_all_memory(with_gpus):
    with_gpus(0)
    pages, page_size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    assert 10e6 < free_memory() < pages * page_size


def test_the_peak_is_what_this_process_has_held():
    before = peak_memory()
    np.ones(before // 8)  # as much again
    assert 1.5 * before < peak_memory() < 3 * before


def test_the_peak_of_a_parent_is_not_that_of_its_child():
    before = peak_memory()
    code = "from fashion_nets.training.memory import peak_memory; print(peak_memory())"
    child = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 1e6 < int(child.stdout) < before / 2


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name.replace("_dot_", ".")).write_text(f"{content}\n")


@pytest.fixture
def groups(tmp_path, monkeypatch):
    """The files of control groups, in a folder of the test."""
    monkeypatch.setattr(control_groups, "_ROOT", tmp_path / "cgroup")
    monkeypatch.setattr(control_groups, "_OWN", tmp_path / "own")

    def groups_of(own):
        (tmp_path / "own").write_text(own)
        return tmp_path / "cgroup"

    return groups_of


def test_a_container_of_version_2_leaves_its_limit_less_what_it_uses_and_cannot_give_back(groups, with_gpus):
    with_gpus(0)
    root = groups("0::/\n")
    write(
        root,
        memory_dot_max=2 * GB,
        memory_dot_current=1536 << 20,
        memory_dot_stat=f"anon 1\ninactive_file {256 << 20}",
    )
    assert list(memory._left_by_groups()) == [768 << 20]
    assert free_memory() <= 768 << 20


def test_the_groups_above_limit_too_and_max_is_no_limit(groups):
    root = groups("0::/slice/job\n")
    write(root / "slice" / "job", memory_dot_max="max", memory_dot_current=5, memory_dot_stat="anon 5")
    write(root / "slice", memory_dot_max=GB, memory_dot_current=GB + 5, memory_dot_stat="anon 5")
    assert list(memory._left_by_groups()) == [0]


def test_a_container_of_version_1_and_a_path_of_the_host(groups):
    root = groups("5:cpu:/docker/abc\n4:memory:/docker/abc\n")
    write(
        root / "memory",
        memory_dot_limit_in_bytes=GB,
        memory_dot_usage_in_bytes=GB // 2,
        memory_dot_stat="total_inactive_file 0",
    )
    assert list(memory._left_by_groups()) == [GB // 2]


def test_a_limit_of_the_shell_is_seen():
    """In a process of its own, which is limited to a GB beyond what it has."""
    code = (
        "import resource; from fashion_nets.training import memory;"
        "pages = int(memory._OWN_SIZE.read_text().split()[0]);"
        f"resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + {GB}, -1));"
        "print(*memory._left_by_ulimit())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert 0.9 * GB < int(done.stdout) <= GB


def test_without_limits_there_is_none():
    if resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY:
        pytest.skip("this shell has a limit")
    assert list(memory._left_by_ulimit()) == []


def test_the_memory_of_another_process_is_its_own_without_the_files_that_it_maps(tmp_path):
    """The file is read, so that all of it is in memory."""
    (tmp_path / "large").write_bytes(bytes(GB // 4))
    code = (
        "import mmap, sys; file = open(sys.argv[1], 'rb');"
        "mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ); sum(mapped[::4096]);"
        "print(flush=True); own = b'1' * (1 << 28); print(flush=True); input()"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "large")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        before = memory.own_memory(process.pid)
        process.stdout.readline()
        after = memory.own_memory(process.pid)
        process.communicate(b"\n", timeout=60)
    assert before < GB // 8
    assert after - before == pytest.approx(1 << 28, rel=0.1)
    assert memory.own_memory(process.pid) is None  # it has ended
