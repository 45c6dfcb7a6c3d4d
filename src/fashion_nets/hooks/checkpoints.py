"""What becomes of checkpoints when a run ends."""

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from fashion_nets.hooks.lineage import CHECKPOINTS
from fashion_nets.training.checkpoints import Checkpoints


class CheckpointHook:
    """Clears up what the trainings of a run have left, once all of it has ended well.

    Until then a network that is trained keeps its state: interrupted later, the same command takes it as it
    is.
    """

    @hook_impl(trylast=True)
    def after_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Keep of each training what more epochs go on from, and nothing else."""
        for name in sorted(pipeline.inputs()):
            if name.endswith(CHECKPOINTS):
                checkpoints: Checkpoints = catalog.load(name)
                checkpoints.end()
