import pandas as pd
import pytest

from fashion_nets.pipelines.study.figures import FIGURES, FigureContext, FigureParams
from fashion_nets.plotting.study_caption import StudyCaption
from fashion_nets.trials.collecting import TrialTables

CAPTION = StudyCaption("Does it matter?", "A little.", "MLP, 1 seed", is_scale=False)


@pytest.fixture
def draw():
    """Draw a kind of figure of two variants, one seed each; give its first axes."""
    trials = pd.DataFrame(
        {
            "variant": ["few", "many"],
            "seed": [1, 1],
            "diverged": [False, False],
            "parameters": [1_000, 100_000],
            "val_accuracy": [0.7, 0.8],
            "train_accuracy": [0.75, 0.95],
        }
    )
    histories = pd.DataFrame(
        {
            "variant": ["few", "few", "many", "many"],
            "seed": 1,
            "epoch": [1, 2, 1, 2],
            "gradient_norm": [4.0, 2.0, 6.0, 3.0],
        }
    )
    sparsity = pd.DataFrame(
        {
            "variant": ["few", "few", "many", "many"],
            "seed": 1,
            "layer": ["hidden", "output"] * 2,
            "weights": [100, 300, 100, 300],
            "sparsity": [0.5, 0.9, 0.0, 0.2],
        }
    )
    tables = TrialTables(trials, histories, {"sparsity": sparsity})

    def draw_kind(kind, quantity="", log_scale=False):
        context = FigureContext(CAPTION, tables, quantity, log_scale)
        return FIGURES[kind].draw(context).axes[0]

    return draw_kind


def points(axes):
    return {
        (round(float(x), 6), round(float(y), 6))
        for line in axes.lines
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    }


def test_accuracy_is_drawn_against_a_number_of_the_variant(draw):
    axes = draw("against", "parameters", log_scale=True)
    assert {(1_000, 0.7), (100_000, 0.8), (1_000, 0.75), (100_000, 0.95)} <= points(axes)
    assert axes.get_xscale() == "log"
    assert draw("against", "parameters").get_xscale() == "linear"


def test_a_layer_counts_in_the_sparsity_of_its_network_by_its_weights(draw):
    # Zeros of all weights: (100 · 0.5 + 300 · 0.9) / 400 and 300 · 0.2 / 400.
    assert {(0.8, 0.7), (0.15, 0.8)} <= points(draw("sparsity"))


def test_a_quantity_is_drawn_over_the_epochs(draw):
    assert {(1, 4), (2, 2), (1, 6), (2, 3)} <= points(draw("by_epoch", "gradient_norm"))


def test_the_gap_shows_the_accuracy_on_training_images_beside(draw):
    without, beside = ({x for x, _ in points(draw(kind))} for kind in ("accuracy", "gap"))
    assert {0.7, 0.8} <= without
    assert not {0.75, 0.95} & without
    assert {0.7, 0.8, 0.75, 0.95} <= beside


def test_kinds_that_draw_a_measurement_name_it():
    assert {name: kind.measurement for name, kind in FIGURES.items() if kind.measurement} == {
        "layer_statistics": "layer_statistics",
        "pruning": "pruning",
        "sparsity": "sparsity",
    }
    assert [name for name, kind in FIGURES.items() if kind.is_scale] == ["against", "cost"]


def test_the_legend_of_pruning_has_the_numbers_of_the_conclusion():
    """Seeds can spare 50 % and 90 %, the mean of their curves 50 %."""
    rows = [
        {"variant": "plain", "seed": seed, "sparsity": sparsity, "accuracy": accuracy}
        for seed, accuracies in ((1, (0.85, 0.845, 0.4)), (2, (0.85, 0.85, 0.85)))
        for sparsity, accuracy in zip((0.0, 0.5, 0.9), accuracies, strict=True)
    ]
    tables = TrialTables(pd.DataFrame(), pd.DataFrame(), {"pruning": pd.DataFrame(rows)})
    (axes,) = FIGURES["pruning"].draw(FigureContext(CAPTION, tables, "", log_scale=False)).axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["plain: 50 % to 90 % to spare"]


def test_what_trainings_happened_to_take_is_no_scale_of_the_variants():
    parameters, epochs = (FigureParams(kind="against", quantity=name) for name in ("parameters", "epochs"))
    assert parameters.is_scale
    assert not epochs.is_scale
    assert FigureParams(kind="cost").is_scale
    assert not FigureParams(kind="accuracy").is_scale
