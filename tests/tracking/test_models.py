import keras
import mlflow
import numpy as np

from fashion_nets.tracking.entries import log_metrics, log_model
from fashion_nets.tracking.models import save_network
from fashion_nets.tracking.runs import open_outbox
from fashion_nets.tracking.unsent import Header


def test_a_logged_network_has_a_signature_and_numbers_and_predicts_the_same(tmp_path):
    inputs = keras.Input((28, 28))
    model = keras.Model(inputs, keras.layers.Dense(3)(keras.layers.Flatten()(inputs)))
    client = mlflow.MlflowClient()
    experiment = client.create_experiment("models", artifact_location=(tmp_path / "mlartifacts").as_uri())
    run = client.create_run(experiment, run_name="run")
    outbox = open_outbox(Header(mlflow.get_tracking_uri(), "models", None), run)
    run_id = run.info.run_id
    save_network(model, tmp_path / "saved")
    outbox.put(log_model(run_id, "tiny", str(tmp_path / "saved")))
    outbox.put(log_metrics(run_id, {"accuracy": 0.5}, model="tiny"))
    outbox.close("FINISHED")
    (logged,) = client.search_logged_models([experiment])
    assert (logged.name, logged.status, logged.source_run_id) == ("tiny", "READY", run_id)
    assert [(metric.key, metric.value) for metric in logged.metrics] == [("accuracy", 0.5)]
    assert [output.model_id for output in client.get_run(run_id).outputs.model_outputs] == [logged.model_id]
    about = mlflow.models.get_model_info(logged.model_uri)
    assert (about.run_id, about.model_id) == (run_id, logged.model_id)
    assert about.signature.inputs.inputs[0].shape == (-1, 28, 28)
    assert about.signature.outputs.inputs[0].shape == (-1, 3)
    images = np.random.default_rng(0).random((2, 28, 28), np.float32)
    again = mlflow.pyfunc.load_model(logged.model_uri).predict(images)
    np.testing.assert_allclose(again, model.predict(images, verbose=0), rtol=1e-6)
