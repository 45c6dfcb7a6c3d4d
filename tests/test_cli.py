"""The command line in this process; tests/test_command_line.py has it as a person uses it."""

import io
import logging
import sys

import click
import pytest
import yaml
from click.testing import CliRunner
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.cli.utils import KedroCliError
from kedro.io import DatasetError
from tests.conftest import keep_logging

from fashion_nets import cli
from fashion_nets.errors import UserError
from fashion_nets.settings import FAILURES, INTERRUPTIONS


def test_run_has_the_options_of_kedro_and_its_help():
    kedros = {option.name for option in kedro_run.params}
    assert {option.name for option in cli.run.params} - kedros == {"verbose"}
    assert kedros <= {option.name for option in cli.run.params}
    shown = CliRunner().invoke(cli.cli, ["run", "--help"])
    assert shown.exit_code == 0
    for option in ("--pipelines", "--pipeline", "--env", "--params", "--tags", "--only-missing-outputs"):
        assert option in shown.output


@pytest.mark.parametrize("error", [UserError("Choose another."), DatasetError("train_set: disk full")])
def test_what_a_person_can_mend_is_shown_as_its_message_alone(error, capsys):
    with pytest.raises(cli.RunError) as raised, cli.plain_errors():
        raise error
    raised.value.show()
    assert capsys.readouterr().err == f"Error: {error}\n"
    assert isinstance(raised.value, click.ClickException)
    assert raised.value.exit_code == 1


def test_a_wrong_value_is_a_persons_before_the_run_and_the_programs_within_it(monkeypatch):
    monkeypatch.setattr(FAILURES, "is_running", False)
    with pytest.raises(cli.RunError, match="no such pipeline"), cli.plain_errors():
        raise ValueError("no such pipeline")
    monkeypatch.setattr(FAILURES, "is_running", True)
    with pytest.raises(ValueError, match="a mistake"), cli.plain_errors():
        raise ValueError("a mistake")


def test_other_errors_pass_and_ctrl_c_has_the_exit_code_that_shells_know():
    with pytest.raises(KeyError), cli.plain_errors():
        raise KeyError
    with pytest.raises(SystemExit) as ended, cli.plain_errors():
        raise KeyboardInterrupt
    assert ended.value.code == 130


def test_what_standard_output_cannot_take_ends_no_run(monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(written, encoding="ascii"))
    cli.write_what_can_be_written()
    sys.stdout.write("“none” ± 0.01\n")  # as the log does; click.echo finds a way of its own
    sys.stdout.flush()
    assert written.getvalue() == b"?none? ? 0.01\n"
    monkeypatch.setattr("sys.stdout", io.StringIO())  # of a notebook, for example
    cli.write_what_can_be_written()
    sys.stdout.write("“none” ± 0.01\n")
    assert sys.stdout.getvalue() == "“none” ± 0.01\n"


@pytest.fixture
def as_before():
    """Handlers and levels are afterwards those of the tests."""
    names = (None, "kedro", "kedro.validation", "fashion_nets", "alembic")
    loggers = [logging.getLogger(name) for name in names]
    before = [(logger.handlers.copy(), logger.level) for logger in loggers]
    yield
    for logger, (handlers, level) in zip(loggers, before, strict=True):
        logger.handlers[:] = handlers
        logger.setLevel(level)


@pytest.mark.usefixtures("as_before")
def test_logging_is_that_of_the_project_from_a_subfolder_too(project, monkeypatch):
    monkeypatch.chdir(project / "conf" / "base")
    monkeypatch.delenv("KEDRO_LOGGING_CONFIG", raising=False)
    nodes, own = logging.getLogger("kedro.runner"), logging.getLogger("fashion_nets.training")
    cli.log_as_in_the_project_root()
    assert not nodes.isEnabledFor(logging.INFO)
    assert own.isEnabledFor(logging.INFO)
    assert not own.isEnabledFor(logging.DEBUG)
    cli.log_as_in_the_project_root(verbose=True)
    assert nodes.isEnabledFor(logging.INFO)
    assert own.isEnabledFor(logging.DEBUG)
    assert not logging.getLogger("kedro.validation").isEnabledFor(logging.ERROR)  # the command line says it


@pytest.mark.usefixtures("as_before")
@pytest.mark.parametrize("config", ["{version: 1}", "{version: 1, loggers: {mine: {propagate: true}}}"])
def test_logging_may_name_no_logger_and_no_level(tmp_path, monkeypatch, config):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "logging.yml").write_text(config)
    monkeypatch.setattr(cli, "project_root", lambda: tmp_path)
    monkeypatch.delenv("KEDRO_LOGGING_CONFIG", raising=False)
    applied = []
    monkeypatch.setattr(cli, "configure_logging", applied.append)
    cli.log_as_in_the_project_root(verbose=True)
    assert applied == [yaml.safe_load(config)]


@pytest.mark.parametrize("verbose", [False, True])
def test_logging_that_somebody_has_chosen_stays(verbose, monkeypatch):
    keep_logging(monkeypatch)
    applied = []
    monkeypatch.setattr(cli, "configure_logging", applied.append)
    cli.log_as_in_the_project_root(verbose)
    assert applied == []


@pytest.mark.parametrize(("options", "tells_all"), [((), False), (("-v",), True), (("--verbose",), True)])
def test_errors_are_told_with_their_traceback_to_who_asks_for_it(options, tells_all, project, monkeypatch):
    monkeypatch.setattr(KedroCliError, "VERBOSE_ERROR", False)
    keep_logging(monkeypatch)
    answer = CliRunner().invoke(cli.cli, ["run", "--runner=NoRunner", *options])
    assert "There is no runner 'NoRunner'" in answer.output
    assert ("Traceback" in answer.output) == tells_all


def test_a_program_that_calls_the_command_owns_its_process_again(project):
    answer = CliRunner().invoke(cli.cli, ["run", "--runner=NoRunner"])
    assert answer.exit_code != 0
    assert not INTERRUPTIONS.owns_process
