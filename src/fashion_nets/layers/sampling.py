"""Codings drawn from the distribution that an image has in a variational autoencoder."""

from typing import Any

import keras


@keras.saving.register_keras_serializable("fashion_nets")
class Sampling(keras.layers.Layer):
    """Draws codings from normal distributions and holds these near the standard one by a part of the loss.

    In training it puts out ``mean + exp(log_variance / 2) * noise``, otherwise the mean. Either way it adds
    to the loss the Kullback-Leibler divergence from the standard normal distribution,
    ``(mean^2 + variance - 1 - log_variance) / 2``, summed over the codings and averaged over the images.

    Args:
        kl_weight: What the divergence, in nats, is multiplied by in the loss.
        seed: Of the noise; None takes one from Keras's global seed.
        options: Further arguments of a layer of Keras.

    Input shape:
        Two of (n, n_codings): the means and the logarithms of the variances.

    Output shape:
        (n, n_codings)

    Reference:
        Kingma and Welling, "Auto-Encoding Variational Bayes", 2013, section 2.4 and appendix B.
    """

    def __init__(self, kl_weight: float = 1.0, seed: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        if kl_weight < 0:
            raise ValueError(f"kl_weight of Sampling must be 0 or more, got {kl_weight}")
        self.kl_weight = kl_weight
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)

    def call(
        self, inputs: tuple[keras.KerasTensor, keras.KerasTensor], training: bool = False
    ) -> keras.KerasTensor:
        """Add the divergence to the loss; draw in training, and give the mean otherwise."""
        mean, log_variance = inputs
        ops = keras.ops
        divergences = (ops.square(mean) + ops.exp(log_variance) - 1 - log_variance) / 2
        self.add_loss(self.kl_weight * ops.mean(ops.sum(divergences, axis=-1)))
        if not training:
            return mean
        noise = keras.random.normal(ops.shape(mean), dtype=mean.dtype, seed=self.seed_generator)
        return mean + ops.exp(log_variance / 2) * noise

    def compute_output_shape(
        self, input_shape: tuple[tuple[int | None, ...], tuple[int | None, ...]]
    ) -> tuple[int | None, ...]:
        """That of the means."""
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the layer again."""
        return {**super().get_config(), "kl_weight": self.kl_weight, "seed": self.seed}
