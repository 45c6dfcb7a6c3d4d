"""Units that measure how far their input is from a pattern of their own."""

from typing import Any

import keras


@keras.saving.register_keras_serializable("fashion_nets")
class RadialBasis(keras.layers.Layer):
    """Euclidean radial basis units: each puts out the squared distance of its input from its centre.

    A centre is a code of values -1 and 1, drawn at random: the target pattern of one class for the layer
    below, whose tanh has this range.

    Args:
        units: Number of units.
        trainable_centres: Whether the codes are trained too; in LeNet-5 they stay as they are.
        options: Further arguments of a layer of Keras.

    Input shape:
        (n, features)

    Output shape:
        (n, units); 0 where the input is the code itself.

    Reference:
        LeCun, Bottou, Bengio and Haffner, "Gradient-Based Learning Applied to Document Recognition", 1998,
        section II.B, equation 7. Its codes are small pictures of digits; it names random ones as a choice.
    """

    def __init__(self, units: int, trainable_centres: bool = False, **options: Any) -> None:
        super().__init__(**options)
        if units < 1:
            raise ValueError(f"units of RadialBasis must be 1 or more, got {units}")
        self.units = units
        self.trainable_centres = trainable_centres

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Draw the codes."""
        self.centres = self.add_weight(
            name="centres",
            shape=(self.units, input_shape[-1]),
            initializer=_random_signs,
            trainable=self.trainable_centres,
        )

    def call(self, inputs: keras.KerasTensor) -> keras.KerasTensor:
        """Measure the squared distances."""
        differences = keras.ops.expand_dims(inputs, axis=1) - self.centres  # (n, units, features)
        return keras.ops.sum(keras.ops.square(differences), axis=-1)

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the layer again."""
        return {**super().get_config(), "units": self.units, "trainable_centres": self.trainable_centres}


def _random_signs(shape: tuple[int, ...], dtype: str | None = None) -> keras.KerasTensor:
    uniform = keras.initializers.RandomUniform(-1.0, 1.0)(shape, dtype)
    return keras.ops.where(uniform < 0, -keras.ops.ones_like(uniform), keras.ops.ones_like(uniform))
