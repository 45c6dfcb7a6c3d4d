import json
import os
import subprocess
import sys

import keras
import mlflow
import numpy as np
import pytest

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.errors import UserError
from fashion_nets.inspection.prediction import class_probabilities, predict
from fashion_nets.networks.autoencoders.parts import CODINGS_LAYER
from fashion_nets.tracking.entries import log_metrics, log_model
from fashion_nets.tracking.models import MAX_IMAGES, save_network
from fashion_nets.tracking.runs import open_outbox
from fashion_nets.tracking.unsent import Header

ELSEWHERE = """
import sys, json
import mlflow.pyfunc, numpy as np
images = np.load(sys.argv[2])
given = mlflow.pyfunc.load_model(sys.argv[1]).predict(images)
loaded = [name for name in sys.modules if name.split(".")[0] in ("fashion_nets", "keras")]
probabilities = given.iloc[:, 2:].to_numpy().tolist()
print(json.dumps([list(given["class_name"]), list(given.columns), probabilities, loaded]))
"""


def small_classifier(n_outputs=10, activation="softmax"):
    keras.utils.set_random_seed(3)
    inputs = keras.Input((28, 28))
    x = keras.layers.Dropout(0.5)(keras.layers.Flatten()(inputs))
    return keras.Model(inputs, keras.layers.Dense(n_outputs, activation)(x), name="tiny")


def small_autoencoder():
    keras.utils.set_random_seed(3)
    inputs = keras.Input((28, 28))
    codings = keras.layers.Dense(4, name=CODINGS_LAYER)(keras.layers.Flatten()(inputs))
    images = keras.layers.Reshape((28, 28))(keras.layers.Dense(784, "sigmoid")(codings))
    return keras.Model(inputs, images, name="tiny")


@pytest.fixture(scope="module")
def saved(tmp_path_factory, class_names, test_set):
    """A classifier, and the folder in which it is saved for MLflow."""
    folder = tmp_path_factory.mktemp("models") / "classifier"
    model = small_classifier()
    save_network(model, folder, class_names, test_set.images[:1])
    return model, folder


@pytest.fixture(scope="module")
def loaded(saved):
    return mlflow.pyfunc.load_model(str(saved[1]))


def test_a_logged_network_has_a_signature_and_numbers_and_names_its_classes(
    saved, tmp_path, class_names, test_set
):
    model, folder = saved
    client = mlflow.MlflowClient()
    experiment = client.create_experiment("models", artifact_location=(tmp_path / "mlartifacts").as_uri())
    run = client.create_run(experiment, run_name="run")
    outbox = open_outbox(Header(mlflow.get_tracking_uri(), "models", None), run)
    run_id = run.info.run_id
    outbox.put(log_model(run_id, "tiny", str(folder)))
    outbox.put(log_metrics(run_id, {"accuracy": 0.5}, model="tiny"))
    outbox.close("FINISHED")
    (logged,) = client.search_logged_models([experiment])
    assert (logged.name, logged.status, logged.source_run_id) == ("tiny", "READY", run_id)
    assert [(metric.key, metric.value) for metric in logged.metrics] == [("accuracy", 0.5)]
    assert [output.model_id for output in client.get_run(run_id).outputs.model_outputs] == [logged.model_id]
    about = mlflow.models.get_model_info(logged.model_uri)
    assert (about.run_id, about.model_id) == (run_id, logged.model_id)
    (images,) = about.signature.inputs.inputs
    assert (images.name, images.shape, images.type) == ("images", (-1, 28, 28), np.dtype("uint8"))
    assert about.signature.outputs.input_names() == ["class_name", "probability", *class_names]
    again = mlflow.pyfunc.load_model(logged.model_uri).predict(test_set.images)
    expected = class_probabilities(model, test_set.images)
    assert list(again["class_name"]) == [class_names[index] for index in expected.argmax(axis=1)]
    np.testing.assert_allclose(again[class_names].to_numpy(), expected, rtol=1e-5)
    np.testing.assert_allclose(again["probability"], expected.max(axis=1), rtol=1e-5)


@pytest.mark.slow  # a process of its own, which imports MLflow and TensorFlow
def test_it_loads_where_this_project_and_keras_are_not(saved, tmp_path, class_names, test_set):
    model, folder = saved
    np.save(tmp_path / "images.npy", test_set.images[:100])
    told = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(folder), str(tmp_path / "images.npy")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(_without(tmp_path / "hidden", "fashion_nets", "keras"))},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    classes, columns, probabilities, imported = json.loads(told.stdout)
    assert imported == []
    assert columns == ["class_name", "probability", *class_names]
    expected = class_probabilities(model, test_set.images[:100])
    assert classes == [class_names[index] for index in expected.argmax(axis=1)]
    np.testing.assert_allclose(probabilities, expected, rtol=1e-5)


def _without(folder, *packages):
    """A place for the path that makes packages as good as not installed."""
    for package in packages:
        (folder / package).mkdir(parents=True)
        (folder / package / "__init__.py").write_text(f"raise ModuleNotFoundError('{package} is hidden')\n")
    return folder


def test_scaling_is_inside_with_the_same_bits(saved):
    levels = np.arange(784, dtype=np.int64).reshape(1, 28, 28) % 256
    import tensorflow as tf

    network = tf.saved_model.load(str(saved[1] / "artifacts" / "saved_model"))
    given = network.signatures["serving_default"](images=tf.constant(levels.astype(np.uint8)))
    model = saved[0]
    expected = model(scale_pixels(levels.astype(np.uint8)), training=False)
    np.testing.assert_array_equal(given["probabilities"], expected)


def test_the_example_is_a_request_and_the_keras_file_is_the_network(saved, test_set):
    model, folder = saved
    request = json.loads((folder / "serving_input_example.json").read_text())
    np.testing.assert_array_equal(request["inputs"], test_set.images[:1])
    again = keras.saving.load_model(folder / "artifacts" / "model.keras")
    np.testing.assert_array_equal(predict(again, test_set.images[:5]), predict(model, test_set.images[:5]))


def test_what_a_request_holds_may_be_lists_named_or_not(loaded, test_set):
    images = test_set.images[:3]
    expected = loaded.predict(images)
    for given in (images.tolist(), {"images": images.tolist()}, {"images": images}, images.astype(np.int64)):
        assert loaded.predict(given).equals(expected)


def test_many_images_are_done_in_parts(loaded, test_set):
    many = np.concatenate([test_set.images] * 4)  # 1,200
    few = loaded.predict(test_set.images)
    np.testing.assert_allclose(
        loaded.predict(many).iloc[900:, 1:].to_numpy(float), few.iloc[:, 1:].to_numpy(float), rtol=1e-4
    )


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (np.zeros((2, 28, 28)), "decimal point; intensities in [0, 1] are the usual cause"),
        ([[[0.5] * 28] * 28], "Got numbers with a decimal point"),
        (np.zeros((28, 28), np.uint8), "Got the shape (28, 28). One image alone is a list of one image."),
        (np.zeros((2, 28, 27), np.uint8), "Got the shape (2, 28, 27)."),
        (np.zeros((0, 28, 28), np.uint8), "Got no image."),
        ([], "Got no image."),
        ([[1, 2], [3]], "Got rows or images of different lengths."),
        ([[["a"] * 28] * 28], "Got something else than whole numbers, <U1."),
        ([[[True] * 28] * 28], "Got something else than whole numbers, bool."),
        ([[[None] * 28] * 28], "Got something else than whole numbers, object."),
        ({"pictures": [[[0] * 28] * 28]}, "Got something else than whole numbers, object."),
        (7, "Got the shape ()."),
        ([[[256] * 28] * 28], "Got numbers from 256 to 256."),
        ([[[-1] * 28] * 28], "Got numbers from -1 to -1."),
        (np.zeros((MAX_IMAGES + 1, 28, 28), np.uint8), "Got 10,001 images; send them in several requests."),
    ],
)
def test_what_is_no_image_is_refused_in_words(given, says, loaded):
    with pytest.raises(mlflow.exceptions.MlflowException) as refused:
        loaded.predict(given)
    refused.value.message = "Failed to predict data [[[0, 0, 0 ..."  # as the server does
    told = json.loads(refused.value.serialize_as_json())
    assert told["message"].startswith("Expected images as a list of 1 to 10,000, each of 28 rows")
    assert says in told["message"]
    assert refused.value.get_http_status_code() == 400


def test_the_limit_can_be_another_one(saved, test_set):
    model = mlflow.pyfunc.load_model(str(saved[1]), model_config={"max_images": 2})
    with pytest.raises(mlflow.exceptions.MlflowException, match="list of 1 to 2, .* Got 3 images"):
        model.predict(test_set.images[:3])


def test_an_autoencoder_gives_reconstructions_and_codings(tmp_path, test_set):
    model = small_autoencoder()
    save_network(model, tmp_path / "saved", [], test_set.images[:1])
    logged = mlflow.pyfunc.load_model(str(tmp_path / "saved"))
    outputs = logged.metadata.signature.outputs
    assert [(each.name, each.shape) for each in outputs.inputs] == [
        ("reconstructions", (-1, 28, 28)),
        ("codings", (-1, 4)),
    ]
    given = logged.predict(test_set.images[:7])
    encoder = keras.Model(model.input, model.get_layer(CODINGS_LAYER).output)
    np.testing.assert_allclose(given["reconstructions"], predict(model, test_set.images[:7]), rtol=1e-5)
    np.testing.assert_allclose(given["codings"], predict(encoder, test_set.images[:7]), rtol=1e-4, atol=1e-6)


def test_one_output_tells_two_classes_apart(tmp_path, test_set):
    model = small_classifier(1, "sigmoid")
    save_network(model, tmp_path / "saved", ["Shirt", "Bag"], test_set.images[:1])
    given = mlflow.pyfunc.load_model(str(tmp_path / "saved")).predict(test_set.images[:9])
    np.testing.assert_allclose(given["Bag"], predict(model, test_set.images[:9])[:, 0], rtol=1e-5)
    np.testing.assert_allclose(given["Shirt"] + given["Bag"], 1, rtol=1e-6)


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["a"] * 9, "tiny tells 10 classes apart, but there are 9 class names"),
        (["probability", *"abcdefghi"], "a class is named 'probability', as a column that tells the most"),
    ],
)
def test_names_that_do_not_go_with_the_network_are_refused(names, says, tmp_path, test_set):
    with pytest.raises(UserError, match=says):
        save_network(small_classifier(), tmp_path / "saved", names, test_set.images[:1])
    assert not (tmp_path / "saved").exists()


def test_saving_leaves_the_random_numbers_of_a_training_alone(tmp_path, class_names, test_set):
    model = small_classifier()
    keras.utils.set_random_seed(5)
    expected = keras.random.normal((3,)), np.random.random()  # noqa: NPY002  # the global one, as Keras seeds it
    keras.utils.set_random_seed(5)
    save_network(model, tmp_path / "saved", class_names, test_set.images[:1])
    given = keras.random.normal((3,)), np.random.random()  # noqa: NPY002
    np.testing.assert_array_equal(given[0], expected[0])
    assert given[1] == expected[1]
