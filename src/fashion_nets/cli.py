"""``kedro run`` as Kedro has it, but for errors, told shortly; and the commands of this project's own."""

import inspect
import io
import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import yaml
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.cli.utils import CONTEXT_SETTINGS, KedroCliError
from kedro.framework.project import configure_logging
from kedro.io import DatasetError
from pydantic import ValidationError

from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.errors import UserError
from fashion_nets.hooks.checks import check_configuration
from fashion_nets.options import check_runner, with_plain_values
from fashion_nets.project import project_root
from fashion_nets.settings import CONFIG_LOADER_ARGS, FAILURES, INPUTS, INTERRUPTIONS
from fashion_nets.status import describe_status
from fashion_nets.tracking.importing import import_unsent


class RunError(KedroCliError):
    """An error of a run, shown as its message alone; ``kedro run -v`` shows the traceback too."""

    def show(self, file: Any = None) -> None:  # noqa: ARG002
        """Print the message to standard error."""
        if self.VERBOSE_ERROR:  # not as Kedro does it, which asks for an error that is being handled
            click.echo("".join(traceback.format_exception(self)), err=True)
        click.secho(f"Error: {self.message}", fg="red", err=True)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what a person can mend into a ``RunError``, and Ctrl+C into the exit code that shells know."""
    try:
        yield
    except KeyboardInterrupt:
        raise SystemExit(128 + signal.SIGINT) from None
    except (UserError, DatasetError) as error:
        raise RunError(str(error)) from error
    except ValidationError as error:
        problems = (f"'{'.'.join(map(str, each['loc']))}': {each['msg']}" for each in error.errors())
        raise RunError(f"{error.title} in conf/: {'; '.join(problems)}") from error
    except ValueError as error:
        if FAILURES.is_running:
            raise
        raise RunError(str(error)) from error  # an unknown pipeline, node or namespace


LOUDER = {"WARNING": "INFO", "INFO": "DEBUG"}


def log_as_in_the_project_root(verbose: bool = False) -> None:
    """Apply conf/logging.yml, which Kedro finds only where it is below the working directory.

    Where ``KEDRO_LOGGING_CONFIG`` names another file, Kedro has applied that; its levels stay as they are.

    Args:
        verbose: Let each logger that the file names tell one level more: Kedro each node, for example.
    """
    file = project_root() / "conf" / "logging.yml"
    if "KEDRO_LOGGING_CONFIG" in os.environ or not file.is_file():
        return
    config = yaml.safe_load(file.read_text())
    if verbose:
        for logger in config.get("loggers", {}).values():
            if "level" in logger:
                logger["level"] = LOUDER.get(logger["level"], logger["level"])
    configure_logging(config)


def write_what_can_be_written() -> None:
    """Write a question mark for a character that standard output cannot take, as in an older locale."""
    if isinstance(sys.stdout, io.TextIOWrapper):  # a notebook's takes all of them
        sys.stdout.reconfigure(errors="replace")


@click.pass_context
def _run(context: click.Context, /, verbose: bool, **arguments: Any) -> Any:
    write_what_can_be_written()
    log_as_in_the_project_root(verbose)
    INPUTS.owns_process = INTERRUPTIONS.owns_process = True
    try:
        with plain_errors():
            check_runner(arguments["runner"])
            return context.invoke(kedro_run, **arguments)
    finally:  # who calls the command from Python goes on
        INPUTS.owns_process = INTERRUPTIONS.owns_process = False


@click.group(context_settings=CONTEXT_SETTINGS, name=__file__)
def cli() -> None:
    """Command line tools of this project."""


def _status(
    env: str | None,
    params: dict[str, Any],
    pipelines: list[str],
    conf_source: str | None,
    config: str | None,  # noqa: ARG001  # a file with these, which click has read
) -> None:
    log_as_in_the_project_root()
    root = project_root()
    with plain_errors():
        loader = NetworkConfigLoader(conf_source or str(root / "conf"), env, params, **CONFIG_LOADER_ARGS)
        check_configuration(loader)
        click.echo(describe_status(loader, root, pipelines))


def _import_runs(files: tuple[Path, ...]) -> None:
    log_as_in_the_project_root()
    with plain_errors():
        for file in files:
            click.echo(import_unsent(file))


def _demo(env: str | None, network: str, port: int) -> None:
    log_as_in_the_project_root()
    with plain_errors():
        from fashion_nets.demo import opening, page  # as it brings Keras

        page.check_installed()
        with page.listen(port) as listening:
            page.serve(opening.open_networks(env, network), listening)


class PlainCommand(click.Command):
    """A command with options of ``kedro run``, which are refused in one line each, too."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the options."""
        try:
            return super().parse_args(ctx, args)
        except KedroCliError as error:
            raise RunError(error.message) from error
        except yaml.MarkedYAMLError as error:  # of --config
            mark = error.problem_mark
            place = f"{mark.name}, line {mark.line + 1}: " if mark else ""
            raise RunError(f"{place}not valid YAML: {error.problem}") from error


def _tell_errors(context: click.Context, option: click.Parameter, value: bool) -> bool:  # noqa: ARG001
    KedroCliError.VERBOSE_ERROR = value  # as Kedro's own commands do with this option
    return value


OPTIONS = with_plain_values(kedro_run.params)
VERBOSE = click.Option(
    ["-v", "--verbose"],
    is_flag=True,
    callback=_tell_errors,
    help="Log each node and each epoch, as well as what else Kedro tells, and the traceback of an error.",
)
run = PlainCommand("run", params=[*OPTIONS, VERBOSE], callback=_run, help=kedro_run.help)
cli.add_command(run)
OPTIONS_OF_STATUS = inspect.signature(_status).parameters
status = PlainCommand(
    "status",
    params=[option for option in OPTIONS if option.name in OPTIONS_OF_STATUS],
    callback=_status,
    help="List what is stored: current, stale (by which parameter or data) or missing, and what makes it.",
)
cli.add_command(status)
demo = click.Command(
    "demo",
    params=[
        click.Option(["-e", "--env"], help="The environment of conf/ whose networks are shown."),
        click.Option(
            ["--network"],
            default="cnn",
            show_default=True,
            help="A classifier: a stored one by its name, or what else predict.network may name.",
        ),
        click.Option(["--port"], type=int, default=7860, show_default=True),
    ],
    callback=_demo,
    help="Show a page on this machine to try networks in: pictures, their classes, what speaks for them.",
)
cli.add_command(demo)
import_runs = click.Command(
    "import-runs",
    params=[click.Argument(["files"], nargs=-1, required=True, type=click.Path(path_type=Path))],
    callback=_import_runs,
    help="Give MLflow what its store did not take during a run, from the files that the run named.",
)
cli.add_command(import_runs)
