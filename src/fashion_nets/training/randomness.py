"""What is random in a training: a function of the seed, the epoch and the step alone."""

import keras
import numpy as np

from fashion_nets.training.samples import Samples

_MAX_SEED = 2**31 - 2  # Keras takes the rest of a division by it where TensorFlow wants 32 bits


class SeededEpochs(keras.callbacks.Callback):
    """Begin each epoch with the order of its samples, and with the random state of every layer set anew.

    A layer's state is a seed and how often the layer has drawn since, which its steps count on. So the order,
    and what dropout, noise and the sampling of codings draw, need no step of an earlier epoch, whatever runs
    the steps.

    Args:
        samples: What the network is fitted to.
        seed: Of the training.
    """

    def __init__(self, samples: Samples, seed: int) -> None:
        super().__init__()
        self._samples = samples
        self._seed = seed

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002, D102
        self._samples.epoch = epoch
        for number, state in enumerate(random_states(self.model)):
            seed = np.random.SeedSequence([self._seed, epoch, number]).generate_state(1)[0] % _MAX_SEED
            state.assign([seed, 0])


def random_states(layer: keras.Layer) -> list[keras.Variable]:
    """The states of the random generators of a layer or a model, of all that is inside it too.

    They are what Keras counts as variables of a layer but not as weights.
    """
    weights = set(map(id, layer.weights))
    return [variable for variable in layer.variables if id(variable) not in weights]
