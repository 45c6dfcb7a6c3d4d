"""Execute the notebooks on the sample, and keep what they show until something changes that it depends on.

    .venv/bin/python tools/notebooks.py [--to FOLDER] [NAME...]

A name is the file's without its ending; none means all. Each runs in a project of its own, which has nothing
but the sample, so that no notebook needs what another one has made; the code of its solutions runs after it.
``--to`` copies the executed ones there.
"""

import argparse
import asyncio
import hashlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from filelock import FileLock
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

ROOT = Path(__file__).resolve().parents[1]
CACHE = ROOT / ".notebooks_cache"
PROJECT = (
    "pyproject.toml",
    ".telemetry",
    "src/fashion_nets",
    "conf/base",
    "conf/logging.yml",
    "conf/sample",
    "data/01_raw/fashion_mnist_sample",
)
"""What a run on the sample reads. It is copied, so that nobody who works on it changes it in between."""
COSTS, SOLUTIONS = "costs.json", "solutions.ipynb"
AT_ONCE = 2
SECONDS_A_CELL = 1800  # seconds where nothing else runs; a busy machine takes minutes
FOLDED = "<summary>Solution</summary>"
CODE = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
MEASUREMENT = "measurement"
MEASURE = """
import os as _os
from fashion_nets.training.memory import peak_memory as _peak_memory
print(_peak_memory(), sum(_os.times()[:4]))
"""


class NotebookError(Exception):
    """A notebook that fails, or shows a warning: which cell, and what it says."""


class Executed(NamedTuple):
    """An executed copy.

    Attributes:
        name: Of the notebook, without its ending.
        path: The copy, with outputs.
        solutions: The code of the solutions to its exercises, with outputs: a cell is called as the one that
            it stands in, with ``-code``.
        seconds: From the start of its kernel to its end.
        cpu_seconds: What its processor worked for it.
        memory_mb: The most that its kernel held at once.
    """

    name: str
    path: Path
    solutions: Path
    seconds: float
    cpu_seconds: float
    memory_mb: float


def notebooks() -> list[Path]:
    """The notebooks of the project, in order."""
    return sorted((ROOT / "notebooks").glob("*.ipynb"))


def key_of(notebook: Path) -> str:
    """What changes when anything changes that the outputs of a notebook depend on: its words are left out."""
    document = nbformat.read(notebook, as_version=4)
    cells = [cell for cell in document.cells if cell.cell_type == "code"] + solutions_of(document).cells
    digest = hashlib.sha256(json.dumps([sys.version_info[:2], [_code(cell) for cell in cells]]).encode())
    for path in [Path(__file__), ROOT / "requirements.lock", *_project_files()]:
        name = path.relative_to(ROOT).as_posix()
        digest.update(f"{name}\0{hashlib.sha256(path.read_bytes()).hexdigest()}\0".encode())
    return digest.hexdigest()[:16]


def _code(cell: nbformat.NotebookNode) -> tuple[str, str]:
    return cell["id"], cell.source


def _project_files() -> Iterator[Path]:
    for name in PROJECT:
        place = ROOT / name
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from (file for file in files if file.is_file() and _belongs(file))


def _belongs(file: Path) -> bool:
    return not any(part == "__pycache__" or part.endswith(".egg-info") for part in file.parts)


def execute(chosen: Sequence[Path], cache: Path = CACHE) -> list[Executed]:
    """Execute the notebooks that the cache lacks, two at a time, and return all of them.

    Args:
        chosen: Notebooks.
        cache: A folder, with a folder for each notebook.

    Raises:
        NotebookError: Names each notebook and cell that failed or showed a warning; the others are cached.
    """
    found = {notebook: cache / notebook.stem / key_of(notebook) for notebook in chosen}
    cache.mkdir(parents=True, exist_ok=True)
    # Tests and the site may ask at the same time: who comes second finds what the first has made.
    with FileLock(cache / "lock"):
        missing = {notebook: folder for notebook, folder in found.items() if not folder.exists()}
        problems = asyncio.run(_execute_all(missing))
    if problems:
        raise NotebookError("\n".join(problems))
    return [_renew(notebook, folder) for notebook, folder in found.items()]


def _renew(notebook: Path, folder: Path) -> Executed:
    """Give the copy the words that the notebook has now."""
    document, copy = nbformat.read(notebook, as_version=4), folder / notebook.name
    executed = {cell["id"]: cell for cell in nbformat.read(copy, as_version=4).cells}
    document.cells = [executed[cell["id"]] if cell.cell_type == "code" else cell for cell in document.cells]
    with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as whole:
        nbformat.write(document, whole)
    Path(whole.name).replace(copy)
    costs = json.loads((folder / COSTS).read_text())
    return Executed(notebook.stem, copy, folder / SOLUTIONS, **costs)


async def _execute_all(missing: Mapping[Path, Path]) -> list[str]:
    """Execute notebooks into folders of the cache; return what was wrong."""
    free = asyncio.Semaphore(AT_ONCE)

    async def execute_one(notebook: Path, folder: Path) -> str | None:
        async with free:
            try:
                await _execute(notebook, folder)
            except NotebookError as error:
                return str(error)
        return None

    results = await asyncio.gather(*(execute_one(*each) for each in missing.items()))
    return [problem for problem in results if problem]


async def _execute(notebook: Path, folder: Path) -> None:
    document = nbformat.read(notebook, as_version=4)
    with tempfile.TemporaryDirectory(prefix="notebook_") as place:
        project = Path(place) / "project"
        make_project(project)
        (project / "notebooks").mkdir()
        solutions = solutions_of(document)
        costs = await run_cells(document, solutions, notebook.name, project / "notebooks", Path(place))
    if warnings := [*_warnings(document), *_warnings(solutions)]:
        raise NotebookError("\n".join(f"notebooks/{notebook.name}, {each}" for each in warnings))
    shutil.rmtree(folder.parent, ignore_errors=True)  # of what it was before
    folder.parent.mkdir(parents=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as half:
        nbformat.write(document, Path(half) / notebook.name)
        nbformat.write(solutions, Path(half) / SOLUTIONS)
        (Path(half) / COSTS).write_text(json.dumps(costs))
        shutil.copytree(half, folder)


def make_project(folder: Path) -> None:
    """Make a project that has what a run on the sample reads, and no results."""
    for name in PROJECT:
        source, target = ROOT / name, folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)  # with its byte code
        else:
            shutil.copy(source, target)
    (folder / "conf" / "local").mkdir()


def solutions_of(document: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """The code that stands in the folded solutions of a notebook, as a notebook that continues it."""
    cells = []
    for cell in document.cells:
        if cell.cell_type == "markdown" and FOLDED in cell.source:
            code = "\n".join(CODE.findall(cell.source))
            cells += [nbformat.v4.new_code_cell(code, id=f"{cell['id']}-code")] if code else []
    return nbformat.v4.new_notebook(cells=cells, metadata=document.metadata)


async def run_cells(
    document: nbformat.NotebookNode,
    solutions: nbformat.NotebookNode,
    name: str,
    folder: Path,
    scratch: Path,
) -> dict[str, float]:
    """Run the cells of a notebook in a kernel of this very Python, which touches nobody's home.

    Args:
        document: The notebook, which gets the outputs.
        solutions: What is run after it, likewise.
        name: Its file's name, for messages.
        folder: Where the kernel starts, within the project: editors start it in the folder of the notebook.
        scratch: Gets the profile of IPython and what Jupyter keeps while the kernel runs.

    Returns:
        What it took without its solutions, as in :class:`Executed`.

    Raises:
        NotebookError: If a cell fails, takes too long, or the kernel does not start or dies.
        KeyboardInterrupt: If SIGINT or SIGTERM came.
    """
    manager = AsyncKernelManager(
        kernel_name="python3",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),  # none of a home: that of this Python
        connection_file=str(scratch / "connection.json"),
        transport="ipc",  # files that nobody else can read, rather than open ports
        ip=str(scratch / "ipc"),
    )
    whole = nbformat.v4.new_notebook(cells=[*document.cells, _measurement(), *solutions.cells])
    client = NotebookClient(
        whole, km=manager, timeout=SECONDS_A_CELL, resources={"metadata": {"path": str(folder)}}
    )
    started = time.monotonic()
    try:  # beforehand: the context would clean up once more at exit, and stumble over what is gone
        await client.async_start_new_kernel(env=_environment(folder.parent, scratch))
        await client.async_start_new_kernel_client()
    except RuntimeError as error:
        raise NotebookError(f"notebooks/{name}: {error}") from error
    try:
        async with client.async_setup_kernel(cleanup_kc=True):
            return await _execute_cells(client, name, started)
    except AssertionError as error:
        if client.km is None:  # a signal came: nbclient has ended the kernel, and misses it at its own end
            raise KeyboardInterrupt from error
        raise


async def _execute_cells(client: NotebookClient, name: str, started: float) -> dict[str, float]:
    costs: dict[str, float] = {}
    for number, cell in enumerate(client.nb.cells):
        try:
            await client.async_execute_cell(cell, number)
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            reason = f"{error.ename}: {error.evalue}" if isinstance(error, CellExecutionError) else error
            raise NotebookError(f"notebooks/{name}, cell '{cell['id']}': {reason}") from error
        if cell["id"] == MEASUREMENT:
            memory, cpu_seconds = map(float, cell.outputs[0]["text"].split())
            costs = {
                "seconds": round(time.monotonic() - started, 1),
                "cpu_seconds": round(cpu_seconds, 1),
                "memory_mb": round(memory / 2**20),
            }
    return costs


def _measurement() -> nbformat.NotebookNode:
    return nbformat.v4.new_code_cell(MEASURE, id=MEASUREMENT)


def _environment(project: Path, scratch: Path) -> dict[str, str]:
    """That of a kernel: on the sample, with this project's package, and with nobody's settings."""
    inherited = {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}
    jupyter = {f"JUPYTER_{kind}_DIR": str(scratch / "jupyter") for kind in ("CONFIG", "DATA", "RUNTIME")}
    own = {
        "IPYTHONDIR": str(scratch / "ipython"),
        "KERAS_HOME": str(scratch / "keras"),
        "KEDRO_ENV": "sample",
        "PYTHONPATH": str(project / "src"),
    }
    return {**inherited, **jupyter, **own}


def _warnings(document: nbformat.NotebookNode) -> Iterator[str]:
    """What cells show on standard error: Python's warnings, those of the project and of libraries."""
    for cell in document.cells:
        for output in cell.get("outputs", ()):
            if output.get("name") == "stderr":
                yield f"cell '{cell['id']}' warns: {output['text'].strip()}"


def main(arguments: Iterable[str] | None = None) -> int:
    """The command: execute, say what each took, and copy."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--to", type=Path, metavar="FOLDER")
    options: Any = parser.parse_args(None if arguments is None else list(arguments))
    known = {path.stem: path for path in notebooks()}
    if unknown := set(options.names) - set(known):
        print(f"There is no notebook {', '.join(sorted(unknown))}; there are {', '.join(known)}.")
        return 2
    try:
        executed = execute([known[name] for name in options.names or known])
    except NotebookError as error:
        print(error, file=sys.stderr)
        return 1
    for each in executed:
        print(
            f"{each.name}: {each.seconds:.0f} s, {each.cpu_seconds:.0f} s of CPU, {each.memory_mb:.0f} MB  "
            f"{each.path.relative_to(ROOT)}"
        )
        if options.to is not None:
            options.to.mkdir(parents=True, exist_ok=True)
            shutil.copy(each.path, options.to)
    return 0


if __name__ == "__main__":
    sys.exit(main())
