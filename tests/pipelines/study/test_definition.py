import copy

import pytest
import yaml
from kedro.framework.project import settings
from kedro.framework.startup import bootstrap_project
from tests.conftest import ROOT
from tests.networks.architectures import small
from tests.parameters import stated
from tests.pipelines.study.conf import CLASSES, IMAGES, MLP, STUDY, images, make, params, plan

from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.errors import UserError
from fashion_nets.pipelines.study.definition import make_plan
from fashion_nets.training.memory import free_memory

BLOCK = {"filters": 2, "kernel_size": 3, "convolutions": 1}
CNN = {
    **MLP,
    "architecture": stated("cnn.architecture", blocks=[BLOCK], dense_units=[], dropout=0),
}


def test_each_variant_comes_with_each_seed():
    made = plan()
    assert [trial.name for trial in made.trials] == [
        *("sgd, seed 42", "sgd, seed 43"),
        *("momentum, seed 42", "momentum, seed 43"),
    ]
    assert made.trials[3].key == "momentum/seed_43"
    study = make()[1]
    assert (study.name, study.n_images) == ("mine", 800)


def test_variants_win_over_what_all_have_in_common_and_that_over_the_network():
    made = plan(
        {
            "overrides": {"training.epochs": 7, "optimizer.momentum": 0.5},
            "variants": {"one": {}, "two": {"optimizer.momentum": 0.9}},
        },
        n_seeds=1,
    )
    one, two = (trial.recipe for trial in made.trials)
    assert (one.training.epochs, two.training.epochs) == (7, 7)
    assert (one.optimizer.momentum, two.optimizer.momentum) == (0.5, 0.9)
    assert one.optimizer.learning_rate == two.optimizer.learning_rate == 0.1


def test_a_mapping_replaces_what_was_there_and_a_path_leads_into_what_was_null():
    made = plan(
        {
            "variants": {
                "adam": {"optimizer": stated("mlp.optimizer", name="Adam", learning_rate=0.001)},
                "stops": {
                    "training.early_stopping.monitor": "val_loss",
                    "training.early_stopping.patience": 3,
                    "training.early_stopping.restore_best_weights": True,
                },
                "leaky": {"architecture.activation": {"name": "leaky_relu", "negative_slope": 0.2}},
            }
        },
        n_seeds=1,
    )
    adam, stops, leaky = (trial.recipe for trial in made.trials)
    assert (adam.optimizer.name, adam.optimizer.learning_rate) == ("Adam", 0.001)
    assert stops.training.early_stopping.patience == 3
    assert leaky.architecture.activation == {"name": "leaky_relu", "negative_slope": 0.2}


def test_planning_leaves_the_configuration_as_it_was():
    before = copy.deepcopy((MLP, STUDY))
    plan({"overrides": {"training.epochs": 7}})
    assert before == (MLP, STUDY)


def test_how_much_is_trained_can_be_limited():
    made = plan({"variants": {"long": {"training.epochs": 9}, "short": {}}}, max_epochs=3, n_seeds=1)
    assert [trial.recipe.training.epochs for trial in made.trials] == [3, 2]
    for n_train_images, n_images in ((100, 100), (10_000, 800)):
        made, study = make(n_train_images=n_train_images, n_seeds=1)
        assert study.n_images == n_images
        assert {trial.images.n_images for trial in made.trials} == {n_images}


def test_a_question_names_the_epochs_that_are_run():
    question = {"question": "What gets furthest in {epochs}?"}
    longer = {**question, "variants": {"sgd": {}, "longer": {"training.epochs": 9}}}
    assert make(question)[1].question == "What gets furthest in 2 epochs?"
    assert make(question, max_epochs=1)[1].question == "What gets furthest in 1 epoch?"
    assert make(longer)[1].question == "What gets furthest in 9 epochs?"


def test_mistakes_are_measured_in_every_study():
    assert plan().trials[0].measurements == ("mistakes",)
    assert plan({"measurements": ["sparsity"]}).trials[0].measurements == ("sparsity", "mistakes")


@pytest.mark.parametrize(
    ("study", "message"),
    [
        (
            {"variants": {"sgd": {}, "bad": {"training.epochs": 0}}},
            "Study mine, variant bad: training: 'epochs' should be greater than 0, got 0. Change it in conf/",
        ),
        (
            {"variants": {"bad": {"optimizer.momentun": 0.9}}},
            "variant bad: optimizer: SGD has no setting 'momentun'",
        ),
        (
            {"variants": {"bad": {"architecture.units": [3]}}},
            "variant bad: architecture: 'units' is not a parameter here; there are ",
        ),
        ({"variants": {"bad": {"trainig.epochs": 3}}}, "variant bad: 'trainig' is no group of parameters"),
        ({"variants": {"bad": {"training": None}}}, "variant bad: training: 'the group' "),
        (
            {"variants": {"bad": {"optimizer.schedule": {"name": "cosine", "warmup_epochs": 5}}}},
            "variant bad: The cosine schedule has warmup_epochs 5, which leaves nothing of 2 epochs",
        ),
        ({"variants": {"a/b": {}}}, "expected letters, digits, _, . or -, got 'a/b'"),
        ({"variants": {}}, "Study mine: 'variants' "),
        (
            {"network": "mlpp"},
            "Study mine: 'network': there is no network to study 'mlpp'; did you mean 'mlp'",
        ),
        ({"answer": {"kind": "bars"}}, "Study mine: 'answer.kind': there is no kind of figure 'bars'"),
        (
            {"answer": {"kind": "against"}},
            "'quantity' of a figure of kind against should be one of parameters, multiplications, training_",
        ),
        (
            {"answer": {"kind": "pruning"}},
            "a figure of kind pruning needs the measurement pruning; add it to 'measurements'",
        ),
        (
            {"conclusion": {"kind": "pruning"}},
            "a conclusion of kind pruning needs the measurement pruning; add it to 'measurements'",
        ),
        (
            {"conclusion": {"kind": "verdict"}},
            "Study mine: 'conclusion.kind': there is no kind of conclusion 'verdict'",
        ),
        (
            {"conclusion": {"kind": "against"}},
            "'variants' of a conclusion of kind against should name 1 or more, got 0",
        ),
        (
            {"conclusion": {"kind": "pairs", "variants": ["sgd", "momentum", "sgd"]}},
            "'variants' of a conclusion of kind pairs should name 2 or more in pairs, got 3",
        ),
        (
            {"conclusion": {"kind": "against", "variants": ["adam"]}},
            "'conclusion.variants' should be among sgd, momentum, got adam",
        ),
        (
            {"conclusion": {"kind": "cheapest"}},
            "'quantity' of a conclusion of kind cheapest is missing; it should be one of parameters, mul",
        ),
        ({"measurements": ["size"]}, "'measurements.0': there is no measurement 'size'; there are "),
        (
            {"answer": {"kind": "by_epoch", "quantity": "gradient_norm"}},
            "variant sgd: training.gradient_norm is null, but a figure shows it",
        ),
        ({"variant": {}}, "Study mine: 'variant' is not a parameter here; there are question, network, "),
    ],
)
def test_a_wrong_study_is_refused_with_variant_and_field(study, message):
    with pytest.raises(UserError) as refused:
        plan(study)
    assert message in str(refused.value)


def test_what_is_no_network_is_refused_before_anything_is_trained():
    cnn = {**CNN, "architecture": {**CNN["architecture"], "blocks": [BLOCK] * 5}}
    studies = {"mine": {**STUDY, "network": "cnn"}}
    with pytest.raises(UserError, match="Study mine, variant sgd: 5 poolings by 2 need images of at least"):
        make_plan(params(), studies, {"cnn": cnn}, {}, 42, IMAGES, CLASSES)


def test_a_variant_that_no_memory_holds_is_refused_before_another_is_trained():
    if free_memory() is None:
        pytest.skip("nothing tells how much memory is free")
    block = {"filters": 2**12, "kernel_size": 1, "convolutions": 1}
    cnn = {**CNN, "architecture": {**CNN["architecture"], "blocks": [block], "pool_size": 28}}
    study = {**STUDY, "network": "cnn", "variants": {"small": {}, "full": {"training.batch_size": "full"}}}
    with pytest.raises(UserError, match="Study mine, variant full: A step of cnn on 55,000 images needs"):
        make_plan(params(), {"mine": study}, {"cnn": cnn}, {}, 42, images(55_000), CLASSES)


def test_an_unknown_study_is_answered_with_the_known_ones():
    studies = {"mine": STUDY, "other": STUDY}
    with pytest.raises(
        UserError, match="there is no study 'main'; did you mean 'mine'.* There are mine, other"
    ):
        make_plan(params(name="main"), studies, {"mlp": MLP}, {}, 42, IMAGES, CLASSES)


HEAD = 14 * 14 * 8 * 32 + 32 * 10  # what follows the block of the study kernel_size


@pytest.mark.parametrize(
    ("study", "multiplications"),
    [
        (
            "kernel_size",
            {
                "kernel_3": 3**2 * 8 * 28**2 + HEAD,
                "kernel_3_twice": (3**2 * 8 + 3**2 * 8 * 8) * 28**2 + HEAD,
                "kernel_5": 5**2 * 8 * 28**2 + HEAD,
                "kernel_7": 7**2 * 8 * 28**2 + HEAD,
                "kernel_28": 28**2 * 8 * 28**2 + HEAD,
            },
        ),
        (
            "pooling",
            {
                "max": 9 * 8 * 28**2 + 9 * 8 * 16 * 14**2 + 7 * 7 * 16 * 32 + 32 * 10,
                "average": 9 * 8 * 28**2 + 9 * 8 * 16 * 14**2 + 7 * 7 * 16 * 32 + 32 * 10,
                "stride": 9 * 8 * 14**2 + 9 * 8 * 16 * 7**2 + 7 * 7 * 16 * 32 + 32 * 10,
            },
        ),
    ],
)
def test_variants_of_convolutions_differ_in_what_is_asked(study, multiplications):
    bootstrap_project(ROOT)
    conf = NetworkConfigLoader(str(ROOT / "conf"), env="base", **settings.CONFIG_LOADER_ARGS)["parameters"]
    made, _ = make_plan(
        params(name=study, n_seeds=1),
        conf["studies"],
        {"cnn": conf["cnn"]},
        conf["architecture_settings"],
        conf["seed"],
        IMAGES,
        CLASSES,
    )
    costs = {trial.labels["variant"]: trial.costs for trial in made.trials}
    assert {variant: cost["multiplications"] for variant, cost in costs.items()} == multiplications
    assert len({cost["parameters"] for cost in costs.values()}) == (5 if study == "kernel_size" else 1)


def test_another_architecture_comes_with_its_own_settings():
    own = {
        "architecture": {"name": "lenet5", "activation": "tanh", "output": "softmax"},
        "optimizer": stated("mlp.optimizer", name="Adam", learning_rate=0.001),
        "training": {**MLP["training"], "epochs": 7},
    }
    variants = {
        "as_it_is": {},
        "lenet5": {"architecture.name": "lenet5"},
        "changed": {"architecture.name": "lenet5", "architecture.output": "rbf", "training.epochs": 3},
        "same": {"architecture.name": "lecture", "optimizer.momentum": 0.9},
    }
    study = {**STUDY, "network": "cnn", "variants": variants}
    made, _ = make_plan(
        params(n_seeds=1), {"mine": study}, {"cnn": CNN}, {"lenet5": own}, 42, IMAGES, CLASSES
    )
    as_it_is, lenet5, changed, same = (trial.recipe for trial in made.trials)
    assert as_it_is.parameters()["architecture"]["name"] == "lecture"
    assert (lenet5.architecture.output, lenet5.optimizer.name, lenet5.training.epochs) == (
        "softmax",
        "Adam",
        7,
    )
    assert (changed.architecture.output, changed.training.epochs) == ("rbf", 3)
    assert (same.architecture, same.optimizer.momentum) == (as_it_is.architecture, 0.9)


def test_another_architecture_needs_settings_of_its_own():
    with pytest.raises(UserError, match="variant bad: architecture: 'activation' is missing"):
        plan({"variants": {"bad": {"architecture.name": "lenet5"}}})


def test_an_unknown_architecture_is_answered_with_the_known_ones():
    study = {**STUDY, "network": "cnn", "variants": {"bad": {"architecture.name": "lenet"}}}
    with pytest.raises(
        UserError, match="variant bad: 'name': there is no architecture 'lenet'; did you mean"
    ):
        make_plan(params(), {"mine": study}, {"cnn": CNN}, {}, 42, IMAGES, CLASSES)


@pytest.mark.slow  # four deep networks are built
def test_the_study_of_skip_connections_varies_nothing_else():
    conf = yaml.safe_load((ROOT / "conf/base/parameters_study.yml").read_text())["studies"]
    changes = params(name="skip_connections", n_seeds=1)
    plain_18, residual_18, plain_34, residual_34 = (
        trial.recipe
        for trial in make_plan(changes, conf, {"cnn": CNN}, small.settings(), 42, IMAGES, CLASSES)[0].trials
    )
    for plain, residual in ((plain_18, residual_18), (plain_34, residual_34)):
        assert not plain.architecture.skip_connections
        changed = plain.architecture.model_copy(update={"skip_connections": True})
        assert plain._replace(architecture=changed) == residual
    assert (residual_18.architecture.name, residual_34.architecture.name) == ("resnet18", "resnet34")


@pytest.mark.parametrize("name", ["a/b", "..", "", "my study"])
def test_a_name_that_no_folder_can_have_is_refused(name):
    with pytest.raises(UserError, match="^'name': a folder or a file has this name: expected letters"):
        params(name=name)
