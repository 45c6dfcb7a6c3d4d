"""Where the project is."""

from pathlib import Path

from kedro.utils import find_kedro_project, is_kedro_project


def project_root() -> Path:
    """The root of the Kedro project around the working directory, or else around this package."""
    return find_kedro_project(Path.cwd()) or find_kedro_project(Path(__file__)) or Path.cwd()


def has_project() -> bool:
    """Whether there is one; the package may be installed alone, from a wheel."""
    return is_kedro_project(project_root())


def as_seen_from_the_project(path: Path) -> str:
    """A path within the project from its root on; others as they are."""
    root = project_root()
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()
