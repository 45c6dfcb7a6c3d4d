"""What the page is about: a classifier and what else is stored of an environment."""

from typing import NamedTuple, cast

from kedro.framework.session import KedroSession

from fashion_nets.advice import Configuration, command_with
from fashion_nets.catalog import NetworkCatalog
from fashion_nets.data.image_set import LabelledImages
from fashion_nets.demo.panels import Classifier, Generator, Memory
from fashion_nets.errors import UserError
from fashion_nets.inspection.explanation import check_classifier
from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.networks.types import KerasModel
from fashion_nets.pipeline_registry import inputs_of_network
from fashion_nets.plotting.style import name_network
from fashion_nets.project import project_root

AUTOENCODER = "stacked_autoencoder"
"""The one by whose codings images are compared."""
GENERATOR = "variational_autoencoder"


class Shown(NamedTuple):
    """What the page has to show.

    Attributes:
        classifier: The network.
        test_set: Images that it has not seen.
        is_sharpened: Whether pictures are sharpened.
        memory: The autoencoder with the training images; the command that trains it where it is not stored.
        generator: The variational autoencoder; the command likewise.
    """

    classifier: Classifier
    test_set: LabelledImages
    is_sharpened: bool
    memory: Memory | str
    generator: Generator | str


def open_networks(environment: str | None, network: str) -> Shown:
    """Load the networks and the images of an environment.

    Args:
        environment: A folder of ``conf/``; None for that of ``KEDRO_ENV``, or else the whole data.
        network: As ``predict.network`` names one.

    Raises:
        UserError: If the network is not stored, or is no classifier of the images that are.
        DatasetError: If it is damaged, or the images are not stored.
    """
    context = KedroSession.create(project_root(), env=environment).load_context()
    catalog, conf = cast(NetworkCatalog, context.catalog), context.config_loader
    inputs = inputs_of_network(network)
    if not catalog.exists(inputs.model):
        makes_it = command_with(conf, [network] if network in CLASSIFIERS else ["cnn"])
        raise UserError(f"No network '{network}' is stored. Name another one, or run first: {makes_it}")
    model, class_names = catalog.load(inputs.model), catalog.load(inputs.class_names)
    train_set, test_set = catalog.load("train_set"), catalog.load("test_set")
    check_classifier(model, test_set.images.shape[1:], len(class_names))
    called = name_network(network, catalog.load(inputs.about))
    autoencoder, generator = (
        _stored_or_command(catalog, conf, name, train_set) for name in (AUTOENCODER, GENERATOR)
    )
    return Shown(
        Classifier(model, called, class_names),
        test_set,
        catalog.load("params:predict").sharpen,
        autoencoder
        if isinstance(autoencoder, str)
        else Memory.of(autoencoder, name_network(AUTOENCODER, {}), train_set, class_names),
        generator
        if isinstance(generator, str)
        else Generator.of(generator, name_network(GENERATOR, {}), train_set.images),
    )


def _stored_or_command(
    catalog: NetworkCatalog, conf: Configuration, network: str, train_set: LabelledImages
) -> KerasModel | str:
    """A stored autoencoder of the same images; the command that trains it where there is none."""
    if catalog.exists(f"{network}.model"):
        model = catalog.load(f"{network}.model")
        if model.input_shape[1:] == train_set.images.shape[1:]:
            return model
    return command_with(conf, [network])
