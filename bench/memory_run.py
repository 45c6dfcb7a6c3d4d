"""The process that trains an architecture on a block of large batches: its memory as JSON, the last line.

``python -m bench.memory_run 512 --architecture=vgg16``; images are those of the sample in this repository.
"""

import argparse
import json
import os
from pathlib import Path

from bench.measurement import EpochClock, measurement
from bench.networks import N_CLASSES
from bench.places import RAW_SAMPLE, load_parameters
from fashion_nets.data.idx import read_idx
from fashion_nets.data.image_set import LabelledImages
from fashion_nets.networks.registry import architectures_of
from fashion_nets.training.costs import training_costs
from fashion_nets.training.recipe import complete_network, read_recipe

STEPS = 3  # of one block: the first one may take less, as not everything is there yet
N_VALIDATION = 32


def resident_mb() -> float:
    """The memory of this process now, in MB as in ``measurement``; Linux alone tells it."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def load_images(n_images: int) -> LabelledImages:
    """So many images of the sample, some of them again and again where it has fewer."""
    images, labels = (
        read_idx(RAW_SAMPLE / f"train-{kind}-ubyte.gz") for kind in ("images-idx3", "labels-idx1")
    )
    repeats = -(-n_images // len(labels))
    return LabelledImages(images.repeat(repeats, axis=0)[:n_images], labels.repeat(repeats)[:n_images])


def main() -> None:
    """Train, and print what was estimated and what was measured."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("batch_size", type=int)
    parser.add_argument("--architecture", choices=architectures_of("classifier"), default="lecture")
    parser.add_argument("--precision", default="float32")
    arguments = parser.parse_args()
    images = load_images(STEPS * arguments.batch_size)
    validation = LabelledImages(*(part[:N_VALIDATION] for part in images))
    stated = {
        "architecture": {"name": arguments.architecture},
        "training": {
            "epochs": 1,
            "batch_size": arguments.batch_size,
            "precision": arguments.precision,
            "steps_per_execution": STEPS,
        },
    }
    classifier = read_recipe("cnn", complete_network(stated, load_parameters()["architecture_settings"]))
    small = classifier._replace(training=classifier.training.model_copy(update={"batch_size": 1}))
    # What TensorFlow takes once, for its threads and its code, comes before.
    small.fit(validation, validation, N_CLASSES, seed=1)
    before, clock = resident_mb(), EpochClock()
    model, history = classifier.fit(images, validation, N_CLASSES, seed=1, listener=clock.epoch_ends)
    last = history.iloc[-1]
    peak = measurement(clock, last["loss"], last["val_loss"])["peak_mb"]
    costs = training_costs(model, len(images.labels), arguments.batch_size, arguments.precision)
    result = {
        "architecture": arguments.architecture,
        "precision": arguments.precision,
        "batch_size": arguments.batch_size,
        "estimated_mb": costs["training_memory_mb"],
        "before_mb": before,
        "measured_mb": (peak - before) * 2**20 / 1e6,
        "costs": costs,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
