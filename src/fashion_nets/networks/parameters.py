"""Parameter types that several networks share."""

import logging
from collections.abc import Collection
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, PositiveFloat, PositiveInt, model_validator

from fashion_nets.networks import keras_objects
from fashion_nets.networks.keras_objects import Specification
from fashion_nets.parameters import Parameters

logger = logging.getLogger(__name__)


def one_of(kind: str, known: Collection[str]) -> AfterValidator:
    """Require a name to be among those that there are; an error suggests one."""

    def check(name: str) -> str:
        if name not in known:
            raise ValueError(f"there is no {kind} {name!r}; {keras_objects.suggest(name, known)}")
        return name

    return AfterValidator(check)


def _check_activation(name: str) -> str:
    keras_objects.activation_function(name)
    return name


def _check_hidden_activation(specification: Any) -> Specification:
    keras_objects.hidden_activation(specification)
    return specification


def _check_initializer(specification: Any) -> Specification:
    if specification != "auto":
        keras_objects.initializer(specification)
    return specification


def _check_regularizer(specification: Any) -> Specification | None:
    if specification is not None:
        keras_objects.regularizer(specification)
    return specification


Activation = Annotated[str, AfterValidator(_check_activation)]
"""The name of a function in ``keras.activations``."""

HiddenActivation = Annotated[Specification, BeforeValidator(_check_hidden_activation)]
"""The name of a function in ``keras.activations`` or ``prelu``; or with settings, as of a layer of Keras:
``{"name": "leaky_relu", "negative_slope": 0.2}``."""

KernelInitializer = Annotated[Specification, BeforeValidator(_check_initializer)]
"""An initializer of ``keras.initializers``; ``auto`` suits the activation."""

Regularizer = Annotated[Specification | None, BeforeValidator(_check_regularizer)]
"""A regularizer of ``keras.regularizers``."""

DropoutRate = Annotated[float, Field(ge=0, lt=1)]
"""The fraction dropped, not kept: 0 switches dropout off."""

Units = tuple[PositiveInt, ...]
"""The sizes of dense layers, in order."""


class ArchitectureParams(Parameters):
    """What a network looks like.

    Attributes:
        name: Of its architecture; the type of the parameters goes with it.
    """

    name: str


class HiddenLayerParams(ArchitectureParams):
    """What the hidden layers of a network have in common, dense layers and convolutions alike.

    Combinations that the authors of a technique advise against are built, with a warning.

    Attributes:
        activation: Of every hidden layer.
        kernel_initializer: Of every hidden layer; ``auto`` is LeCun-normal for selu and else what Keras
            does, Glorot-uniform.
        kernel_regularizer: Penalty on the weights of every hidden layer, a part of the loss.
        max_norm: The largest Euclidean norm of the weights that lead into one unit or one filter.
        batch_normalization: Before the activation of every hidden layer, which then has no bias; or
            after it.
        normalize_inputs: Whether a batch normalization comes first.
        dropout: Fraction of the outputs of dense layers that is dropped.
        dropout_kind: ``auto`` is alpha dropout for selu and else dropout.
        dropout_place: Behind every hidden dense layer, or behind the last one only.
        input_dropout: Fraction of the inputs that is dropped, never by alpha dropout: inputs are no
            outputs of selu.
    """

    activation: HiddenActivation
    kernel_initializer: KernelInitializer
    kernel_regularizer: Regularizer
    max_norm: PositiveFloat | None
    batch_normalization: Literal["none", "before_activation", "after_activation"]
    normalize_inputs: bool
    dropout: DropoutRate
    dropout_kind: Literal["auto", "dropout", "alpha_dropout"]
    dropout_place: Literal["hidden", "last_hidden"]
    input_dropout: DropoutRate

    @property
    def uses_selu(self) -> bool:
        """Whether the hidden layers normalize themselves, as long as the other settings allow it."""
        return keras_objects.split(self.activation)[0].lower() == "selu"

    @property
    def initializer(self) -> Specification:
        """The initializer that ``auto`` stands for, or the one given."""
        if self.kernel_initializer != "auto":
            return self.kernel_initializer
        return "lecun_normal" if self.uses_selu else "glorot_uniform"

    @property
    def uses_alpha_dropout(self) -> bool:
        """Whether what is dropped keeps mean and variance of selu's outputs."""
        if self.dropout_kind == "auto":
            return self.uses_selu
        return self.dropout_kind == "alpha_dropout"

    @model_validator(mode="after")
    def _warn_of_bad_partners(self) -> Self:
        for problem in self._bad_partners():
            logger.warning("%s", problem)
        return self

    def _bad_partners(self) -> list[str]:
        """What the paper on selu advises against (Klambauer et al., 2017; lecture, "Non-Saturating ...")."""
        problems = []
        if self.uses_selu and not keras_objects.keeps_variance(self.initializer):
            problems.append(
                f"selu keeps its outputs normalized only with LeCun's initializer, not with "
                f"{self.initializer}: kernel_initializer auto or lecun_normal suits it"
            )
        if self.uses_selu and self.dropout and not self.uses_alpha_dropout:
            problems.append(
                "Plain dropout changes the mean and the variance that selu keeps: dropout_kind auto or "
                "alpha_dropout suits it"
            )
        if self.uses_selu and self.batch_normalization != "none":
            problems.append(
                "selu normalizes its outputs by itself, and batch normalization gets in its way: "
                "batch_normalization none suits it"
            )
        if not self.uses_selu and self.dropout and self.uses_alpha_dropout:
            problems.append(
                f"alpha_dropout presumes the outputs of selu, not of {self.activation}: dropout_kind auto or "
                "dropout suits it"
            )
        return problems
