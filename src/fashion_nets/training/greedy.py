"""One shallow autoencoder at a time (lecture, "Training One Autoencoder at a Time")."""

import logging
from collections.abc import Iterator, Mapping
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd
from pydantic import NonNegativeInt

from fashion_nets.data.image_set import LabelledImages
from fashion_nets.formatting import format_size
from fashion_nets.inspection.prediction import predict
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams, build_dense_autoencoder
from fashion_nets.networks.autoencoders.parts import CODINGS_LAYER, encoder_of
from fashion_nets.networks.types import KerasModel, Optimizer
from fashion_nets.training.checkpoints import NOT_KEPT, Checkpoint, Checkpoints
from fashion_nets.training.fit import EpochListener, count_on, fit_autoencoder, fit_network
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import AutoencoderTrainingParams

logger = logging.getLogger(__name__)

OUTPUT_LAYER = "intensities"
FINE_TUNING = "fine_tuning"


class GreedyTrainingParams(AutoencoderTrainingParams):
    """How a stacked autoencoder is fitted, one layer of the encoder after another.

    Attributes:
        loss: Of the reconstructed images; codings are reconstructed by ``mse``, as they are not in [0, 1].
        epochs: Of each shallow autoencoder.
        fine_tuning_epochs: Of all layers together once they are stacked; 0 leaves them as they are.
    """

    fine_tuning_epochs: NonNegativeInt


class Phase(NamedTuple):
    """The training of one shallow autoencoder.

    Attributes:
        name: Of the phase.
        shallow: The autoencoder that is trained; it takes images, or the codings of the phase before.
        encoder: The layer of the stack that its encoder becomes.
        decoder: The layer of the stack that its decoder becomes.
    """

    name: str
    shallow: DenseAutoencoderParams
    encoder: str
    decoder: str

    @property
    def takes_images(self) -> bool:
        """Whether it is the first one."""
        return self.decoder == OUTPUT_LAYER


def list_phases(architecture: DenseAutoencoderParams) -> Iterator[Phase]:
    """The shallow autoencoders that make up a stacked one, the outermost first.

    The first has the noise, the last what is special to the codings: their activation and their penalty.
    """
    sizes = (*architecture.hidden_units, architecture.codings_size)
    for number, size in enumerate(sizes, start=1):
        changes = {"hidden_units": (), "codings_size": size}
        if number > 1:
            changes |= {"output_activation": architecture.activation, "noise": None}
        if number < len(sizes):
            changes |= {"codings_activation": None, "codings_regularizer": None}
        yield Phase(
            name=f"layer_{number}",
            shallow=architecture.model_copy(update=changes),
            encoder=f"encoder_{number}" if number < len(sizes) else CODINGS_LAYER,
            decoder=f"decoder_{len(sizes) - number + 1}" if number > 1 else OUTPUT_LAYER,
        )


def fit_greedily(
    architecture: DenseAutoencoderParams,
    name: str,
    train_set: LabelledImages,
    validation_set: LabelledImages,
    optimizer: OptimizerParams,
    training: GreedyTrainingParams,
    seed: int,
    listener: EpochListener | None = None,
    checkpoints: Checkpoints = NOT_KEPT,
) -> tuple[KerasModel, pd.DataFrame]:
    """Fit a shallow autoencoder on images, the next one on its codings and so on; stack them; fit the stack.

    Each phase is a training of its own by :func:`fashion_nets.training.fit.fit_network`, with the same
    optimizer, and what may stop it early.

    Args:
        architecture: Of the whole, as :func:`build_dense_autoencoder` takes it.
        name: Of the whole.
        train_set: Images to fit; labels are not used.
        validation_set: Images to watch; never fitted.
        optimizer: Optimizer with its settings.
        training: Losses, epochs, batches, precision, what stops a phase early.
        seed: Of every phase.
        listener: Called after each epoch with its number, which counts on from phase to phase, and its
            metrics, which before the fine-tuning have the phase in their names: ``layer_1/loss``.
        checkpoints: Where each phase leaves its state while all of them last.

    Returns:
        The whole network, compiled; and its history as by ``fit_network``, with the column ``phase``,
        ``layer_1``, ``layer_2`` ... and ``fine_tuning``. Losses of different phases do not compare: only
        those of the fine-tuning are of the whole network.

    Raises:
        UserError: As by ``fit_network``.
    """
    inputs = (train_set.images, validation_set.images)
    histories, weights, last_optimizer = _fit_phases(
        architecture, name, inputs, optimizer, training, seed, listener, checkpoints
    )
    stack = partial(_stack, architecture, train_set.images.shape[1:], name, weights)
    if training.fine_tuning_epochs == 0:
        model = stack()
        fresh = type(last_optimizer).from_config(last_optimizer.get_config())
        model.compile(optimizer=fresh, loss=training.loss, jit_compile=False)
        return model, _join(histories)
    logger.info("%s, %s: all layers together", name, FINE_TUNING)
    whole = training.model_copy(update={"epochs": training.fine_tuning_epochs})
    model, history = fit_autoencoder(
        stack,
        train_set,
        validation_set,
        optimizer,
        whole,
        seed,
        count_on(listener, histories),
        checkpoint=checkpoints.phase(FINE_TUNING),
    )
    return model, _join([*histories, history.assign(phase=FINE_TUNING)])


def _fit_phases(
    architecture: DenseAutoencoderParams,
    name: str,
    inputs: tuple[np.ndarray, np.ndarray],
    optimizer: OptimizerParams,
    training: GreedyTrainingParams,
    seed: int,
    listener: EpochListener | None,
    checkpoints: Checkpoints,
) -> tuple[list[pd.DataFrame], dict[str, list[np.ndarray]], Optimizer]:
    """Fit the shallow autoencoders; return their histories, the weights of the stack, the last optimizer."""
    histories: list[pd.DataFrame] = []
    weights: dict[str, list[np.ndarray]] = {}
    for phase in list_phases(architecture):
        checkpoint = checkpoints.phase(phase.name)
        shallow, history = _fit_phase(
            phase, name, inputs, optimizer, training, seed, listener, histories, checkpoint
        )
        histories.append(history)
        weights[phase.encoder] = shallow.get_layer(CODINGS_LAYER).get_weights()
        weights[phase.decoder] = shallow.get_layer(OUTPUT_LAYER).get_weights()
        if phase.encoder != CODINGS_LAYER:
            encoder = encoder_of(shallow)
            inputs = predict(encoder, inputs[0]), predict(encoder, inputs[1])
    return histories, weights, shallow.optimizer


def _fit_phase(
    phase: Phase,
    name: str,
    inputs: tuple[np.ndarray, np.ndarray],
    optimizer: OptimizerParams,
    training: GreedyTrainingParams,
    seed: int,
    listener: EpochListener | None,
    before: list[pd.DataFrame],
    checkpoint: Checkpoint | None,
) -> tuple[KerasModel, pd.DataFrame]:
    """Fit a shallow autoencoder to what it gets in training and validation, after the phases before it."""
    shape = inputs[0].shape[1:]
    size = format_size(shape)
    logger.info("%s, %s: %s values to %d and back", name, phase.name, size, phase.shallow.codings_size)
    shallow, history = fit_network(
        partial(build_dense_autoencoder, phase.shallow, shape, name),
        (inputs[0], inputs[0]),
        (inputs[1], inputs[1]),
        optimizer,
        training if phase.takes_images else training.model_copy(update={"loss": "mse"}),
        seed,
        listener=count_on(listener, before, f"{phase.name}/"),
        checkpoint=checkpoint,
    )
    return shallow, history.assign(phase=phase.name)


def _stack(
    architecture: DenseAutoencoderParams,
    image_shape: tuple[int, ...],
    name: str,
    weights: Mapping[str, list[np.ndarray]],
) -> KerasModel:
    """The whole autoencoder with these weights, by name of the layer."""
    model = build_dense_autoencoder(architecture, image_shape, name)
    for layer, values in weights.items():
        model.get_layer(layer).set_weights(values)
    return model


def _join(histories: list[pd.DataFrame]) -> pd.DataFrame:
    """One history, whose epochs count on."""
    joined = pd.concat(histories, ignore_index=True)
    joined["epoch"] = np.arange(1, len(joined) + 1)
    joined.insert(0, "phase", joined.pop("phase"))
    return joined
