"""MLflow: where runs are tracked, and how parameters, epochs, trials and models reach them."""

from fashion_nets.tracking.parameters import flatten_parameters
from fashion_nets.tracking.runs import child_run, epoch_logger

__all__ = ["child_run", "epoch_logger", "flatten_parameters"]
