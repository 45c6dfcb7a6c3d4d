"""Kedro's settings of this project: hooks, configuration environments and resolvers."""

import logging
import os
import re
import sys
import warnings
from pathlib import Path
from typing import Any

from fashion_nets.errors import find_cause
from fashion_nets.home import give_home_and_name

# TensorFlow logs as an error what is none for each deterministic data set; real failures raise exceptions.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# A run, a page and a server share a GPU: each takes what it needs, and not all of its memory at once.
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
# kedro-telemetry finds the file .telemetry in the working directory alone, which may be a subfolder.
os.environ.setdefault("KEDRO_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
# `kedro mlflow ui` starts the program mlflow, which lies beside this Python: perhaps not on the path.
os.environ["PATH"] = os.pathsep.join(
    [*filter(None, [os.environ.get("PATH")]), str(Path(sys.executable).parent)]
)
# MLflow would try for minutes; what is tracked is tried again anyway, beside the training.
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "30")
# Bars for the files of each network, which are there at once.
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

# Its networks are written for TensorFlow, whatever other projects of this person use.
os.environ["KERAS_BACKEND"] = "tensorflow"

give_home_and_name()

# Warnings of libraries that a user of this project can do nothing about, silenced before their imports.
for _module in (
    "kedro.config.omegaconf_config",  # registers resolvers in OmegaConf's older way
    "kedro_mlflow.framework.hooks.mlflow_hook",  # so does this
    "kedro.pipeline.node",  # dots in names of datasets: the comparison reads the metrics of every namespace
):
    warnings.filterwarnings("ignore", category=UserWarning, module=re.escape(_module))


def _is_not_about_retracing(record: logging.LogRecord) -> bool:
    return "triggered tf.function retracing" not in record.getMessage()


# TensorFlow warns that it traces functions anew where a run has many networks: each has its own.
logging.getLogger("tensorflow").addFilter(_is_not_about_retracing)


def _is_not_about_what_is_not_stored(record: logging.LogRecord) -> bool:
    error = record.args[-1] if isinstance(record.args, tuple) and record.args else None
    return not (isinstance(error, Exception) and find_cause(error, FileNotFoundError))


# Kedro-Viz warns of each figure and table that no run has made yet; its box is then without one.
logging.getLogger("kedro_viz.models.flowchart.node_metadata").addFilter(_is_not_about_what_is_not_stored)
# The project says once which characters no font has; matplotlib would say it of each, in each figure.
warnings.filterwarnings("ignore", message=r"Glyph \d+ .* missing from font")

from fashion_nets.catalog import NetworkCatalog  # noqa: E402
from fashion_nets.config_loader import NetworkConfigLoader  # noqa: E402
from fashion_nets.context import NetworkContext  # noqa: E402
from fashion_nets.hooks.checkpoints import CheckpointHook  # noqa: E402
from fashion_nets.hooks.checks import InputHook  # noqa: E402
from fashion_nets.hooks.failures import FailureHook  # noqa: E402
from fashion_nets.hooks.interruptions import InterruptionHook  # noqa: E402
from fashion_nets.hooks.locks import LockHook  # noqa: E402
from fashion_nets.hooks.progress import ProgressHook  # noqa: E402
from fashion_nets.hooks.provenance import ProvenanceHook  # noqa: E402
from fashion_nets.hooks.report import ReportHook  # noqa: E402
from fashion_nets.hooks.summary import RunSummaryHook  # noqa: E402
from fashion_nets.hooks.tracking import TrackingHook  # noqa: E402
from fashion_nets.project import project_root  # noqa: E402
from fashion_nets.tracking.location import artifact_location, tracking_uri  # noqa: E402

# TrackingHook is kedro-mlflow's own hook, extended; registered by both, it would open two runs.
DISABLE_HOOKS_FOR_PLUGINS = ("kedro_mlflow",)
INPUTS = InputHook()
FAILURES = FailureHook()
LOCKS = LockHook()
INTERRUPTIONS = InterruptionHook(LOCKS.release)
HOOKS = (
    INPUTS,
    TrackingHook(),
    ProvenanceHook(),
    ReportHook(),
    ProgressHook(),
    RunSummaryHook(),
    CheckpointHook(),
    FAILURES,
    LOCKS,
    INTERRUPTIONS,
)

CONTEXT_CLASS = NetworkContext
DATA_CATALOG_CLASS = NetworkCatalog

CONFIG_LOADER_CLASS = NetworkConfigLoader
CONFIG_LOADER_ARGS: dict[str, Any] = {
    "base_env": "base",
    "default_run_env": "local",
    # An environment states only its differences, down to single parameters.
    "merge_strategy": {"parameters": "soft", "catalog": "soft", "globals": "soft", "mlflow": "soft"},
    "custom_resolvers": {
        "project_root": lambda: project_root().as_posix(),
        "tracking_uri": tracking_uri,
        "artifact_location": artifact_location,
    },
}
