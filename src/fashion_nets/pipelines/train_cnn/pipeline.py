"""Sets in, trained CNN out."""

from kedro.pipeline import Pipeline

from fashion_nets.pipelines.train_cnn.nodes import train_cnn
from fashion_nets.pipelines.training_template import create_training_pipeline


def create_pipeline() -> Pipeline:
    """Train the CNN on ``train_set``, watching ``validation_set``."""
    return create_training_pipeline("cnn", train_cnn, "class_names")
