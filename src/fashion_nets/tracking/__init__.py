"""MLflow: where runs are tracked, and how parameters, epochs, trials and models reach them."""

from fashion_nets.tracking.child_runs import ChildRun
from fashion_nets.tracking.parameters import flatten_parameters
from fashion_nets.tracking.runs import epoch_logger

__all__ = ["ChildRun", "epoch_logger", "flatten_parameters"]
