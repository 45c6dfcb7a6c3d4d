import json
from pathlib import Path

import mlflow
import pytest

from fashion_nets.tracking.views import VIEW_TAG, preset_pages


def test_the_pages_of_this_mlflow_look_for_views_where_they_are_put():
    """Nothing of MLflow's documents the tag: a version that renames it fails here."""
    pages = Path(mlflow.__file__).parent / "server" / "js" / "build" / "static" / "js"
    prefix = VIEW_TAG.removesuffix("networks")
    assert any(prefix in page.read_text(encoding="utf-8") for page in pages.glob("main.*.js")), (
        f"MLflow {mlflow.__version__} does not know {prefix}"
    )


@pytest.mark.usefixtures("open_run")
def test_an_experiment_gets_a_view_and_keeps_what_somebody_has_made_of_it():
    client = mlflow.MlflowClient()
    client.set_experiment_tag("0", "mlflow.experimentKind", "genai_development")
    preset_pages(client, client.get_experiment("0"))
    tags = client.get_experiment("0").tags
    assert tags["mlflow.experimentKind"] == "genai_development"
    view = json.loads(tags[VIEW_TAG])
    assert view["name"] == "Networks"
    state = json.loads(view["state"])
    found = client.search_runs(["0"], state["searchFilter"])  # MLflow understands the filter
    assert found == []
    client.set_experiment_tag("0", VIEW_TAG, "changed")
    preset_pages(client, client.get_experiment("0"))
    assert client.get_experiment("0").tags[VIEW_TAG] == "changed"
