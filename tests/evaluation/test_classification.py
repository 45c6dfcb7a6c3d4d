import keras
import numpy as np
import pandas as pd
import pytest

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.evaluation.classification import (
    class_report,
    classification_metrics,
    confusion_table,
    most_confident,
    predict_classes,
    predictions_table,
)

NAMES = ["Bag", "Coat", "Dress"]
# Images 0 and 1 are right, image 2 is a Coat taken for a Bag. There is no Dress, and none is predicted.
PROBABILITIES = np.array([[0.7, 0.2, 0.1], [0.25, 0.5, 0.25], [0.6, 0.4, 0.0]], dtype=np.float32)
LABELS = np.array([0, 1, 1], dtype=np.uint8)


@pytest.fixture
def predictions():
    return predictions_table(PROBABILITIES, LABELS, NAMES)


def test_a_network_predicts_names_and_probabilities():
    """It knows a bright image by its one pixel: logit 2 for 1, so P(bright) = 1 / (1 + e^-2) = 0.8808."""
    model = keras.Sequential(
        [keras.Input((1, 1)), keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")]
    )
    model.set_weights([np.array([[0, 4]], "float32"), np.array([0, -2], "float32")])
    pixels = np.array([0, 255, 255, 0], "uint8").reshape(4, 1, 1)
    images = LabelledImages(pixels, np.array([0, 1, 0, 0], "uint8"))  # the third is labelled wrong
    predictions = predict_classes(model, images, ["dark", "bright"])
    assert list(predictions["predicted_name"]) == ["dark", "bright", "bright", "dark"]
    assert predictions["probability_bright"].to_numpy() == pytest.approx(
        [0.1192, 0.8808, 0.8808, 0.1192], abs=1e-4
    )
    assert list(predictions["correct"]) == [True, True, False, True]


def test_predictions_put_names_and_confidence_beside_the_truth(predictions):
    mistake = predictions.iloc[2]
    assert mistake["image"] == 2
    assert (mistake["label"], mistake["class_name"]) == (1, "Coat")
    assert (mistake["predicted_label"], mistake["predicted_name"]) == (0, "Bag")
    assert mistake["confidence"] == pytest.approx(0.6)
    assert predictions["correct"].tolist() == [True, True, False]
    np.testing.assert_array_equal(predictions[[f"probability_{name}" for name in NAMES]], PROBABILITIES)


def test_the_most_confident_are_right_ones_and_then_mistakes(predictions):
    doubled = pd.concat([predictions, predictions.assign(confidence=predictions["confidence"] + 0.1)])
    chosen = most_confident(doubled, n_right=3, n_wrong=1)
    assert chosen["image"].tolist() == [0, 1, 0, 2]  # of each class one before a second
    assert chosen["confidence"].tolist() == pytest.approx([0.8, 0.6, 0.7, 0.7])
    assert len(most_confident(predictions, 9, 9)) == 3


def test_predictions_survive_parquet(predictions, tmp_path):
    predictions.to_parquet(tmp_path / "predictions.parquet")
    stored = pd.read_parquet(tmp_path / "predictions.parquet")
    assert classification_metrics(stored) == classification_metrics(predictions)
    assert confusion_table(stored).equals(confusion_table(predictions))


def test_predictions_refuse_labels_of_other_images():
    with pytest.raises(ValueError, match=r"shape \(2, 3\).*got \(3, 3\)"):
        predictions_table(PROBABILITIES, LABELS[:2], NAMES)


def test_predictions_refuse_two_classes_of_one_name():
    with pytest.raises(ValueError, match="must differ"):
        predictions_table(PROBABILITIES, LABELS, ["Bag", "Coat", "Coat"])


def test_metrics_by_hand(predictions):
    metrics = classification_metrics(predictions)
    assert metrics["loss"] == pytest.approx(-(np.log(0.7) + np.log(0.5) + np.log(0.4)) / 3, rel=1e-6)
    assert metrics["accuracy"] == pytest.approx(2 / 3)


def test_loss_is_that_of_keras_also_for_certain_mistakes():
    generator = np.random.default_rng(0)
    probabilities = generator.dirichlet([0.1] * 10, size=500).astype(np.float32)
    probabilities[:20] = np.eye(10, dtype=np.float32)[0]
    labels = generator.integers(0, 10, 500).astype(np.uint8)
    expected = keras.losses.SparseCategoricalCrossentropy()(labels, probabilities)
    predictions = predictions_table(probabilities, labels, [str(label) for label in range(10)])
    assert classification_metrics(predictions)["loss"] == pytest.approx(float(expected), rel=1e-5)


def test_interval_is_wilsons():
    # 8 of 10 right. Wilson: (0.8 + z²/20 ± z sqrt(0.8 · 0.2 / 10 + z² / 400)) / (1 + z²/10) with z = 1.96.
    probabilities = np.zeros((10, 2), dtype=np.float32)
    probabilities[:8, 0] = probabilities[8:, 1] = 1
    metrics = classification_metrics(predictions_table(probabilities, np.zeros(10, dtype=int), NAMES[:2]))
    assert metrics["accuracy_low"] == pytest.approx(0.4902, abs=1e-4)
    assert metrics["accuracy_high"] == pytest.approx(0.9433, abs=1e-4)


def test_metrics_refuse_an_empty_table(predictions):
    with pytest.raises(ValueError, match="at least one prediction"):
        classification_metrics(predictions.head(0))


def test_report_by_hand(predictions):
    report = class_report(predictions).set_index("class_name")
    assert report.loc["Bag"].tolist() == pytest.approx([1 / 2, 1, 2 / 3, 1])
    assert report.loc["Coat"].tolist() == pytest.approx([1, 1 / 2, 2 / 3, 2])
    assert report.loc["Dress"].tolist() == [0, 0, 0, 0]
    assert report.loc["macro average"].tolist() == pytest.approx([1 / 2, 1 / 2, 4 / 9, 3])
    assert report.loc["weighted average"].tolist() == pytest.approx([5 / 6, 2 / 3, 2 / 3, 3])


def test_confusion_has_all_classes_and_sums_to_the_images(predictions):
    confusion = confusion_table(predictions)
    assert confusion.index.tolist() == confusion.columns.tolist() == NAMES
    assert confusion.to_numpy().tolist() == [[1, 0, 0], [1, 1, 0], [0, 0, 0]]
    assert confusion.loc["Coat", "Bag"] == 1
