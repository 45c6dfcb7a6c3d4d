"""Groups of parameters as conf/base states them, but for what a test states itself."""

import copy
from functools import reduce
from operator import getitem

from kedro.framework.project import settings
from kedro.framework.startup import bootstrap_project
from tests.conftest import ROOT

from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.data.download import DownloadParams
from fashion_nets.data.source_params import DataIngestionParams
from fashion_nets.networks.architectures.lecture import CnnParams
from fashion_nets.networks.autoencoders.convolutional import ConvolutionalAutoencoderParams
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams
from fashion_nets.networks.autoencoders.recurrent import RecurrentAutoencoderParams
from fashion_nets.networks.autoencoders.tied import TiedAutoencoderParams
from fashion_nets.networks.autoencoders.variational import VariationalAutoencoderParams
from fashion_nets.networks.mlp import MlpParams
from fashion_nets.training.greedy import GreedyTrainingParams
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import AutoencoderTrainingParams, ClassifierTrainingParams

PLACES = {
    MlpParams: "mlp.architecture",
    CnnParams: "cnn.architecture",
    DenseAutoencoderParams: "stacked_autoencoder.architecture",
    TiedAutoencoderParams: "tied_autoencoder.architecture",
    ConvolutionalAutoencoderParams: "convolutional_autoencoder.architecture",
    RecurrentAutoencoderParams: "recurrent_autoencoder.architecture",
    VariationalAutoencoderParams: "variational_autoencoder.architecture",
    OptimizerParams: "mlp.optimizer",
    ClassifierTrainingParams: "mlp.training",
    AutoencoderTrainingParams: "stacked_autoencoder.training",
    GreedyTrainingParams: "greedy_autoencoder.training",
    DataIngestionParams: "data_ingestion",
    DownloadParams: "data_ingestion.download",
}
"""Where conf/base states the group that stands for all of a type: of optimizers SGD without a schedule."""

bootstrap_project(ROOT)
# Now, not at the first use: a new loader takes the place of the one of a session at work.
CONF = NetworkConfigLoader(str(ROOT / "conf"), env="base", **settings.CONFIG_LOADER_ARGS)["parameters"]


def stated(path, **changes):
    """The plain group at a dotted path of conf/base, with other values of some fields."""
    return copy.deepcopy(reduce(getitem, path.split("."), CONF)) | changes


def read_params(group, **changes):
    """A group of a type, as conf/base states it but for the changes."""
    return group.model_validate(stated(PLACES[group], **changes))
