"""The process that does the default run's trainings in the lecture's way, one after the other.

``python -m bench.lecture_run --env=sample``; each network is evaluated on the test set. Seconds and results
are JSON on the last line.
"""

import argparse
import json
import time

from bench import lecture
from bench.networks import NETWORKS
from bench.places import RAW, RAW_SAMPLE, load_parameters
from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.pipeline_registry import listed_autoencoders

TRAINED = (*CLASSIFIERS, *listed_autoencoders())  # what the default run trains


def main() -> None:
    """Train and evaluate what ``kedro run`` does."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--env", choices=("base", "sample"), default="base")
    parser.add_argument("--epochs", type=int, help="for a trial; the default is what conf/ says")
    arguments = parser.parse_args()
    parameters = load_parameters(arguments.env)
    folder = RAW_SAMPLE if arguments.env == "sample" else RAW
    parts = lecture.load_parts(folder, parameters["preprocessing"]["validation_size"])
    results = {}
    for name in TRAINED:
        start = time.perf_counter()
        epochs = arguments.epochs or parameters[name]["training"]["epochs"]
        model, _ = lecture.fit(NETWORKS[name], parts, epochs, parameters["seed"])
        fitted = time.perf_counter()
        test = lecture.evaluate(model, NETWORKS[name], parts)
        results[name] = {
            "epochs": epochs,
            "training_seconds": fitted - start,
            "evaluation_seconds": time.perf_counter() - fitted,
            "test": test,
        }
    print(json.dumps(results))


if __name__ == "__main__":
    main()
