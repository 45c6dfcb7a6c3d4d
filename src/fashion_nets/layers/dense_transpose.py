"""A dense layer that shares the kernel of another one."""

from typing import Any

import keras


@keras.saving.register_keras_serializable("fashion_nets")
class DenseTranspose(keras.layers.Layer):
    """A dense layer whose kernel is another dense layer's, transposed: ``activation(x kernel^T + bias)``.

    Only the bias is its own. Both layers have to be in one flat graph: as parts of two models inside a model
    they are no longer tied once that is loaded.

    Args:
        dense: The layer whose kernel it shares, built when this one is.
        activation: An activation of Keras.
        options: Further arguments of a layer of Keras.

    Input shape:
        (n, units of ``dense``)

    Output shape:
        (n, inputs of ``dense``)

    Reference:
        Lecture, "Tying Weights".
    """

    def __init__(self, dense: keras.layers.Dense, activation: Any = None, **options: Any) -> None:
        super().__init__(**options)
        if not isinstance(dense, keras.layers.Dense):
            raise TypeError(f"DenseTranspose shares the kernel of a Dense layer, got {dense!r}")
        self.dense = dense
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the bias.

        Raises:
            ValueError: If the other layer is not built, or has another number of units than this has inputs.
        """
        if not self.dense.built or self.dense.units != input_shape[-1]:
            raise ValueError(
                f"{self.name} takes the {self.dense.units} outputs of '{self.dense.name}', which has to be "
                f"built before; got inputs of shape {input_shape}, built: {self.dense.built}"
            )
        self.bias = self.add_weight(
            name="bias", shape=(self.dense.kernel.shape[0],), initializer="zeros", trainable=True
        )

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Multiply by the transposed kernel."""
        product = keras.ops.matmul(inputs, keras.ops.transpose(self.dense.kernel))
        return self.activation(product + self.bias)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """As many values as the other layer takes in."""
        return (*input_shape[:-1], self.dense.kernel.shape[0])

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the layer again; in a model that is loaded ``dense`` is the layer there."""
        return {
            **super().get_config(),
            "dense": keras.saving.serialize_keras_object(self.dense),
            "activation": keras.activations.serialize(self.activation),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "DenseTranspose":
        """Make the layer from its arguments."""
        dense = keras.saving.deserialize_keras_object(config["dense"])
        return cls(**{**config, "dense": dense})
