"""How well a network tells the classes apart."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.inspection.explanation import check_classifier
from fashion_nets.inspection.prediction import class_probabilities
from fashion_nets.intervals import accuracy_interval
from fashion_nets.networks.types import KerasModel

KERAS_EPSILON = np.float32(1e-7)  # Keras keeps probabilities this far from 0 and 1 before taking logarithms
PROBABILITY_PREFIX = "probability_"
_BEST_COLUMNS = (
    ("class_name", "probability"),
    ("second_class", "second_probability"),
    ("third_class", "third_probability"),
)


def predict_classes(model: KerasModel, labelled: LabelledImages, class_names: Sequence[str]) -> pd.DataFrame:
    """Predict the class of each image: the table of :func:`predictions_table`.

    Raises:
        UserError: If the network does not take such images, or does not tell as many classes apart.
    """
    check_classifier(model, labelled.images.shape[1:], len(class_names))
    return predictions_table(class_probabilities(model, labelled.images), labelled.labels, class_names)


def predictions_table(
    probabilities: np.ndarray, labels: np.ndarray, class_names: Sequence[str]
) -> pd.DataFrame:
    """List what a classifier predicts and what is true, a row per image.

    Args:
        probabilities: One for each image and class, shape (n, n_classes).
        labels: True class indices, shape (n,).
        class_names: One for each class, all different.

    Returns:
        ``image`` (index into the set), ``label``, ``class_name``, ``predicted_label``, ``predicted_name``,
        ``confidence`` (the highest probability), ``correct``, and for each class its
        ``probability_<class name>``.

    Raises:
        ValueError: If the shapes do not fit each other, or two classes have one name.
    """
    expected = (len(labels), len(class_names))
    if probabilities.shape != expected:
        raise ValueError(
            f"predictions_table expects probabilities of shape {expected}, one for each label and class, "
            f"got {probabilities.shape}. Pass the labels of the images predicted, and all class names."
        )
    if len(set(class_names)) < len(class_names):
        raise ValueError(f"Class names must differ from each other, got {list(class_names)}.")
    names = np.asarray(class_names, dtype=object)
    predicted = probabilities.argmax(axis=1)
    table = pd.DataFrame(
        {
            "image": np.arange(len(labels)),
            "label": labels,
            "class_name": names[labels],
            "predicted_label": predicted.astype(labels.dtype),
            "predicted_name": names[predicted],
            "confidence": probabilities.max(axis=1),
            "correct": predicted == labels,
        }
    )
    by_class = pd.DataFrame(probabilities, columns=[f"{PROBABILITY_PREFIX}{name}" for name in class_names])
    return pd.concat([table, by_class], axis=1)


def best_classes(probabilities: np.ndarray, class_names: Sequence[str]) -> pd.DataFrame:
    """List the three classes that a classifier holds for most probable, a row per image.

    Args:
        probabilities: One for each image and class, shape (n, n_classes).
        class_names: One for each class.

    Returns:
        ``class_name`` and ``probability`` of the most probable class, then ``second_class``,
        ``second_probability``, ``third_class`` and ``third_probability``, missing where there are two
        classes. Of classes that are as probable, the first one comes first.
    """
    names = np.asarray(class_names, dtype=object)
    order = np.argsort(-probabilities, axis=1, kind="stable")
    columns: dict[str, np.ndarray | None] = {}
    for place, (name, probability) in enumerate(_BEST_COLUMNS):
        is_there = place < len(names)
        chosen = order[:, place : place + 1]
        columns[name] = names[chosen[:, 0]] if is_there else None
        columns[probability] = np.take_along_axis(probabilities, chosen, axis=1)[:, 0] if is_there else None
    return pd.DataFrame(columns)


def most_confident(predictions: pd.DataFrame, n_right: int, n_wrong: int) -> pd.DataFrame:
    """Choose the predictions that a classifier was surest of, right ones and mistakes, of different classes.

    The surest of each class come before a second one of any class.

    Args:
        predictions: As by ``predictions_table``.
        n_right: How many right predictions, or fewer where there are fewer.
        n_wrong: How many mistakes, or fewer where there are fewer.

    Returns:
        The rows of the right ones and then of the mistakes, each with the most confident of each true class
        first, then the second of each.
    """
    by_confidence = predictions.sort_values("confidence", ascending=False, kind="stable")
    parts = [by_confidence[by_confidence["correct"]], by_confidence[~by_confidence["correct"]]]
    chosen = []
    for part, number in zip(parts, (n_right, n_wrong), strict=True):
        turn = part.groupby("label").cumcount().to_numpy()  # 0 for the surest of a class
        chosen.append(part.iloc[np.argsort(turn, kind="stable")].head(number))
    return pd.concat(chosen)


def classification_metrics(predictions: pd.DataFrame) -> dict[str, float]:
    """Sum up a table of predictions.

    Args:
        predictions: As by ``predictions_table``, at least one row.

    Returns:
        ``loss``, the mean negative logarithm of the true class's probability, clipped as Keras does;
        ``accuracy``; ``accuracy_low`` and ``accuracy_high``, its 95 % confidence interval (Wilson's): how far
        another choice of as many images could have moved it.

    Raises:
        ValueError: If there are no predictions.
    """
    if predictions.empty:
        raise ValueError("classification_metrics expects at least one prediction, got an empty table.")
    probabilities = predictions[_probability_columns(predictions)].to_numpy(dtype=np.float32)
    of_true_class = probabilities[np.arange(len(predictions)), predictions["label"]]
    clipped = of_true_class.clip(KERAS_EPSILON, 1 - KERAS_EPSILON)
    n_correct = int(predictions["correct"].sum())
    low, high = accuracy_interval(n_correct / len(predictions), len(predictions))
    return {
        "loss": float(-np.log(clipped).mean(dtype=np.float64)),
        "accuracy": n_correct / len(predictions),
        "accuracy_low": low,
        "accuracy_high": high,
    }


def class_report(predictions: pd.DataFrame) -> pd.DataFrame:
    """Precision, recall and F1 score of each class, and their means.

    A class that was never predicted, or of which there are no images, scores 0.

    Args:
        predictions: As by ``predictions_table``.

    Returns:
        A row per class, then ``macro average`` (all classes alike) and ``weighted average`` (by number of
        images): ``class_name``, ``precision``, ``recall``, ``f1_score`` in [0, 1], ``support`` (images).
    """
    from sklearn.metrics import precision_recall_fscore_support

    names = _class_names(predictions)
    labels = np.arange(len(names))
    truth, predicted = predictions["label"], predictions["predicted_label"]
    *scores, support = precision_recall_fscore_support(truth, predicted, labels=labels, zero_division=0)
    of_classes = np.array(scores)  # (3, n_classes)
    macro, weighted = of_classes.mean(axis=1), np.average(of_classes, axis=1, weights=support)
    report = pd.DataFrame(
        np.column_stack([of_classes, macro, weighted]).T, columns=["precision", "recall", "f1_score"]
    )
    report.insert(0, "class_name", [*names, "macro average", "weighted average"])
    report["support"] = [*support, len(predictions), len(predictions)]
    return report


def confusion_table(predictions: pd.DataFrame) -> pd.DataFrame:
    """Count how often each class was taken for each.

    Args:
        predictions: As by ``predictions_table``.

    Returns:
        Counts; a row per true class, a column per predicted class, both by name and with all classes
        present. The names of the rows are the index: store it.
    """
    from sklearn.metrics import confusion_matrix

    names = _class_names(predictions)
    counts = confusion_matrix(
        predictions["label"], predictions["predicted_label"], labels=np.arange(len(names))
    )
    return pd.DataFrame(
        counts, index=pd.Index(names, name="true class"), columns=pd.Index(names, name="predicted class")
    )


def _probability_columns(predictions: pd.DataFrame) -> list[str]:
    return [column for column in predictions.columns if column.startswith(PROBABILITY_PREFIX)]


def _class_names(predictions: pd.DataFrame) -> list[str]:
    return [column.removeprefix(PROBABILITY_PREFIX) for column in _probability_columns(predictions)]
