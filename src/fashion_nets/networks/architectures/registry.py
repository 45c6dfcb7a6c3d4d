"""The architectures by name."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from fashion_nets.errors import UserError
from fashion_nets.networks.architectures.alexnet import AlexNetParams, build_alexnet, build_original_alexnet
from fashion_nets.networks.architectures.googlenet import (
    GoogLeNetParams,
    build_googlenet,
    build_original_googlenet,
)
from fashion_nets.networks.architectures.lecture import CnnParams, build_cnn
from fashion_nets.networks.architectures.lenet5 import LeNet5Params, build_lenet5, build_original_lenet5
from fashion_nets.networks.architectures.publications import PUBLICATIONS, Publication
from fashion_nets.networks.architectures.resnet import (
    UNITS,
    ResNetParams,
    build_original_resnet,
    build_resnet,
)
from fashion_nets.networks.architectures.vgg import CONVOLUTIONS, VggParams, build_original_vgg, build_vgg
from fashion_nets.networks.architectures.xception import (
    XceptionParams,
    build_original_xception,
    build_xception,
)
from fashion_nets.networks.keras_objects import suggest
from fashion_nets.networks.types import KerasModel
from fashion_nets.parameters import Parameters

LECTURE = "lecture"


class Architecture(NamedTuple):
    """How an architecture is described and built.

    Attributes:
        params: The type of its parameters.
        build: Builds its form for small images from parameters, image shape, number of classes and name.
        build_original: Builds it as published from its name and the number of classes; None for the lecture's
            own network, which has one form.
        publication: Where it was published; None for the lecture's own network.
    """

    params: type[Parameters]
    build: Callable[..., KerasModel]
    build_original: Callable[..., KerasModel] | None
    publication: Publication | None


_CLASSICAL: dict[str, tuple[type[Parameters], Callable[..., KerasModel], Callable[..., KerasModel]]] = {
    "lenet5": (LeNet5Params, build_lenet5, build_original_lenet5),
    "alexnet": (AlexNetParams, build_alexnet, build_original_alexnet),
    "googlenet": (GoogLeNetParams, build_googlenet, build_original_googlenet),
    **dict.fromkeys(CONVOLUTIONS, (VggParams, build_vgg, build_original_vgg)),
    **dict.fromkeys(UNITS, (ResNetParams, build_resnet, build_original_resnet)),
    "xception": (XceptionParams, build_xception, build_original_xception),
}
ARCHITECTURES: dict[str, Architecture] = {
    LECTURE: Architecture(CnnParams, build_cnn, None, None),
    **{name: Architecture(*parts, PUBLICATIONS[name]) for name, parts in _CLASSICAL.items()},
}
"""The lecture's own network and the classical ones, in the order of the lecture."""


class AnyArchitectureParams(Parameters):
    """The parameters of any architecture: what is validated becomes of the type that its ``name`` has."""

    @classmethod
    def model_validate(cls, obj: Any, **kwargs: Any) -> Parameters:
        """Validate ``obj``, a mapping or a ready instance; without a name it is the lecture's network.

        Raises:
            UserError: Names each field, the rule it breaks and the value received.
        """
        if isinstance(obj, Parameters):
            return obj
        name = obj.get("name", LECTURE) if isinstance(obj, Mapping) else LECTURE
        return find_architecture(name).params.model_validate(obj, **kwargs)


def find_architecture(name: str) -> Architecture:
    """Look an architecture up.

    Raises:
        UserError: If there is none of this name; tells which there are.
    """
    if name not in ARCHITECTURES:
        raise UserError(f"'name': there is no architecture {name!r}; {suggest(str(name), ARCHITECTURES)}")
    return ARCHITECTURES[name]


def build_architecture(
    architecture: Parameters, image_shape: tuple[int, ...], n_classes: int, name: str
) -> KerasModel:
    """Build an architecture in its form for small grey images.

    Args:
        architecture: Its parameters, of one of the types in ``ARCHITECTURES``.
        image_shape: Shape of one image, (height, width).
        n_classes: Number of classes.
        name: Name of the model.

    Returns:
        An uncompiled model, (n, height, width) in, (n, n_classes) out.

    Raises:
        UserError: If the images are too small.
    """
    return find_architecture(architecture.name).build(architecture, image_shape, n_classes, name)


def build_original(name: str, n_classes: int = 1000, **options: Any) -> KerasModel:
    """Build a classical architecture as published, with new weights.

    Args:
        name: One of ``ARCHITECTURES``, but for the lecture's own network.
        n_classes: Number of classes, 1,000 in ImageNet and 10 for LeNet-5.
        options: ``output="rbf"`` for ``lenet5``, ``auxiliary_heads=True`` for ``googlenet``.

    Returns:
        An uncompiled model of images with channels.

    Raises:
        UserError: If there is no such architecture.
    """
    build = find_architecture(name).build_original
    if build is None:
        raise UserError(f"{name} has one form only; build it from its parameters with build_architecture")
    return build(name, n_classes, **options)
