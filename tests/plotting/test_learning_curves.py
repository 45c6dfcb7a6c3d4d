import numpy as np
import pandas as pd
import pytest
from tests.conftest import title_of

from fashion_nets.plotting.learning_curves import plot_learning_curves as plot

PLAIN = pd.DataFrame({"type": ["Dense"], "settings": [""]})


def plot_learning_curves(
    history, network, loss="sparse_categorical_crossentropy", stored=None, layers=PLAIN, **about
):
    about = {"loss": loss, **about} if stored is None else {"loss": loss, "stored_epoch": stored, **about}
    return plot(history, network, about, layers)


def _history(n_epochs, classifier=True):
    epoch = np.arange(1, n_epochs + 1)
    history = pd.DataFrame({"epoch": epoch, "loss": 1 / epoch, "val_loss": np.abs(epoch - 3) + 0.5})
    if classifier:
        history = history.assign(accuracy=epoch / 200, val_accuracy=0.9 - 0.001 * np.abs(epoch - 2))
    return history


def _ticks(axes):
    low, high = axes.get_xlim()
    return [int(tick) for tick in axes.get_xticks() if low <= tick <= high]


def test_training_is_dashed_and_validation_solid_from_epoch_1():
    history = _history(5)
    figure = plot_learning_curves(history, "mlp")
    assert [axes.get_ylabel() for axes in figure.axes] == ["cross-entropy", "accuracy"]
    for axes, quantity in zip(figure.axes, ("loss", "accuracy"), strict=True):
        training, validation, _ = axes.lines
        assert (training.get_linestyle(), validation.get_linestyle()) == ("--", "-")
        np.testing.assert_array_equal(training.get_xdata(), [1, 2, 3, 4, 5])
        np.testing.assert_array_equal(training.get_ydata(), history[quantity])
        np.testing.assert_array_equal(validation.get_ydata(), history[f"val_{quantity}"])
        assert axes.get_xlabel() == "epoch"


def test_the_best_epoch_of_each_quantity_is_marked():
    figure = plot_learning_curves(_history(5), "mlp")
    assert [axes.lines[2].get_xydata().tolist() for axes in figure.axes] == [[[3, 0.5]], [[2, 0.9]]]
    labels = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert labels == ["training", "validation", "best: 0.5000, epoch 3"]
    assert title_of(figure) == "MLP: best validation accuracy 0.9000 in epoch 2 of 5"


def test_autoencoders_have_one_panel_and_their_loss_in_the_title():
    history = _history(5, classifier=False)
    figure = plot_learning_curves(history, "stacked_autoencoder", "binary_crossentropy")
    assert len(figure.axes) == 1
    assert figure.axes[0].get_ylabel() == "binary cross-entropy"
    assert title_of(figure) == (
        "stacked autoencoder: best validation binary cross-entropy 0.5000 in epoch 3 of 5"
    )


def test_a_loss_says_what_is_added_to_it():
    history = _history(5, classifier=False)
    variational = pd.DataFrame({"type": ["Dense", "Sampling"], "settings": ["", ""]})
    sparse = pd.DataFrame({"type": ["Dense"], "settings": ["penalty on its outputs"]})
    names = [
        plot_learning_curves(history, "sparse_autoencoder", "mse", layers=layers).axes[0].get_ylabel()
        for layers in (PLAIN, variational, sparse)
    ]
    assert names == [
        "mean squared error",
        "mean squared error + divergence",
        "mean squared error + penalty",
    ]


def test_the_title_says_of_which_epoch_the_stored_weights_are():
    best, last = (title_of(plot_learning_curves(_history(5), "mlp", stored=epoch)) for epoch in (2, 5))
    assert best == "MLP: best validation accuracy 0.9000 in epoch 2 of 5, whose weights are stored"
    assert last == (
        "MLP: best validation accuracy 0.9000 in epoch 2 of 5; stored are the weights of epoch 5, with 0.8970"
    )


def test_where_validation_is_better_than_training_a_line_says_why():
    ahead = _history(3).assign(accuracy=[0.3, 0.6, 0.88])  # those of validation are about 0.9
    dropout = pd.DataFrame({"type": ["Dense", "Dropout"], "settings": ["", "0.5 dropped"]})
    plain, dropped = (plot_learning_curves(ahead, "cnn", layers=layers) for layers in (PLAIN, dropout))
    assert " ".join(plain.get_supxlabel().split()) == (
        "Validation is better than training in 3 of 3 epochs: training values are means over an epoch in "
        "which the network still learns."
    )
    assert " ".join(dropped.get_supxlabel().split()).endswith(
        "still learns, with dropout that validation is spared."
    )
    behind = plot_learning_curves(ahead.assign(accuracy=0.95), "cnn", layers=dropout)
    assert behind.get_supxlabel() == ""
    once = plot_learning_curves(ahead.assign(accuracy=[0.5, 0.95, 0.95]), "cnn")
    assert "in epoch 1:" in once.get_supxlabel()


def test_where_validation_stays_ahead_by_more_than_an_epoch_gains_its_images_may_be_easier():
    rest = "still learns; in the last 3 that is not enough, so that its images may be the easier ones."
    lasting = _history(5).assign(
        accuracy=[0.5, 0.85, 0.86, 0.87, 0.875]
    )  # those of validation are 0.897 to 0.9
    assert " ".join(plot_learning_curves(lasting, "mlp").get_supxlabel().split()).endswith(rest)
    dropout = pd.DataFrame({"type": ["Dropout"], "settings": ["0.5 dropped"]})
    for not_lasting, layers in [
        (lasting.assign(accuracy=[0.5, 0.6, 0.7, 0.87, 0.875]), PLAIN),  # the fourth epoch gains 0.17
        (lasting.assign(accuracy=[0.5, 0.85, 0.86, 0.95, 0.875]), PLAIN),
        (lasting.head(3), PLAIN),
        (lasting, dropout),
    ]:
        said = plot_learning_curves(not_lasting, "mlp", layers=layers).get_supxlabel()
        assert "Validation is better" in said
        assert "easier" not in said


def test_smoothed_labels_are_named_as_what_raises_the_training_loss():
    said = "Labels are smoothed in training alone, which raises the training loss."
    ahead, behind = (_history(3).assign(accuracy=accuracy) for accuracy in ([0.3, 0.6, 0.88], 0.95))
    smoothed = plot_learning_curves(ahead, "mlp", label_smoothing=0.1).get_supxlabel()
    assert " ".join(smoothed.split()).endswith(f"still learns. {said}")
    smoothed = plot_learning_curves(behind, "mlp", label_smoothing=0.1).get_supxlabel()
    assert " ".join(smoothed.split()) == said
    assert plot_learning_curves(behind, "mlp", label_smoothing=0.0).get_supxlabel() == ""


def test_no_legend_lies_over_the_data():
    figure = plot_learning_curves(_history(5), "mlp")
    for axes in figure.axes:
        assert not axes.get_legend().get_window_extent().overlaps(axes.bbox)


@pytest.mark.parametrize(
    ("n_epochs", "expected"),
    [
        (1, [1]),
        (10, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
        (20, [1, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]),
        (100, [1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]),
        (150, [1, 20, 40, 60, 80, 100, 120, 140]),
    ],
)
def test_epochs_are_whole_round_numbers_and_few(n_epochs, expected):
    assert _ticks(plot_learning_curves(_history(n_epochs), "mlp").axes[0]) == expected


def test_one_epoch_shows_as_points():
    assert all(line.get_marker() == "o" for line in plot_learning_curves(_history(1), "mlp").axes[0].lines)


def test_a_diverged_training_is_drawn_as_far_as_it_went():
    history = _history(5)
    history.loc[2:, ["loss", "val_loss"]] = np.nan
    history.loc[1, "val_loss"] = np.inf
    loss = plot_learning_curves(history, "mlp").axes[0]
    assert loss.get_legend().get_texts()[-1].get_text() == "best: 2.5000, epoch 1"


def test_a_training_without_any_finite_loss_says_so():
    history = _history(3, classifier=False).assign(loss=np.nan, val_loss=np.nan)
    figure = plot_learning_curves(history, "linear_autoencoder", "mse")
    assert figure.get_suptitle() == "linear autoencoder: no finite validation mean squared error"
    assert figure.axes[0].texts[0].get_text() == "no finite value in any epoch"


@pytest.mark.parametrize(
    ("classifier", "further", "expected"),
    [
        (True, {"learning_rate": [0.1, 0.1, 0.1]}, ["cross-entropy", "accuracy"]),
        (True, {"learning_rate": [0.1, 0.05, 0.02]}, ["cross-entropy", "accuracy", "learning rate"]),
        (
            True,
            {"learning_rate": [0.1, 0.05, 0.02], "gradient_norm": [3.0, 0.3, 0.03]},
            ["cross-entropy", "accuracy", "learning rate", "gradient norm"],
        ),
        (
            False,
            {"learning_rate": [0.1] * 3, "gradient_norm": [3.0, 0.3, 0.03]},
            ["cross-entropy", "gradient norm"],
        ),
    ],
)
def test_the_learning_rate_where_it_changes_and_the_gradient_where_it_is_known(classifier, further, expected):
    history = _history(3, classifier).assign(**further)
    figure = plot_learning_curves(history, "mlp")
    assert [axes.get_ylabel() for axes in figure.axes] == expected
    for axes in figure.axes[2 if classifier else 1 :]:
        (line,) = axes.lines
        np.testing.assert_array_equal(line.get_ydata(), history[axes.get_ylabel().replace(" ", "_")])
        np.testing.assert_array_equal(line.get_xdata(), [1, 2, 3])
        assert axes.get_xlabel() == "epoch"


def test_further_panels_lie_below_and_are_as_wide_as_the_figure_or_side_by_side():
    further = {"learning_rate": [0.1, 0.05, 0.02], "gradient_norm": [3.0, 0.3, 0.03]}
    loss, accuracy, rate, gradient = plot_learning_curves(_history(3).assign(**further), "mlp").axes
    assert rate.get_position().y1 < loss.get_position().y0
    assert rate.get_position().x1 < gradient.get_position().x0
    del further["gradient_norm"]
    loss, accuracy, rate = plot_learning_curves(_history(3).assign(**further), "mlp").axes
    assert rate.get_position().x1 == pytest.approx(accuracy.get_position().x1)


PHASES = {"phase": ["layer_1"] * 4 + ["layer_2"] * 3 + ["fine_tuning"] * 3}


def test_each_phase_has_a_panel_of_its_own():
    """Losses of different phases do not compare: no line goes from one to the next."""
    history = _history(10, classifier=False).assign(**PHASES)
    figure = plot_learning_curves(history, "greedy_autoencoder", "binary_crossentropy")
    names = [axes.get_ylabel() for axes in figure.axes]
    assert names == ["binary cross-entropy", "mean squared error", "binary cross-entropy"]
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["layer 1", "layer 2", "fine tuning"]
    for axes, epochs in zip(figure.axes, ([1, 2, 3, 4], [5, 6, 7], [8, 9, 10]), strict=True):
        training, validation, _ = axes.lines
        for line, column in ((training, "loss"), (validation, "val_loss")):
            np.testing.assert_array_equal(line.get_xdata(), epochs)
            np.testing.assert_array_equal(line.get_ydata(), history.set_index("epoch").loc[epochs, column])
        assert _ticks(axes) == [epoch for epoch in range(1, 11) if epoch in epochs]
    assert title_of(figure) == (
        "greedy autoencoder, fine tuning: best validation binary cross-entropy 5.5000 in epoch 8 of 10"
    )


def test_more_than_three_phases_take_a_second_row_above_the_learning_rate():
    history = _history(4, classifier=False).assign(
        phase=["layer_1", "layer_2", "layer_3", "fine_tuning"], learning_rate=[0.4, 0.3, 0.2, 0.1]
    )
    *phases, rate = plot_learning_curves(history, "greedy_autoencoder").axes
    assert phases[3].get_position().y1 < phases[0].get_position().y0
    assert rate.get_position().y1 < phases[3].get_position().y0
    np.testing.assert_array_equal(rate.lines[0].get_xdata(), [1, 2, 3, 4])
