import pytest
from tests.conftest import ROOT

from bench import processes
from bench.processes import NothingGivenError, outcome_of

GIVES_NOTHING = "from bench.processes import give_nothing; give_nothing('not here', {!r})"


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Write a module, and run it as benchmarks do."""
    monkeypatch.setattr(processes, "ROOT", tmp_path)

    def run_it(code, *arguments, **options):
        (tmp_path / "measured.py").write_text(code)
        return processes.run_module("measured", *arguments, **options)

    return run_it


def test_the_last_line_is_read_as_json_whatever_came_before(run):
    assert run("import sys; print('warming up'); print('{\"given\": \"%s\"}' % sys.argv[1])", "cnn") == {
        "given": "cnn"
    }


def test_a_module_that_fails_ends_the_benchmark_with_what_it_said(run):
    with pytest.raises(SystemExit) as end:
        run("raise ValueError('no such network')", "cnn")
    assert "-m measured cnn failed" in end.value.code
    assert "no such network" in end.value.code


def test_a_module_that_gives_nothing_says_why(run):
    for outcome in ("cannot compile", "out of memory", "failed"):
        with pytest.raises(NothingGivenError, match="failed:\nnot here\n$") as nothing:
            run(f"import sys; sys.path.append({str(ROOT)!r})\n{GIVES_NOTHING.format(outcome)}")
        assert nothing.value.outcome == outcome


def test_a_module_that_fails_otherwise_has_failed(run):
    for code in ("1 / 0", "import os; os.kill(os.getpid(), 6)"):
        with pytest.raises(NothingGivenError) as nothing:
            run(code)
        assert nothing.value.outcome == "failed"


def test_a_module_that_takes_too_long_is_out_of_time(run):
    with pytest.raises(NothingGivenError, match=r"\nit takes longer than 0.1 s$") as nothing:
        run("import time; time.sleep(60)", seconds=0.1)
    assert nothing.value.outcome == "out of time"


def test_errors_tell_that_memory_has_run_out():
    import tensorflow as tf

    for error in (
        tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor with shape[9]"),
        tf.errors.InternalError(None, None, "Failed call to cuMemAlloc: CUDA_ERROR_OUT_OF_MEMORY"),
        RuntimeError("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 9 bytes."),
        MemoryError(),
    ):
        assert outcome_of(error) == "out of memory"
    assert outcome_of(tf.errors.InvalidArgumentError(None, None, "shapes do not fit")) == "failed"
    assert outcome_of(None) == "failed"
