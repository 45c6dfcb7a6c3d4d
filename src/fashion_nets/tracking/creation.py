"""MLflow's database, made in one step."""

from pathlib import Path

import mlflow


def create_database(uri: str, file: Path) -> None:
    """Make a database of MLflow, unless there is one.

    MLflow makes it in some sixty steps within seconds, and a process that is killed meanwhile leaves what no
    MLflow can use. So it is made aside, and moved into place when it is whole.

    Args:
        uri: As MLflow gets it.
        file: The file that this names.
    """
    if file.exists() and file.stat().st_size:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    name = f".partial_{file.name}"
    partial = file.with_name(name)
    partial.unlink(missing_ok=True)
    folder = uri.partition("?")[0].rpartition("/")[0]
    mlflow.MlflowClient(f"{folder}/{name}").search_experiments(max_results=1)
    partial.replace(file)
