"""A small study as conf/ would describe it, for the tests of the pipeline ``study``."""

import copy

import numpy as np
from tests.conftest import QUICK_FIT
from tests.parameters import stated

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.pipelines.study.definition import StudyParams, make_plan

MLP = {
    "architecture": stated("mlp.architecture", hidden_units=[16]),
    "optimizer": stated("mlp.optimizer", learning_rate=0.1),
    "training": stated("mlp.training", epochs=2, **QUICK_FIT),
}
STUDY = {
    "question": "Does momentum help?",
    "network": "mlp",
    "variants": {"sgd": {}, "momentum": {"optimizer.momentum": 0.9}},
    "claims": [],
    "answer": {"kind": "accuracy"},
}
CLASSES = [f"class {label}" for label in range(10)]


def images(n_images=800):
    """A training set of which only the labels and the size of the images matter."""
    return LabelledImages(
        np.broadcast_to(np.float32(0), (n_images, 28, 28)),
        np.arange(n_images, dtype=np.uint32).astype(np.uint8) % 10,
    )


IMAGES = images()


def params(**changes):
    limits = {"n_seeds": 2, "max_epochs": None, "n_train_images": None, "reuse": True}
    return StudyParams.model_validate({"name": "mine", **limits, **changes})


def make(study=None, **changes):
    """The plan of ``STUDY`` with changes to the block of YAML (``study``) and to how much runs; and it."""
    studies = {"mine": {**copy.deepcopy(STUDY), **(study or {})}}
    return make_plan(params(**changes), studies, {"mlp": MLP}, {}, 42, IMAGES, CLASSES)


def plan(study=None, **changes):
    """The plan alone."""
    return make(study, **changes)[0]
