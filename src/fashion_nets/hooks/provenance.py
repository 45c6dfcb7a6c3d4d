"""Beside each stored output, what made it; before a run, what of its inputs is out of date."""

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from kedro.framework.context import KedroContext
from kedro.framework.hooks import hook_impl
from kedro.framework.project import pipelines
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node

from fashion_nets.catalog import NetworkCatalog
from fashion_nets.hooks.lineage import Lineage
from fashion_nets.hooks.recorder import Recorder
from fashion_nets.tracking.runs import tag_run


class ProvenanceHook:
    """Writes the records of :mod:`fashion_nets.provenance.records`, and warns of inputs that are stale."""

    @hook_impl
    def after_context_created(self, context: KedroContext) -> None:
        """Keep the parameters as conf/ and the command line state them."""
        self._parameters = context.config_loader["parameters"]
        self._root = context.project_path

    @hook_impl(wrapper=True)
    def before_pipeline_run(
        self, run_params: Mapping[str, Any], pipeline: Pipeline, catalog: NetworkCatalog
    ) -> Iterator[None]:
        """Find out what is stale before anything else; tag the run once it has begun.

        With ``--only-missing-outputs`` Kedro's runner asks the catalog what exists: what is stale does not.
        """
        lineage = Lineage(dict(pipelines), catalog, self._parameters, self._root)
        self._recorder = Recorder(lineage, pipeline, catalog, self._root)
        self._recorder.warn_of_stale_inputs()
        if run_params["only_missing_outputs"]:
            catalog.to_make_again |= self._recorder.find_stale_outputs()
        yield
        tag_run(self._recorder.tags())

    @hook_impl
    def before_node_run(self, node: Node) -> None:
        """What this node takes is whole by now, also where it was stored piece by piece."""
        self._recorder.finish(node.inputs)
        if inspect.isgeneratorfunction(node.func):
            self._recorder.expect(node.outputs)

    @hook_impl
    def after_dataset_saved(self, dataset_name: str, data: Any, node: Node) -> None:
        """Record what made an output."""
        if inspect.isgeneratorfunction(node.func):
            self._recorder.begin(dataset_name)
        else:
            self._recorder.record(dataset_name, data)

    @hook_impl(tryfirst=True)
    def after_pipeline_run(self) -> None:
        """Record what was stored piece by piece and is not recorded yet; say what is out of date now."""
        self._recorder.finish_all()
        self._recorder.tell_what_is_out_of_date()
        tag_run(self._recorder.tags())
