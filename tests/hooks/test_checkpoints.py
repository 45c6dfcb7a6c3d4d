from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline, node

from fashion_nets.datasets import CheckpointsDataset
from fashion_nets.hooks.checkpoints import CheckpointHook


def test_a_run_that_has_ended_clears_up_what_its_trainings_left(tmp_path):
    for network in ("mlp", "cnn"):
        (tmp_path / network / "a trial").mkdir(parents=True)
        (tmp_path / network / "training.npz").touch()
    catalog = DataCatalog(
        {
            "mlp.checkpoints": CheckpointsDataset(filepath=str(tmp_path / "mlp")),
            "cnn.checkpoints": CheckpointsDataset(filepath=str(tmp_path / "cnn")),
            "train_set": MemoryDataset([]),
        }
    )
    pipeline = Pipeline([node(print, ["train_set", "mlp.checkpoints"], None, name="train_mlp")])
    CheckpointHook().after_pipeline_run(pipeline, catalog)
    assert [path.name for path in (tmp_path / "mlp").iterdir()] == ["training.ended.npz"]
    assert len(list((tmp_path / "cnn").iterdir())) == 2  # no training of this run
