import pytest
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node
from tests.training.conftest import KilledError, killed_in

from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.datasets import CheckpointsDataset
from fashion_nets.hooks.checkpoints import CheckpointHook
from fashion_nets.pipelines.train import nodes
from fashion_nets.settings import CONFIG_LOADER_ARGS
from fashion_nets.status import describe_status
from fashion_nets.tracking import TrainingLog


def test_a_run_that_has_ended_clears_up_what_its_trainings_left(tmp_path):
    for network in ("mlp", "cnn", "study", "transfer"):
        (tmp_path / network / "a trial").mkdir(parents=True)
        (tmp_path / network / "training.npz").touch()
    catalog = DataCatalog(
        {
            "checkpoints": CheckpointsDataset(filepath=str(tmp_path)),
            "study.checkpoints": CheckpointsDataset(filepath=str(tmp_path / "study")),
            "transfer.checkpoints": CheckpointsDataset(filepath=str(tmp_path / "transfer")),
            "train_set": MemoryDataset([]),
        }
    )
    pipeline = Pipeline(
        [
            node(print, ["train_set", "checkpoints"], ["mlp.model", "mlp.history"], name="train_mlp"),
            node(print, ["train_set", "study.checkpoints"], "study.trials", name="train_trials"),
        ]
    )
    CheckpointHook().after_pipeline_run(pipeline, catalog)
    for ended in ("mlp", "study"):
        assert [path.name for path in (tmp_path / ended).iterdir()] == ["training.ended.npz"]
    for other in ("cnn", "transfer"):  # no training of this run
        assert len(list((tmp_path / other).iterdir())) == 2


def run(project, *names, **parameters):
    bootstrap_project(project)
    with KedroSession.create(project, env="sample", runtime_params=parameters) as session:
        session.run(pipeline_names=["__default__"], node_names=names)


@pytest.mark.slow  # two runs of two networks
def test_an_interrupted_run_keeps_what_is_finished_and_goes_on_with_the_rest(untracked, monkeypatch, said):
    class Listening(TrainingLog):
        def __call__(self, epoch, metrics):
            super().__call__(epoch, metrics)
            if self._network == "mlp":
                killed_in(2)(epoch, metrics)

    sets = ("data.obtain_image_set", "data.prepare_test_set", "data.split_training_images")
    trainings = ("autoencoders.linear_autoencoder.train_autoencoder", "mlp.train_classifier")
    shorter = {
        "linear_autoencoder": {"training": {"epochs": 1}},
        "mlp": {"training": {"epochs": 2, "checkpoint_seconds": 0}},
    }
    with monkeypatch.context() as patch:
        patch.setattr(nodes, "TrainingLog", Listening)
        with pytest.raises(KilledError):
            run(untracked, *sets, *trainings, **shorter)
    kept = untracked / "data" / "sample" / "06_models" / "checkpoints"
    assert {path.relative_to(kept).as_posix() for path in kept.rglob("*.npz")} == {
        "linear_autoencoder/training.npz",
        "mlp/training.npz",
    }
    run(untracked, *trainings, **shorter)
    assert "linear_autoencoder: trained by the interrupted run, taken as it is" in said()
    assert "mlp goes on at epoch 2 of 2" in said()
    assert {path.relative_to(kept).as_posix() for path in kept.rglob("*.npz")} == {
        "linear_autoencoder/training.ended.npz",
        "mlp/training.ended.npz",
    }
    shorter["mlp"]["training"] |= {"resume": False, "checkpoint_seconds": 60}
    loader = NetworkConfigLoader(str(untracked / "conf"), "sample", shorter, **CONFIG_LOADER_ARGS)
    lines = describe_status(loader, untracked, ["train_mlp"]).splitlines()
    assert "current   train_mlp: mlp: model, history" in lines
