"""MLflow: where runs are tracked, and how parameters, epochs, trials and models reach them."""

from fashion_nets.tracking.child_runs import ChildRun
from fashion_nets.tracking.networks import TrainingLog

__all__ = ["ChildRun", "TrainingLog"]
