import pytest
from tests.trials.small import TRIAL, recipe

from fashion_nets.trials.training import train_trial


@pytest.mark.parametrize("training", [{"loss": "categorical_crossentropy"}, {"label_smoothing": 0.1}])
def test_layers_are_measured_with_one_hot_targets_too(training, sets):
    trial = TRIAL._replace(measurements=("layer_statistics",))
    one_hot = trial._replace(recipe=recipe(training=training))
    layers, expected = (
        train_trial(each, sets, {}).measurements["layer_statistics"] for each in (one_hot, trial)
    )
    assert layers["mean_gradient"].iloc[0] == pytest.approx(expected["mean_gradient"].iloc[0], rel=1e-4)


def test_mistakes_are_those_of_the_scores(sets):
    result = train_trial(TRIAL._replace(measurements=("mistakes",)), sets, {})
    counts = result.measurements["mistakes"].groupby("part").size()
    n_images = len(sets.validation.labels)
    for part in ("train", "val"):
        assert counts[part] == round((1 - result.numbers[f"{part}_accuracy"]) * n_images)
    images = result.measurements["mistakes"].query("part == 'val'")["image"]
    assert images.is_monotonic_increasing
    assert images.between(0, n_images - 1).all()
