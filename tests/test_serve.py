"""What ``make serve`` puts into the folder that it serves; tests/test_serving.py starts the server."""

import json

import mlflow
import numpy as np
import pytest
from kedro.framework.startup import bootstrap_project
from tests.conftest import ROOT

from fashion_nets.errors import UserError
from fashion_nets.inspection.prediction import class_probabilities
from fashion_nets.tracking import ChildRun
from fashion_nets.tracking.models import save_network
from fashion_nets.tracking.references import find_network
from fashion_nets.tracking.registry import add_version, call_champion


@pytest.fixture
def serve(monkeypatch):
    """The program, which imports what lies beside it."""
    monkeypatch.syspath_prepend(ROOT / "tools")
    bootstrap_project(ROOT)
    import serve

    return serve


def test_the_champion_is_served_as_it_was_logged(
    serve, registry_store, logged_classifiers, tmp_path, validation_set, test_set, class_names
):
    network = find_network(registry_store, logged_classifiers.runs["second/cnn"])
    call_champion(registry_store, add_version(registry_store, network))
    folder = tmp_path / "champion"
    serve.put_network("champion", "sample", folder)
    request = json.loads((folder / serve.EXAMPLE).read_text())
    np.testing.assert_array_equal(request["inputs"], validation_set.images[:1])
    served = mlflow.pyfunc.load_model(str(folder)).predict(test_set.images)
    ours = class_probabilities(logged_classifiers.models["second/cnn"], test_set.images)
    np.testing.assert_allclose(served[class_names], ours, rtol=1e-5, atol=1e-7)


@pytest.mark.usefixtures("registry_store")
def test_a_champion_that_there_is_not_is_told_with_the_way_to_one(serve, tmp_path):
    with pytest.raises(UserError, match="has no 'champion'; nothing is registered yet. Run first: kedro run"):
        serve.put_network("champion", "sample", tmp_path / "champion")


def test_a_network_that_takes_scaled_images_is_refused(
    serve, run_of_mlflow, logged_classifiers, tmp_path, test_set, class_names
):
    """What was logged before it took grey levels has no request beside it."""
    save_network(logged_classifiers.models["second/cnn"], tmp_path / "cnn", class_names, test_set.images[:1])
    (tmp_path / "cnn" / serve.EXAMPLE).unlink()
    with run_of_mlflow():
        run = ChildRun("cnn", {}, {"network": "cnn"})
        run.log_model("cnn", str(tmp_path / "cnn"))
        run.end("FINISHED")
    (logged,) = mlflow.MlflowClient().search_logged_models(["0"])
    with pytest.raises(UserError, match=r"^run \w{8} was logged by an earlier version .* Train it again"):
        serve.put_network(logged.source_run_id, "sample", tmp_path / "served")
