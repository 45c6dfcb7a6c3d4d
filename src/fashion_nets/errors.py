"""The errors that a user can fix, told apart from the errors of the program, and what is said of others."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

Cause = TypeVar("Cause", bound=BaseException)


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
    """What an error says, as a part of a sentence: its first line, or else its type."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(". ") if lines else type(error).__name__
