import numpy as np
import pandas as pd
import pytest
import yaml
from tests.pipelines.study.conf import MLP
from tests.pipelines.sweep.conf import read
from tests.pipelines.sweep.test_nodes import records_of
from tests.pipelines.sweep.test_search import by_rate

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.errors import UserError
from fashion_nets.pipelines.sweep.nodes import collect_sweep
from fashion_nets.pipelines.sweep.results import judge_winner, list_axes, measure_importance, write_best
from fashion_nets.plotting.sweep import Axis
from fashion_nets.training.recipe import read_recipe

TEST_SET = LabelledImages(np.zeros((10_000, 1, 1), np.uint8), np.zeros(10_000, np.uint8))


def finals(*accuracies):
    return pd.DataFrame(
        {
            "seed": range(43, 43 + len(accuracies)),
            "diverged": [accuracy is None for accuracy in accuracies],
            "parameters": 100,
            "train_accuracy": accuracies,
            "val_accuracy": accuracies,
            "test_accuracy": accuracies,
        }
    )


@pytest.fixture(scope="module")
def collected():
    sweep = read()
    parts, _, winner = collect_sweep(sweep, records_of(sweep, by_rate))
    return sweep, parts, winner


def test_the_winner_is_judged_by_its_own_trainings(collected):
    verdict, metrics, caption = judge_winner(*collected, finals(0.89, 0.91), TEST_SET)
    winner = collected[-1]
    assert metrics["test_accuracy"] == pytest.approx(0.9)
    # t of 1.1 degrees of freedom times the root of the variances of both means, over seeds and over images
    assert metrics["test_accuracy_95"] == pytest.approx(0.09, abs=0.02)
    assert metrics["trials"] == 9
    assert metrics["epochs_trained"] == 6 * 1 + 2 * 2 + 1 * 4
    said = f"MLP, the best of 9 trials (trial {winner['trial']}): test accuracy 0.9000 ± "
    assert verdict["sentence"].startswith(said)
    assert verdict["sentence"].endswith(" (95 %, 2 seeds, 10,000 images)")
    assert verdict["val_accuracy_of_the_trial"] == winner["value"]
    assert caption.winner == winner["trial"]
    assert "800 training images, 4 epochs; 9 trials, seed 42" in caption.facts


def test_one_seed_has_the_interval_of_the_images(collected):
    _, metrics, _ = judge_winner(*collected, finals(0.9), TEST_SET)
    assert metrics["test_accuracy_95"] == pytest.approx(1.96 * (0.09 / 10_000) ** 0.5, rel=1e-3)


def test_seeds_that_diverge_are_told(collected):
    verdict, _, _ = judge_winner(*collected, finals(0.9, None), TEST_SET)
    assert verdict["sentence"].endswith("; 1 of 2 seeds diverged")
    with pytest.raises(UserError, match="diverged with each of its 2 seeds"):
        judge_winner(*collected, finals(None, None), TEST_SET)


def test_best_parameters_are_those_that_won_as_kedro_takes_them(collected):
    sweep, _, winner = collected
    written = write_best(sweep, winner, {"sentence": "MLP: 0.9"})
    assert written.startswith("# Sweep mine. MLP: 0.9.\n")
    run = yaml.safe_load(written)["run"]
    assert run["pipelines"] == "mlp"
    groups = {name: {**MLP[name], **group} for name, group in run["params"]["mlp"].items()}
    assert read_recipe("mlp", groups).architecture == sweep.recipe(winner["values"]).architecture
    assert read_recipe("mlp", groups).optimizer == sweep.recipe(winner["values"]).optimizer
    assert "resume" not in run["params"]["mlp"]["training"]


def test_what_mattered_is_told_of_enough_trials(collected):
    sweep, parts, _ = collected
    importance = measure_importance(sweep, parts)
    assert importance["parameter"].iloc[0] == "optimizer.learning_rate"
    assert importance["importance"].sum() == pytest.approx(1)
    assert not measure_importance(sweep, parts[parts["trial"] <= 6]).empty
    assert measure_importance(sweep, parts[parts["trial"] < 6]).empty  # two for each dimension are needed
    assert measure_importance(sweep, parts.assign(val_accuracy=0.5)).empty


def test_what_mattered_is_told_of_fine_steps_too():
    dropout = {"architecture.dropout": {"low": 0.0, "high": 0.5, "step": 0.03125}}
    sweep = read({"space": dropout, "rungs": []})
    parts, _, _ = collect_sweep(sweep, records_of(sweep, lambda values, rung: values["architecture.dropout"]))
    assert set(parts["architecture.dropout"]) <= {number / 32 for number in range(17)}
    assert measure_importance(sweep, parts)["importance"].to_list() == [1.0]


def test_axes_are_the_dimensions_of_the_space(collected):
    assert list_axes(collected[0]) == [
        Axis("architecture.hidden_units.0", (), 4, 16),
        Axis("optimizer.learning_rate", (), 0.001, 1.0, log=True),
        Axis("optimizer.schedule", ["none", "cosine"]),
    ]
