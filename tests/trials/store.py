"""The folder of a comparison, with Kedro's part between the records in it and what makes them."""

import itertools

import mlflow

from fashion_nets.datasets.records_dataset import RecordsDataset
from fashion_nets.trials.collecting import collect_trials
from fashion_nets.trials.running import run_trials


class Store:
    """Stores the records of trials as they are made.

    Args:
        folder: Where.
        sets: What images are chosen from.
        bases: What trials reuse.
    """

    def __init__(self, folder, sets, bases=None):
        self.folder = folder
        self.records = RecordsDataset(str(folder))
        self.sets = sets
        self.bases = bases or {}

    def train(self, plan, n_trials=None, sets=None, bases=None, **options):
        """Train a plan, or stop after some trials as Ctrl+C would; return the keys of what was trained."""
        trained = []
        trials = run_trials(plan, self.records.load(), sets or self.sets, bases or self.bases, **options)
        for record in itertools.islice(trials, n_trials):
            self.records.save(record)
            trained += record
        return trained

    def missing(self, plan, bases=None):
        """The keys of what a run of a plan would train; nothing is trained."""
        keys = []

        def note(request):
            keys.extend(trial.key for trial in request.trials)
            return ()

        assert list(run_trials(plan, self.records.load(), self.sets, bases or self.bases, run=note)) == []
        return keys

    def read(self, key):
        """A stored record."""
        return self.records.load()[key]()

    def tables(self, plan):
        """What the trials of a plan gave."""
        return collect_trials(plan, self.records.load())


def children_of(parent):
    """The runs in MLflow below another one by name, the first one first."""
    runs = mlflow.search_runs(
        search_all_experiments=True,
        filter_string=f"tags.mlflow.parentRunId = '{parent.info.run_id}'",
        order_by=["attributes.start_time"],
        output_format="list",
    )
    return {run.info.run_name: run for run in runs}
