import keras
import pandas as pd
import pytest
from tests.conftest import title_of
from tests.parameters import read_params, stated

from fashion_nets.errors import UserError
from fashion_nets.inspection import exported
from fashion_nets.inspection.formats import FORMATS
from fashion_nets.networks.autoencoders.tied import TiedAutoencoderParams, build_tied_autoencoder
from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.pipelines.export.nodes import ExportParams, plot_comparison, write_formats


def params(**changes):
    return ExportParams.model_validate(stated("export", **changes))


@pytest.fixture
def calibrated(monkeypatch):
    """The images by which each format was calibrated; nothing is written of a network."""
    taken = {}

    def write(model, path, images):
        taken[model.name] = images
        path.write_bytes(b"written")

    format_ = FORMATS["saved_model"]._replace(write=write)
    monkeypatch.setattr(exported, "FORMATS", {"saved_model": format_})
    return taken


@pytest.fixture(scope="module")
def classifier():
    keras.utils.set_random_seed(0)
    return build_mlp(read_params(MlpParams, hidden_units=(8,), dropout=0.0), (28, 28), 10, "mlp")


def test_the_first_training_images_calibrate(classifier, calibrated, train_set, class_names):
    files, left_out = write_formats(classifier, train_set, class_names, params(calibration_images=7))
    assert set(files) == {"saved_model", "class_names.txt"}
    assert left_out.empty
    assert (calibrated["mlp"] == train_set.images[:7]).all()


def test_an_autoencoder_may_leave_too(calibrated, train_set, class_names):
    model = build_tied_autoencoder(read_params(TiedAutoencoderParams), (28, 28), "tied")
    files, _ = write_formats(model, train_set, class_names, params())
    assert set(files) == {"saved_model"}
    assert len(calibrated["tied"]) == 500


@pytest.mark.usefixtures("calibrated")
def test_a_classifier_of_other_classes_is_refused(classifier, train_set):
    with pytest.raises(UserError, match="expected a classifier, from images of shape .* to 3 probabilities"):
        write_formats(classifier, train_set, ["a", "b", "c"], params())


def test_the_figure_names_what_was_asked_for():
    formats = pd.DataFrame(
        {
            "format": ["ONNX"],
            "mb": [4.0],
            "ms_per_image": [0.4],
            "test_accuracy": [0.9],
            "agreement": [1.0],
        }
    )
    about = {"called": "champion, version 3", "network": "cnn"}
    assert title_of(plot_comparison(formats, params(network="champion"), about)).startswith(
        "CNN, champion, version 3 in other formats: "
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"calibration_images": 0}, "'calibration_images' should be greater than 0"),
        ({"network": ""}, "'network' string should have at least 1 character"),
        ({"format": "onnx"}, "'format' is not a parameter here; there are network, calibration_images"),
    ],
)
def test_wrong_values_are_refused(changes, message):
    with pytest.raises(UserError, match=message):
        params(**changes)


def test_a_version_may_be_a_number():
    assert params(network=3).network == "3"
