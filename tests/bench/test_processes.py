import pytest

from bench import processes


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Write a module, and run it as benchmarks do."""
    monkeypatch.setattr(processes, "ROOT", tmp_path)

    def run_it(code, *arguments):
        (tmp_path / "measured.py").write_text(code)
        return processes.run_module("measured", *arguments)

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
