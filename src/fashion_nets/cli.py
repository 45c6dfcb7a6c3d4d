"""``kedro run`` as Kedro has it, with errors that a user can fix shown without a traceback."""

import copy
import functools
import os
import re
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import kedro
import yaml
from kedro.framework.cli.project import run as kedro_run
from kedro.framework.cli.utils import CONTEXT_SETTINGS, KedroCliError
from kedro.framework.project import configure_logging, pipelines
from kedro.io.core import DatasetError
from kedro.validation.exceptions import ParameterValidationError

from fashion_nets.errors import UserError
from fashion_nets.project import project_root
from fashion_nets.tracking.runs import end_interrupted_run

_REFUSED_GROUP = re.compile(r"- Parameter '([\w.]+)': (?:Failed to instantiate .*?': )?(.*)")
_REFUSED_FIELD = re.compile(r"(?:^|; )'([\w.]+)'")


class RunError(KedroCliError):
    """An error of a run, shown as its message alone; ``kedro -v run`` shows the traceback too."""

    def show(self, file: Any = None) -> None:
        """Print the message to standard error."""
        if self.VERBOSE_ERROR:
            super().show(file)
        else:
            click.secho(f"Error: {self.message}", fg="red", err=True)


def _with_plain_errors(callback: Callable) -> Callable:
    @functools.wraps(callback)
    def run_callback(*args: Any, **kwargs: Any) -> Any:
        _log_as_in_the_project_root()
        try:
            return callback(*args, **kwargs)
        except KeyboardInterrupt:
            end_interrupted_run()
            raise
        except ParameterValidationError as error:
            raise RunError(_say_where(str(error), kwargs["env"] or os.environ.get("KEDRO_ENV"))) from error
        except UserError as error:
            raise RunError(str(error)) from error
        except DatasetError as error:
            raise RunError(_say_what_is_missing(error) or str(error)) from error
        except ValueError as error:
            if _raised_by_kedro(error):  # an unknown pipeline, node or namespace
                raise RunError(str(error)) from error
            raise

    return run_callback


def _log_as_in_the_project_root() -> None:
    """Apply conf/logging.yml, which Kedro finds only where it is below the working directory."""
    file = project_root() / "conf" / "logging.yml"
    if "KEDRO_LOGGING_CONFIG" not in os.environ and file.is_file():
        configure_logging(yaml.safe_load(file.read_text()))


def _raised_by_kedro(error: Exception) -> bool:
    innermost = traceback.extract_tb(error.__traceback__)[-1]
    return Path(innermost.filename).is_relative_to(Path(kedro.__file__).parent)


def _say_what_is_missing(error: DatasetError) -> str | None:
    """Name the dataset that is not stored yet and the pipeline that makes it; None for other errors."""
    cause: BaseException | None = error
    while cause is not None and not isinstance(cause, FileNotFoundError):
        cause = cause.__cause__
    dataset = str(error).partition(":")[0]
    makers = [name for name, pipeline in pipelines.items() if dataset in pipeline.all_outputs()]
    if cause is None or not makers:
        return None
    return (
        f"'{dataset}' is not stored yet: {cause}. Make it first, in the same environment: "
        f"kedro run --pipelines={makers[0]}"
    )


def _say_where(message: str, env: str | None) -> str:
    """Turn Kedro's list of refused groups into sentences that say where to change what."""
    refusals = [_describe_refusal(*match.groups(), env) for match in _REFUSED_GROUP.finditer(message)]
    return "\n".join(refusals) or message


def _describe_refusal(group: str, problem: str, env: str | None) -> str:
    fields = _REFUSED_FIELD.findall(problem)
    field = f"{group}.{fields[0]}" if len(fields) == 1 else None
    file = _file_of(field, env) if field else None
    option = f"{field}=VALUE" if file else f"{group}.NAME=VALUE"
    file = file or _file_of(group, env) or "conf/"
    return f'{group}: {problem.removesuffix(".")}. Change it in {file} or with --params "{option}".'


def _file_of(name: str, env: str | None) -> str | None:
    """The file of conf/ that sets a parameter or a group; the environment's file wins over the base's."""
    conf = project_root() / "conf"
    for folder in (env or "local", "base"):
        for path in sorted((conf / folder).glob("parameters*.yml")):
            if _has(yaml.safe_load(path.read_text()) or {}, name.split(".")):
                return str(Path("conf") / folder / path.name)
    return None


def _has(parameters: Any, keys: list[str]) -> bool:
    return not keys or (
        isinstance(parameters, dict) and keys[0] in parameters and _has(parameters[keys[0]], keys[1:])
    )


@click.group(context_settings=CONTEXT_SETTINGS, name=__file__)
def cli() -> None:
    """Command line tools of this project."""


run = copy.copy(kedro_run)
run.callback = _with_plain_errors(kedro_run.callback)
cli.add_command(run)
