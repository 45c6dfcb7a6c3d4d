"""MLflow's database, made in one step."""

from pathlib import Path

import mlflow

from fashion_nets.data.files import clear_leftover, leftovers, replacement
from fashion_nets.tracking.location import address_of


def create_database(file: Path) -> None:
    """Make a database of MLflow, unless there is one.

    MLflow makes it in some sixty steps within seconds, and a process that is killed meanwhile leaves what no
    MLflow can use. So it is made aside, and moved into place when it is whole. Nobody else may be making it.

    Args:
        file: Where it belongs.
    """
    if file.exists() and file.stat().st_size:
        return
    if file.parent.is_dir():
        for leftover, target in list(leftovers(file.parent)):
            if target == file:
                clear_leftover(leftover, target)
    with replacement(file) as staged:
        mlflow.MlflowClient(address_of(staged)).search_experiments(max_results=1)
