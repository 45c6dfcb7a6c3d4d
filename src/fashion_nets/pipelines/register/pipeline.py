"""A run in MLflow and validation images in; a version of the registered model, and what was decided, out."""

from kedro.pipeline import Pipeline

from fashion_nets.networks.registry import CLASSIFIERS
from fashion_nets.pipelines.register.nodes import register_classifier
from fashion_nets.pipelines.wiring import step


def create_pipeline() -> Pipeline:
    """Register the best classifier of a run, after the classifiers of the same run are evaluated."""
    metrics = {network: f"{network}.metrics" for network in CLASSIFIERS}
    parameters = {"register": "params:register", "is_tracked": "params:tracking.enabled"}
    taken = {**parameters, "validation_set": "validation_set", **metrics}
    return Pipeline(
        [step(register_classifier, taken, "decision")],
        namespace="register",
        tags="evaluation",
        inputs={"validation_set", *metrics.values()},
        parameters={*parameters.values()},
    )
