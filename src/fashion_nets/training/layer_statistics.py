"""What the hidden layers of a network do while it is trained."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from fashion_nets.data.image_set import intensities
from fashion_nets.networks.layer_kinds import find_hidden_layers, kernels_of

_COLUMNS = (
    "epoch",
    "layer",
    "depth",
    "mean_gradient",
    "mean_activation",
    "activation_deviation",
    "dead_units",
)


class LayerStatistics(keras.callbacks.Callback):
    """Measure each hidden layer on one batch of images, before the training and after each epoch.

    Shows the problem of lecture section 1, "The Vanishing/Exploding Gradient Problem": how gradients
    and activations shrink or grow from layer to layer. Every measurement is a step of the training
    without its effects: dropout drops and batch normalization uses the statistics of the batch, but no
    weight, no moving average and no random state changes.

    Args:
        images: The batch, a few hundred training images, grey levels or intensities, shape (n, ...).
        targets: What the network is compiled to predict for them.
    """

    def __init__(self, images: np.ndarray, targets: np.ndarray) -> None:
        super().__init__()
        self._images = images
        self._targets = targets
        self._rows: list[tuple[Any, ...]] = []

    def on_train_begin(self, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002, D102
        self._layers = find_hidden_layers(self.model)
        self._probe = _probe(self.model, [layer.activation.name for layer in self._layers])
        self._rows.clear()
        self._measure(epoch=0)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:  # noqa: ARG002, D102
        self._measure(epoch + 1)

    def state(self) -> dict[str, Any]:
        """The measurements so far, for :class:`fashion_nets.training.keeping.StateKeeper`."""
        return {"rows": self._rows}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Go on after these measurements."""
        self._rows = [tuple(row) for row in state["rows"]]

    def table(self) -> pd.DataFrame:
        """The measurements, a row for each epoch and hidden layer.

        Returns:
            ``epoch``, 0 before the training; ``layer``, its name; ``depth``, 1 for the layer next to the
            input; ``mean_gradient``, the mean absolute gradient of the loss, without penalties, by the
            weights of the layer; ``mean_activation``, the mean absolute output of its units;
            ``activation_deviation``, the standard deviation of a unit's output over the images, on average
            over the units; ``dead_units``, the share of units whose output is 0 for every image, in [0, 1].
            A unit of a convolution is a filter.
        """
        return pd.DataFrame(self._rows, columns=_COLUMNS)

    def _measure(self, epoch: int) -> None:
        gradients, activations = self._run_step()
        measured = zip(self._layers, gradients, activations, strict=True)
        for depth, (layer, gradient, activation) in enumerate(measured, start=1):
            self._rows.append(
                (epoch, layer.weights.name, depth, np.abs(gradient).mean(), *_describe(activation))
            )

    def _run_step(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Gradients by the weights, and outputs, of each hidden layer."""
        kernels = [[kernel.value for kernel in kernels_of(layer.weights)] for layer in self._layers]
        loss = keras.losses.get(self.model.loss)
        # What layers assign to their variables stays in the scope.
        with tf.GradientTape() as tape, keras.StatelessScope():
            tape.watch(kernels)
            step = self._probe([intensities(self._images)], training=True)
            value = keras.ops.mean(loss(self._targets, step["outputs"]))
        gradients = tape.gradient(value, kernels)
        flat = [np.concatenate([_to_numpy(each).ravel() for each in of_layer]) for of_layer in gradients]
        return flat, [_to_numpy(each) for each in step["activations"]]


def _probe(model: keras.Model, layers: list[str]) -> keras.Model:
    """The same layers in a model that gives, beside its outputs, what some of the layers put out.

    The layers may be those of another model too, so that their ``output`` says nothing of this one.
    """
    activations: dict[str, keras.KerasTensor] = {}

    def record(layer: keras.Layer, *arguments: Any, **options: Any) -> keras.KerasTensor:
        activations[layer.name] = layer(*arguments, **options)
        return activations[layer.name]

    graph = keras.models.clone_model(
        keras.Model(model.inputs, model.outputs), clone_function=lambda layer: layer, call_function=record
    )
    outputs = {"activations": [activations[name] for name in layers], "outputs": graph.outputs[0]}
    return keras.Model(graph.inputs, outputs, name="probe")


def _to_numpy(tensor: tf.Tensor) -> np.ndarray:
    return keras.ops.convert_to_numpy(keras.ops.cast(tensor, "float64"))


def _describe(outputs: np.ndarray) -> tuple[float, float, float]:
    by_unit = outputs.reshape(-1, outputs.shape[-1])  # a filter's positions are further samples of it
    return np.abs(by_unit).mean(), by_unit.std(axis=0).mean(), (by_unit == 0).all(axis=0).mean()
