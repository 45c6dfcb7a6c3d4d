"""All networks in one place: the architectures by name, and the networks of conf/ by namespace."""

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar, Literal, NamedTuple

from pydantic import ModelWrapValidatorHandler, model_validator

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
from fashion_nets.networks.autoencoders.convolutional import (
    ConvolutionalAutoencoderParams,
    build_convolutional_autoencoder,
)
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams, build_dense_autoencoder
from fashion_nets.networks.autoencoders.recurrent import (
    RecurrentAutoencoderParams,
    build_recurrent_autoencoder,
)
from fashion_nets.networks.autoencoders.tied import TiedAutoencoderParams, build_tied_autoencoder
from fashion_nets.networks.autoencoders.variational import (
    VariationalAutoencoderParams,
    build_variational_autoencoder,
)
from fashion_nets.networks.keras_objects import suggest
from fashion_nets.networks.mlp import MlpParams, build_mlp
from fashion_nets.networks.parameters import ArchitectureParams
from fashion_nets.networks.types import KerasModel

Kind = Literal["classifier", "autoencoder"]


class Architecture(NamedTuple):
    """How an architecture is described and built.

    Attributes:
        kind: What networks of it are for.
        title: What people call it.
        params: The type of its parameters.
        build: Builds it for small grey images, uncompiled, from parameters, image shape, for a classifier the
            number of outputs, and name.
        section: Where it stands in the lecture.
        build_original: Builds it as published from its name and the number of classes.
        publication: Where that was, if it was.
    """

    kind: Kind
    title: str
    params: type[ArchitectureParams]
    build: Callable[..., KerasModel]
    section: str
    build_original: Callable[..., KerasModel] | None = None
    publication: Publication | None = None


class Network(NamedTuple):
    """What is known of a network of conf/ before its parameters are read.

    Attributes:
        kind: What it is for.
        architecture: The one that it has in conf/base.
        is_acronym: Whether people write its name in capitals.
        is_linear: Whether it is compared with PCA.
        is_sparse: Whether it has learned to leave most codings inactive.
        is_denoiser: Whether it has learned to remove noise from images.
        is_generator: Whether its decoder makes images of random codings.
        is_greedy: Whether one layer is trained after another.
    """

    kind: Kind
    architecture: str
    is_acronym: bool = False
    is_linear: bool = False
    is_sparse: bool = False
    is_denoiser: bool = False
    is_generator: bool = False
    is_greedy: bool = False


_classifier = partial(Architecture, "classifier")
_autoencoder = partial(Architecture, "autoencoder")


def _published(
    name: str,
    title: str,
    section: str,
    params: type[ArchitectureParams],
    build: Callable[..., KerasModel],
    build_original: Callable[..., KerasModel],
) -> Architecture:
    return _classifier(title, params, build, section, build_original, PUBLICATIONS[name])


ARCHITECTURES: dict[str, Architecture] = {
    "mlp": _classifier("MLP", MlpParams, build_mlp, "Creating the model using the Sequential API"),
    "lecture": _classifier("CNN of the lecture", CnnParams, build_cnn, "Building a CNN"),
    "lenet5": _published(
        "lenet5", "LeNet-5", "LeNet-5 (1998)", LeNet5Params, build_lenet5, build_original_lenet5
    ),
    "alexnet": _published(
        "alexnet", "AlexNet", "AlexNet (2012)", AlexNetParams, build_alexnet, build_original_alexnet
    ),
    "googlenet": _published(
        "googlenet",
        "GoogLeNet",
        "GoogleNet (2014)",
        GoogLeNetParams,
        build_googlenet,
        build_original_googlenet,
    ),
    **{
        name: _published(
            name, name.replace("vgg", "VGG-"), "VGGNet (2014)", VggParams, build_vgg, build_original_vgg
        )
        for name in CONVOLUTIONS
    },
    **{
        name: _published(
            name,
            name.replace("resnet", "ResNet-"),
            "ResNet (2015)",
            ResNetParams,
            build_resnet,
            build_original_resnet,
        )
        for name in UNITS
    },
    "xception": _published(
        "xception", "Xception", "Xception (2016)", XceptionParams, build_xception, build_original_xception
    ),
    "dense": _autoencoder(
        "dense layers", DenseAutoencoderParams, build_dense_autoencoder, "Stacked Autoencoders"
    ),
    "tied": _autoencoder("tied weights", TiedAutoencoderParams, build_tied_autoencoder, "Tying Weights"),
    "convolutional": _autoencoder(
        "convolutional",
        ConvolutionalAutoencoderParams,
        build_convolutional_autoencoder,
        "Convolutional Autoencoders",
    ),
    "recurrent": _autoencoder(
        "recurrent",
        RecurrentAutoencoderParams,
        build_recurrent_autoencoder,
        "Training One Autoencoder at a Time",  # which names them
    ),
    "variational": _autoencoder(
        "variational", VariationalAutoencoderParams, build_variational_autoencoder, "Autoencoders (AEs)"
    ),
}
"""By ``architecture.name`` in conf/: classifiers in the order of the lecture, then autoencoders."""

NETWORKS: dict[str, Network] = {
    "mlp": Network("classifier", "mlp", is_acronym=True),
    "cnn": Network("classifier", "lecture", is_acronym=True),
    "linear_autoencoder": Network("autoencoder", "dense", is_linear=True),
    "stacked_autoencoder": Network("autoencoder", "dense"),
    "tied_autoencoder": Network("autoencoder", "tied"),
    "convolutional_autoencoder": Network("autoencoder", "convolutional"),
    "denoising_autoencoder": Network("autoencoder", "dense", is_denoiser=True),
    "sparse_autoencoder": Network("autoencoder", "dense", is_sparse=True),
    "recurrent_autoencoder": Network("autoencoder", "recurrent"),
    "variational_autoencoder": Network("autoencoder", "variational", is_generator=True),
    "greedy_autoencoder": Network("autoencoder", "dense", is_greedy=True),
}
"""The networks of conf/, each by its namespace there."""

CLASSIFIERS = tuple(name for name, network in NETWORKS.items() if network.kind == "classifier")
AUTOENCODERS = tuple(name for name, network in NETWORKS.items() if network.kind == "autoencoder")


class AnyArchitectureParams(ArchitectureParams):
    """The parameters of any architecture: what is validated becomes of the type that its ``name`` has."""

    kind: ClassVar[Kind | None] = None

    @model_validator(mode="wrap")
    @classmethod
    def _choose(cls, value: Any, handler: ModelWrapValidatorHandler[Any]) -> Any:
        if isinstance(value, ArchitectureParams):
            find_architecture(value.name, cls.kind)
            return value
        if not isinstance(value, dict):
            return handler(value)  # which says what is wrong with it
        if "name" not in value:
            known = ARCHITECTURES if cls.kind is None else architectures_of(cls.kind)
            raise UserError(f"'name' is missing, the architecture; there are {', '.join(known)}")
        return find_architecture(value["name"], cls.kind).params.model_validate(value)


class ClassifierArchitectureParams(AnyArchitectureParams):
    """The parameters of any architecture of classifiers."""

    kind = "classifier"


class AutoencoderArchitectureParams(AnyArchitectureParams):
    """The parameters of any architecture of autoencoders."""

    kind = "autoencoder"


def architectures_of(kind: Kind) -> tuple[str, ...]:
    """The names of all architectures of one kind."""
    return tuple(name for name, architecture in ARCHITECTURES.items() if architecture.kind == kind)


def find_architecture(name: str, kind: Kind | None = None) -> Architecture:
    """Look an architecture up.

    Args:
        name: Its name.
        kind: What it should be for; None leaves that open.

    Raises:
        UserError: If there is none of this name and kind; tells which there are.
    """
    known = list(ARCHITECTURES) if kind is None else architectures_of(kind)
    if name not in ARCHITECTURES:
        raise UserError(f"'name': there is no architecture {name!r}; {suggest(str(name), known)}")
    architecture = ARCHITECTURES[name]
    if name not in known:
        raise UserError(
            f"'name': {name} is an architecture of {architecture.kind}s, and this network is "
            f"{'a' if kind == 'classifier' else 'an'} {kind}; there are {', '.join(known)}"
        )
    return architecture


def build_network(
    architecture: ArchitectureParams, image_shape: tuple[int, ...], n_outputs: int, name: str
) -> KerasModel:
    """Build a network of any architecture, for small grey images.

    Args:
        architecture: Its parameters.
        image_shape: Shape of one image, (height, width).
        n_outputs: Number of classes; an autoencoder puts out an image whatever it is.
        name: Name of the model.

    Returns:
        An uncompiled model, (n, height, width) in; out of a classifier (n, n_outputs), out of an autoencoder
        (n, height, width).

    Raises:
        UserError: If the images are too small, or an output is asked for that the architecture lacks.
    """
    known = find_architecture(architecture.name)
    if known.kind == "autoencoder":
        return known.build(architecture, image_shape, name)
    return known.build(architecture, image_shape, n_outputs, name)


def build_original(name: str, n_classes: int = 1000, **options: Any) -> KerasModel:
    """Build a classical architecture as published, with new weights.

    Args:
        name: One of ``ARCHITECTURES`` that was published.
        n_classes: Number of classes, 1,000 in ImageNet and 10 for LeNet-5.
        options: ``output="rbf"`` for ``lenet5``, ``auxiliary_heads=True`` for ``googlenet``.

    Returns:
        An uncompiled model, (n, height, width, channels) in, (n, n_classes) out.

    Raises:
        UserError: If there is no such architecture.
    """
    build = find_architecture(name).build_original
    if build is None:
        raise UserError(f"{name} has one form only; build it from its parameters with build_network")
    return build(name, n_classes, **options)
