import keras
import pytest
from tests.trials.small import RECIPE, REUSE, TRIAL, labels_alone, recipe

from fashion_nets.errors import UserError
from fashion_nets.training.precision import resolve_precision
from fashion_nets.training.stages import Stage
from fashion_nets.trials.images import ImageChoice
from fashion_nets.trials.planning import check_variant, plan_seeds

CLASSES = [str(label) for label in range(10)]


def make(trial=TRIAL, n_seeds=1, n_images=800, **options):
    return plan_seeds(trial, n_seeds, labels_alone(n_images), CLASSES, **options)


def changed(**changes):
    return TRIAL._replace(recipe=recipe(**changes))


@pytest.fixture(scope="module")
def base():
    return RECIPE.build((28, 28), 8)


def test_a_variant_comes_with_each_seed():
    assert [trial.key for trial in make(n_seeds=3)] == ["sgd/seed_42", "sgd/seed_43", "sgd/seed_44"]


def test_a_network_is_built_once_for_all_seeds(monkeypatch):
    built = []
    build = type(RECIPE).build
    monkeypatch.setattr(type(RECIPE), "build", lambda *args: built.append(args) or build(*args))
    make(n_seeds=5)
    assert len(built) == 1


def test_costs_are_those_of_the_network():
    (trial,) = make()
    weights = 785 * 16 + 17 * 10
    assert trial.costs["parameters"] == weights
    assert trial.costs["multiplications"] == 784 * 16 + 16 * 10
    # 32 images with the outputs of 2 layers; weights and gradients, but nothing that SGD remembers.
    assert trial.costs["training_memory_mb"] == pytest.approx((32 * (784 + 16 + 10) + 2 * weights) * 4 / 1e6)


def test_precision_and_engine_are_resolved_once():
    (trial,) = make(changed(training={"precision": "auto", "engine": "auto"}))
    training = trial.recipe.training
    assert training.engine == "xla"  # no convolutions
    assert training.precision == resolve_precision("auto") != "auto"
    (as_stated,) = make(changed(training={"precision": "mixed_bfloat16", "engine": "keras"}))
    assert (as_stated.recipe.training.precision, as_stated.recipe.training.engine) == (
        "mixed_bfloat16",
        "keras",
    )


@pytest.mark.parametrize(
    ("trial", "message"),
    [
        (changed(optimizer={"schedule": {"name": "cosine", "warmup_epochs": 5}}), "leaves nothing of 2 epo"),
        (TRIAL._replace(images=ImageChoice(n_images=900, draw="in_proportion")), "cannot draw 900 images"),
        (TRIAL._replace(images=ImageChoice(n_images=15, draw="balanced")), "a multiple of 10"),
        (TRIAL._replace(images=ImageChoice(classes=(3, 12))), "none with label 12"),
    ],
)
def test_what_would_fail_in_training_is_refused(trial, message):
    with pytest.raises(UserError, match=message):
        make(trial)


def test_what_memory_cannot_hold_is_refused_with_the_parameter_to_change(monkeypatch):
    monkeypatch.setattr("fashion_nets.training.feasibility.free_memory", lambda: 2 * 10**5)
    with pytest.raises(UserError, match=r'--params "my_networks\.mine\.training\.'):
        check_variant(TRIAL, 1, labels_alone(), CLASSES, conf_name="my_networks.mine")


def test_layers_that_the_base_does_not_have_are_refused(base):
    reuse = REUSE._replace(n_layers=2)
    with pytest.raises(UserError, match="reused_layers must be at most 1, the hidden layers of mlp, got 2"):
        make(TRIAL._replace(reuse=reuse), bases={"my_base": base})


def test_every_stage_is_made_sure_of(base):
    warm_up = changed(optimizer={"schedule": {"name": "cosine", "warmup_epochs": 2}})
    trial = warm_up._replace(reuse=REUSE._replace(stages=(Stage(9, 1), Stage(1, 0))))
    with pytest.raises(UserError, match="leaves nothing of 1 epoch"):
        make(trial, bases={"my_base": base})


def test_planning_trains_nothing(base, monkeypatch):
    monkeypatch.setattr(keras.Model, "fit", None)
    make(TRIAL._replace(reuse=REUSE), n_seeds=2, bases={"my_base": base})
