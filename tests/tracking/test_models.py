import keras
import mlflow
import numpy as np

from fashion_nets.tracking.models import log_network


def test_a_logged_network_has_a_signature_and_predicts_the_same(tmp_path):
    inputs = keras.Input((28, 28))
    model = keras.Model(inputs, keras.layers.Dense(3)(keras.layers.Flatten()(inputs)))
    mlflow.create_experiment("models", artifact_location=(tmp_path / "mlartifacts").as_uri())
    mlflow.set_experiment("models")
    with mlflow.start_run():
        model_id = log_network(model, "tiny")
    logged = mlflow.get_logged_model(model_id)
    assert logged.name == "tiny"
    signature = mlflow.models.get_model_info(logged.model_uri).signature
    assert signature.inputs.inputs[0].shape == (-1, 28, 28)
    assert signature.outputs.inputs[0].shape == (-1, 3)
    images = np.random.default_rng(0).random((2, 28, 28), np.float32)
    again = mlflow.pyfunc.load_model(logged.model_uri).predict(images)
    np.testing.assert_allclose(again, model.predict(images, verbose=0), rtol=1e-6)
