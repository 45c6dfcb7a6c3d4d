"""What becomes of checkpoints when a run ends."""

from kedro.framework.hooks import hook_impl
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline

from fashion_nets.hooks.lineage import CHECKPOINTS, is_checkpoints
from fashion_nets.training.checkpoints import Checkpoints


class CheckpointHook:
    """Clears up what the trainings of a run have left, once all of it has ended well.

    Until then a network that is trained keeps its state: interrupted later, the same command takes it as it
    is.
    """

    @hook_impl(trylast=True)
    def after_pipeline_run(self, pipeline: Pipeline, catalog: DataCatalog) -> None:
        """Keep of each training what more epochs go on from, and nothing else."""
        for node in pipeline.nodes:
            for name in filter(is_checkpoints, node.inputs):
                checkpoints: Checkpoints = catalog.load(name)
                if name == CHECKPOINTS:  # the folder of all networks
                    network = node.outputs[0].partition(".")[0]
                    checkpoints = checkpoints.of(network, network)
                checkpoints.end()
