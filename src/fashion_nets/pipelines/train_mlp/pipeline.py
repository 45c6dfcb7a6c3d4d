"""Sets in, trained MLP out."""

from kedro.pipeline import Pipeline

from fashion_nets.pipelines.train_mlp.nodes import train_mlp
from fashion_nets.pipelines.training_template import create_training_pipeline


def create_pipeline() -> Pipeline:
    """Train the MLP on ``train_set``, watching ``validation_set``."""
    return create_training_pipeline("mlp", train_mlp, "class_names")
