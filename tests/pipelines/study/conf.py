"""A small study as conf/ would describe it, for the tests of the pipeline ``study``."""

import copy

from tests.conftest import QUICK_FIT

from fashion_nets.pipelines.study.definition import StudyParams, make_plan

MLP = {
    "architecture": {"name": "mlp", "hidden_units": [16], "activation": "relu", "dropout": 0.0},
    "optimizer": {"name": "SGD", "learning_rate": 0.1},
    "training": {"loss": "sparse_categorical_crossentropy", "epochs": 2, **QUICK_FIT},
}
STUDY = {
    "question": "Does momentum help?",
    "network": "mlp",
    "variants": {"sgd": {}, "momentum": {"optimizer.momentum": 0.9}},
    "answer": {"kind": "accuracy"},
}
IMAGES = (800, 28, 28)


def params(**changes):
    limits = {"n_seeds": 2, "max_epochs": None, "train_images": None, "reuse": True}
    return StudyParams.model_validate({"name": "mine", **limits, **changes})


def plan(study=None, images=IMAGES, n_classes=10, **changes):
    """The plan of ``STUDY`` with changes to the block of YAML (``study``) and to how much of it runs."""
    studies = {"mine": {**copy.deepcopy(STUDY), **(study or {})}}
    return make_plan(params(**changes), studies, {"mlp": MLP}, {}, 42, images, n_classes)
