import keras
import numpy as np
import pytest
from tests.conftest import QUICK_FIT

from fashion_nets.data.subsets import choose_classes
from fashion_nets.errors import UserError
from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.training.fit import ClassifierTrainingParams
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.recipe import Recipe
from fashion_nets.training.transfer import TransferParams, fit_way

VALUES = {
    "base": "mlp",
    "stored_base": None,
    "classes": ["Sandal", "Shirt"],
    "n_images": 20,
    "other_n_images": [],
    "n_seeds": 2,
    "reused_layers": 2,
    "unfrozen_layers": 1,
    "epochs": 3,
    "min_images_per_epoch": 20,
    "frozen_epochs": 2,
    "unfrozen_rate_factor": 0.1,
}
TRANSFER = TransferParams.model_validate(VALUES)
FROZEN = ["input_normalization", "hidden_1", "hidden_1_normalization", "hidden_2", "hidden_2_normalization"]


def classifier(engine, **training):
    return Recipe(
        "mlp",
        MlpParams(
            hidden_units=(30, 20),
            activation="relu",
            dropout=0.0,
            batch_normalization="after_activation",
            normalize_inputs=True,
        ),
        OptimizerParams(name="SGD", learning_rate=0.1, momentum=0.9),
        ClassifierTrainingParams(
            loss="sparse_categorical_crossentropy",
            epochs=30,
            **{**QUICK_FIT, "steps_per_execution": 4, "engine": engine, **training},
        ),
    )


@pytest.fixture
def base():
    keras.utils.set_random_seed(0)
    return build_mlp(classifier("keras").architecture, (28, 28), 8, "mlp")


@pytest.fixture
def fit(base, train_set, validation_set):
    train, validation = (choose_classes(part, [5, 6]) for part in (train_set, validation_set))

    def fit_base(way, engine="graph", transfer=TRANSFER, **training):
        return fit_way(way, base, classifier(engine, **training), train, validation, transfer, seed=1)

    return fit_base


def weights_of(model, layers):
    return [weights for layer in layers for weights in model.get_layer(layer).get_weights()]


def changed(model, base, layer):
    pairs = zip(weights_of(model, [layer]), weights_of(base, [layer]), strict=True)
    return any(not np.array_equal(new, old) for new, old in pairs)


@pytest.mark.parametrize("engine", ["xla", "graph", "keras"])
def test_frozen_weights_stay_as_they_are_bit_by_bit(fit, base, engine):
    before = [weights.tobytes() for weights in weights_of(base, FROZEN)]
    model, history = fit("frozen", engine)
    assert [weights.tobytes() for weights in weights_of(model, FROZEN)] == before
    assert history["loss"].iloc[-1] < history["loss"].iloc[0]  # the layer on top has learned


@pytest.mark.parametrize("engine", ["xla", "graph", "keras"])
def test_unfreezing_lets_the_highest_reused_layers_learn(fit, base, engine):
    model, _ = fit("unfrozen", engine)
    assert [layer for layer in FROZEN if changed(model, base, layer)] == [
        "hidden_2",
        "hidden_2_normalization",
    ]


def test_from_scratch_nothing_is_reused(fit, base):
    model, _ = fit("scratch")
    assert all(changed(model, base, layer) for layer in FROZEN)


def test_the_base_stays_as_it_is(fit, base):
    before = [weights.copy() for weights in base.get_weights()]
    for way in ("scratch", "frozen", "unfrozen"):
        fit(way)
    for now, then in zip(base.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


def test_every_way_has_the_same_number_of_epochs_and_the_last_ones_are_slower(fit):
    rates = {
        way: fit(way)[1].set_index("epoch")["learning_rate"] for way in ("scratch", "frozen", "unfrozen")
    }
    assert rates["scratch"].to_dict() == pytest.approx({1: 0.1, 2: 0.1, 3: 0.1})
    assert rates["frozen"].to_dict() == pytest.approx({1: 0.1, 2: 0.1, 3: 0.1})
    assert rates["unfrozen"].to_dict() == pytest.approx({1: 0.1, 2: 0.1, 3: 0.01})


def test_until_the_unfreezing_nothing_differs_from_frozen(fit):
    frozen, unfrozen = (fit(way)[1]["loss"] for way in ("frozen", "unfrozen"))
    assert frozen[:2].tolist() == unfrozen[:2].tolist()
    assert frozen[2] != unfrozen[2]


def test_validation_stops_no_training(fit):
    stop = {"monitor": "val_accuracy", "patience": 0, "restore_best_weights": True}
    _, history = fit("frozen", early_stopping=stop, transfer=TRANSFER.model_copy(update={"epochs": 12}))
    assert len(history) == 12
    assert history["val_accuracy"].diff().min() <= 0  # it would have stopped otherwise


def test_all_numbers_of_images_are_compared_in_order_and_once():
    values = {**VALUES, "n_images": 50, "other_n_images": [200, 50, 10]}
    assert TransferParams.model_validate(values).numbers_of_images == (10, 50, 200)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"classes": ["Shirt", "Shirt"]}, "'classes' must differ from each other, got Shirt, Shirt"),
        ({"classes": ["Shirt"]}, "'classes' .*at least 2 items"),
        ({"unfrozen_layers": 3}, "'unfrozen_layers' must be at most 'reused_layers', 2, got 3"),
        ({"frozen_epochs": 3}, "'frozen_epochs' must be fewer than 'epochs', 3, got 3"),
        ({"n_seeds": 1}, "'n_seeds' should be greater than or equal to 2, got 1"),
        (
            {"base": "linear_autoencoder"},
            "'base': there is no classifier 'linear_autoencoder'; there are cnn, mlp",
        ),
        ({"unfrozen_rate_factor": 1.5}, "'unfrozen_rate_factor' should be less than or equal to 1, got 1.5"),
    ],
)
def test_what_cannot_be_is_refused(changes, message):
    with pytest.raises(UserError, match=message):
        TransferParams.model_validate({**VALUES, **changes})
