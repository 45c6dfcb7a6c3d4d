"""What is wrong with a file of conf/."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from fashion_nets.errors import first_line


def describe_fault(folders: Iterable[Path], error: Exception) -> str | None:
    """Name the file and the line that an error of reading conf/ is about, in one line.

    Args:
        folders: The environments that were read, ``conf/<environment>``.
        error: What the reader of the configuration raised, which may tell neither.

    Returns:
        The message, or None where nothing is wrong with the files.
    """
    files = (file for folder in folders for file in sorted(folder.rglob("*.y*ml")))
    for file in files:
        if fault := next(_faults(file), None):
            return f"conf/{file.parent.name}/{file.name}{fault}"
    if isinstance(error, OmegaConfBaseException):
        place = f", at '{error.full_key}'" if error.full_key else ""
        return f"conf/{place}: {first_line(error)}."
    return f"conf/: {first_line(error)}" if isinstance(error, yaml.YAMLError) else None


def _faults(file: Path) -> Iterator[str]:
    try:
        content = OmegaConf.to_container(OmegaConf.load(file), resolve=False)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f", line {mark.line + 1}" if mark else ""
        yield f"{line}: not valid YAML: {error.problem or error.context}."
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        yield f": not valid YAML in UTF-8: {first_line(error)}."
    except (OmegaConfBaseException, OSError) as error:
        yield f": {first_line(error)}."
    else:
        if not isinstance(content, dict):
            yield f": expected lines such as 'NAME: VALUE', got a {type(content).__name__}."
