"""The errors that a user can fix, told apart from the errors of the program, and what is said of others."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

Cause = TypeVar("Cause", bound=BaseException)

_STYLES = re.compile(r"\x1b\[\d*m")
_TRACED = "in user code:"
_RAISED = re.compile(r"^ *[\w.]*(?:Error|Exception): ", re.MULTILINE)
"""AutoGraph's errors begin with a traceback, and go on with the error that was raised there."""
_PLACES = (
    *("Graph execution error", "Detected at node", "<stack traces", 'File "'),
    "Exception encountered when calling",
)
"""How lines of TensorFlow's and Keras's errors begin that only say where something happened."""


class UserError(ValueError):
    """What was wrong, what was expected and what to do, in one message.

    The command line shows it without a traceback. Raise it, or a subclass, where the cause lies in
    the data, the parameters or the machine of the person who runs the project.
    """

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows of it: the message alone, too."""
        return [f"{type(self).__name__}: {self}"]


@contextmanager
def naming(what: str, file: str) -> Iterator[None]:
    """Let an error that a user can fix begin with what is wrong, and end with the file to change it in."""
    try:
        yield
    except UserError as error:
        raise UserError(f"{what}: {str(error).removesuffix('.')}. Change it in {file}.") from error


def find_cause(error: BaseException, kinds: type[Cause] | tuple[type[Cause], ...]) -> Cause | None:
    """The first error of these kinds among an error and what led to it."""
    found: BaseException | None = error
    while found is not None and not isinstance(found, kinds):
        found = found.__cause__
    return found


def first_cause(error: BaseException) -> BaseException:
    """What lies at the bottom of an error."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def first_line(error: BaseException) -> str:
    """What an error says, as a part of a sentence: its first line that says more than where, or its type."""
    text = _STYLES.sub("", str(error))
    if text.startswith(_TRACED) and (raised := _RAISED.search(text)):
        text = text[raised.end() :]
    lines = [line for line in map(str.strip, text.splitlines()) if line]
    said = [line for line in lines if not line.startswith(_PLACES)] or lines
    return said[0].rstrip(". ") if said else type(error).__name__
