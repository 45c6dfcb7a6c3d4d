"""How the pages of MLflow show an experiment: with a view of its networks, which anybody may change."""

import json

import mlflow
from mlflow.entities import Experiment

VIEW = "networks"
"""The key of the view in addresses, as in ``?viewStateShareKey=networks``."""
VIEW_TAG = f"mlflow.sharedViewState.{VIEW}"
COLUMNS = (
    "attributes.`Dataset`",
    "attributes.`Models`",
    "metrics.`test_accuracy`",
    "metrics.`val_accuracy`",
    "metrics.`test_mse`",
    "metrics.`val_loss`",
    "metrics.`best_epoch`",
    "metrics.`training_seconds`",
    "metrics.`parameters`",
)
_STATE = {
    "searchFilter": "tags.network LIKE '%'",  # the runs of networks and trials, not of what made them
    "orderByKey": "metrics.`val_accuracy`",  # sorted by time they are folded into what made them
    "orderByAsc": False,
    "startTime": "ALL",
    "lifecycleFilter": "Active",
    "datasetsFilter": [],
    "modelVersionFilter": "All Runs",
    "selectedColumns": COLUMNS,
    "columnOrder": [],
    "columnWidths": {},
    "runsHiddenMode": "FIRST_10_RUNS",
    "useGroupedValuesInCharts": True,
    "hideEmptyCharts": True,
    "groupBy": None,
    "groupsExpanded": {},
    "globalLineChartConfig": {"xAxisKey": "step", "lineSmoothness": 0, "selectedXAxisMetricKey": ""},
}


def preset_pages(client: mlflow.MlflowClient, experiment: Experiment) -> None:
    """Give an experiment its view of networks, and the kind that opens on its runs; what it has stays."""
    began = experiment.creation_time or 0
    view = {"name": "Networks", "createdAt": began, "updatedAt": began, "state": json.dumps(_STATE)}
    wanted = {"mlflow.experimentKind": "custom_model_development", VIEW_TAG: json.dumps(view)}
    for name, value in wanted.items():
        if name not in experiment.tags:
            client.set_experiment_tag(experiment.experiment_id, name, value)
