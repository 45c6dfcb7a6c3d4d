"""How far from the limit of the arithmetic: an epoch against the matrix products that it cannot do without.

For networks of dense layers. All in one process and one run: the rate at which the processor multiplies
large matrices, the products of all steps alone in one compiled loop, the steps inside ``fit``, and these
with validation.
"""

import argparse
import statistics
import time
from collections.abc import Callable

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from bench.measurement import BATCH_SIZE, EpochClock
from bench.networks import NETWORKS, Network
from bench.places import check_stored, load_parameters, load_sets
from bench.report import report
from fashion_nets.data.image_set import LabelledImages
from fashion_nets.networks.names import display_name
from fashion_nets.training.blocks import fit_in_blocks

CASES = ("mlp", "stacked_autoencoder")
LARGE = 2048  # rows and columns of a matrix that keeps all cores busy


def kernel_shapes(model: keras.Model) -> list[tuple[int, int]]:
    """Inputs and units of each dense layer."""
    return [layer.kernel.shape for layer in model.layers if isinstance(layer, keras.layers.Dense)]


def count_operations(shapes: list[tuple[int, int]], n_images: int) -> int:
    """Floating-point operations of an epoch: forward, by the weights and, but for the first layer, back."""
    weights = [inputs * units for inputs, units in shapes]
    return 2 * n_images * (3 * sum(weights) - weights[0])


def best_of(run: Callable[[], object], times: int) -> float:
    """The shortest of several runs in seconds, after one that warms up."""
    run()
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def measure_rate() -> float:
    """Operations a second in a product of large float32 matrices."""
    matrix = tf.random.uniform((LARGE, LARGE))
    return 2 * LARGE**3 / best_of(lambda: tf.matmul(matrix, matrix).numpy(), times=10)


def make_products(shapes: list[tuple[int, int]], n_steps: int) -> Callable[[], object]:
    """The products of so many steps, each a batch, in one loop that XLA compiles."""
    kernels = [tf.random.uniform(shape) for shape in shapes]

    def step(number: tf.Tensor, x: tf.Tensor, *_: tf.Tensor) -> list[tf.Tensor]:
        inputs, outputs = [], x
        for kernel in kernels:
            inputs.append(outputs)
            outputs = tf.matmul(outputs, kernel)
        gradients, error = [], outputs
        for kernel, layer_input in zip(reversed(kernels), reversed(inputs), strict=True):
            gradients.append(tf.matmul(layer_input, error, transpose_a=True))
            if layer_input is not x:
                error = tf.matmul(error, kernel, transpose_b=True)
        return [number + 1, x * 0.999, *reversed(gradients)]

    @tf.function(jit_compile=True)
    def run() -> list[tf.Tensor]:
        batch = tf.ones((BATCH_SIZE, shapes[0][0]))
        start = [tf.constant(0), batch, *(tf.zeros(shape) for shape in shapes)]
        return tf.while_loop(lambda number, *_: number < n_steps, step, start, parallel_iterations=1)

    return lambda: [part.numpy() for part in run()]


def time_epochs(
    network: Network, train_set: LabelledImages, validation_set: LabelledImages | None, epochs: int
) -> float:
    """The median seconds of an epoch of ``fit``, the first left out, with or without validation."""

    def pair(part: LabelledImages) -> tuple[np.ndarray, np.ndarray]:
        return part.images, part.images if network.is_autoencoder else part.labels

    model = network.build()
    steps = load_parameters()[network.settings_of]["training"]["steps_per_execution"]
    model.compile(network.build_optimizer(), network.loss, metrics=network.metrics, steps_per_execution=steps)
    clock = EpochClock()
    fit_in_blocks(
        model,
        pair(train_set),
        BATCH_SIZE,
        "auto",
        seed=1,
        epochs=epochs + 1,
        validation_data=None if validation_set is None else pair(validation_set),
        callbacks=[keras.callbacks.LambdaCallback(on_epoch_end=clock.epoch_ends)],
        verbose=0,
    )
    return statistics.median(clock.seconds[1:])


def main() -> None:
    """Measure; print a table and write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--networks", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--epochs", type=int, default=7, help="of each measurement")
    arguments = parser.parse_args()
    check_stored()
    train_set, validation_set = load_sets("train", "validation")
    n_images = len(train_set.labels)
    rows = []
    for name in arguments.networks:
        network = NETWORKS[name]
        shapes = kernel_shapes(network.build())
        operations, rate = count_operations(shapes, n_images), measure_rate()
        products = best_of(make_products(shapes, n_images // BATCH_SIZE), arguments.epochs)
        epoch = time_epochs(network, train_set, None, arguments.epochs)
        rows.append(
            {
                "network": display_name(name),
                "gflop": operations / 1e9,
                "gflop_per_second": rate / 1e9,
                "limit_seconds": operations / rate,
                "products_seconds": products,
                "fit_seconds": epoch,
                "with_validation_seconds": time_epochs(network, train_set, validation_set, arguments.epochs),
                "share_of_rate": operations / rate / epoch,
            }
        )
    report("arithmetic", pd.DataFrame(rows), [], rows)


if __name__ == "__main__":
    main()
