"""MLflow's database, made in one step."""

from pathlib import Path
from urllib.parse import quote

import mlflow

from fashion_nets.data.files import clear_leftover, leftovers, replacement


def create_database(uri: str, file: Path) -> None:
    """Make a database of MLflow, unless there is one.

    MLflow makes it in some sixty steps within seconds, and a process that is killed meanwhile leaves what no
    MLflow can use. So it is made aside, and moved into place when it is whole. Nobody else may be making it.

    Args:
        uri: As MLflow gets it.
        file: The file that this names.
    """
    if file.exists() and file.stat().st_size:
        return
    if file.parent.is_dir():
        for leftover, target in list(leftovers(file.parent)):
            if target == file:
                clear_leftover(leftover, target)
    scheme = uri.partition(":///")[0]
    with replacement(file) as staged:
        aside = f"{scheme}:///{quote(staged.as_posix(), safe='/:')}"
        mlflow.MlflowClient(aside).search_experiments(max_results=1)
