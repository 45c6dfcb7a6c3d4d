"""The pipelines by name.

The pipelines' modules are imported when the registry is asked for, and none of them imports
TensorFlow before a node runs that needs it.
"""

import inspect
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, get_args

from kedro.framework.project import pipelines
from kedro.pipeline import Pipeline
from kedro.pipeline.node import Node
from matplotlib.figure import Figure

from fashion_nets.config_loader import project_loader
from fashion_nets.errors import UserError
from fashion_nets.networks.references import is_tracked
from fashion_nets.networks.registry import AUTOENCODERS, CLASSIFIERS, NETWORKS
from fashion_nets.parameters import as_text
from fashion_nets.pipelines.wiring import NetworkInputs
from fashion_nets.project_pipeline import group, joints


def register_pipelines() -> dict[str, Pipeline]:
    """Register the project's pipelines.

    Returns:
        One entry for each step, one for each experiment on the stored sets, a chain from raw data to the
        evaluated network for each network, which ends in its comparison with all that are stored, the chain
        ``autoencoders`` of those that conf/ lists, and ``__default__``, which is all steps. Steps are about
        the classifiers and the listed autoencoders. What makes figures or numbers ends in the report; the
        pipeline ``report`` makes it of what is stored.
        Their nodes have tags that say what they are for: data, training, evaluation, figures, report. The
        steps of data are one namespace, and the namespaces of all autoencoders lie in another one.
    """
    autoencoders = listed_autoencoders()
    networks = [network_inputs(group) for group in ("explain", "predict", "export")]
    return dict(_create_all(autoencoders, stored_base(), predicted_source(), *networks))


@lru_cache(maxsize=4)  # each session asks for them: one after the other in a notebook, in Kedro-Viz, in tests
def _create_all(autoencoders: tuple[str, ...], *named: Any) -> dict[str, Pipeline]:
    """Make all of it. What it takes of the parameters are its arguments: other sessions have others."""
    from fashion_nets.pipelines import denoise, register

    steps = _create_steps(autoencoders)
    parts = _create_parts()
    registered = {
        # first, so that it is named as what makes parts, page and the tables of all networks: it makes
        # nothing else
        "report": Pipeline([joint.make_full_node() for joint in joints()])
        + _sum(parts[name] for name in ("data", *CLASSIFIERS, *autoencoders)),
        **steps,
        "denoise": denoise.create_pipeline(AUTOENCODERS),  # by its name on what is stored, listed or not
        "register": register.create_pipeline(),
        **_create_experiments(*named),
        **_create_classifier_chains(steps),
        **_create_autoencoder_chains(steps, autoencoders),
        "__default__": _sum(steps.values()),
    }
    return {
        name: group(_end_in_report(_tag_figures(pipeline), parts)) for name, pipeline in registered.items()
    }


def _create_steps(autoencoders: Sequence[str]) -> dict[str, Pipeline]:
    """What the default run is made of, each on what is stored."""
    from fashion_nets.pipelines import (
        data_ingestion,
        denoise,
        embed_and_project,
        evaluate,
        preprocessing,
        train,
    )

    return {
        "data_ingestion": data_ingestion.create_pipeline(),
        "preprocessing": preprocessing.create_pipeline(),
        **{f"train_{network}": train.create_pipeline(network) for network in CLASSIFIERS},
        "train_autoencoders": _train_all(autoencoders),
        "evaluate": evaluate.create_pipeline(CLASSIFIERS, autoencoders),
        "embed_and_project": embed_and_project.create_pipeline(autoencoders),
        "denoise": denoise.create_pipeline(autoencoders),
    }


def _create_experiments(
    base: str | None,
    source: str,
    explained: NetworkInputs,
    predicting: NetworkInputs,
    exported: NetworkInputs,
) -> dict[str, Pipeline]:
    """What runs only when it is asked for, on the stored sets."""
    from fashion_nets.pipelines import (
        architectures,
        coding_size,
        explain,
        export,
        filters,
        gather_more_data,
        predict,
        pretraining,
        report,
        study,
        sweep,
        transfer,
    )

    experiments = {
        "study": study.create_pipeline(),
        "sweep": sweep.create_pipeline(),
        "transfer": transfer.create_pipeline(base),
        "pretraining": pretraining.create_pipeline(),
        "gather_more_data": gather_more_data.create_pipeline(),
        "coding_size": coding_size.create_pipeline(),
        "architectures": architectures.create_pipeline(),
        "filters": filters.create_pipeline(),
        "explain": explain.create_pipeline(explained),
        "predict": predict.create_pipeline(predicting, source),
        "export": export.create_pipeline(exported),
    }
    return {name: made + report.create_experiment_page(name, made) for name, made in experiments.items()}


def _create_classifier_chains(steps: Mapping[str, Pipeline]) -> dict[str, Pipeline]:
    """From raw data to each evaluated classifier, compared with all networks that are stored."""
    from fashion_nets.pipelines import evaluate

    return {
        network: _sets(steps) + steps[f"train_{network}"] + evaluate.create_pipeline([network], [])
        for network in CLASSIFIERS
    }


def _create_autoencoder_chains(
    steps: Mapping[str, Pipeline], autoencoders: Sequence[str]
) -> dict[str, Pipeline]:
    """From raw data to the projections of those that are listed, and of each one alone."""
    from fashion_nets.pipelines import denoise, embed_and_project, evaluate

    def create_chain(networks: Sequence[str]) -> Pipeline:
        return (
            _sets(steps)
            + _train_all(networks)
            + evaluate.create_pipeline([], networks)
            + embed_and_project.create_pipeline(networks)
            + denoise.create_pipeline(networks)
        )

    return {
        "autoencoders": create_chain(autoencoders),
        **{network: create_chain([network]) for network in AUTOENCODERS},
    }


def _sets(steps: Mapping[str, Pipeline]) -> Pipeline:
    return steps["data_ingestion"] + steps["preprocessing"]


def _train_all(networks: Sequence[str]) -> Pipeline:
    from fashion_nets.pipelines import train

    return _sum(map(train.create_pipeline, networks))


def _create_parts() -> dict[str, Pipeline]:
    """What makes the part of each network, and of the images, by name."""
    from fashion_nets.pipelines import data_ingestion, denoise, embed_and_project, evaluate, report, train

    made = {network: train.create_pipeline(network) for network in NETWORKS}
    for network in CLASSIFIERS:
        made[network] += evaluate.create_pipeline([network], [])
    for network in AUTOENCODERS:
        made[network] += evaluate.create_pipeline([], [network])
        made[network] += embed_and_project.create_pipeline([network]) + denoise.create_pipeline([network])
    return {
        "data": report.create_data_part(data_ingestion.create_pipeline()),
        **{network: report.create_network_part(network, pipeline) for network, pipeline in made.items()},
    }


def _end_in_report(pipeline: Pipeline, parts: Mapping[str, Pipeline]) -> Pipeline:
    """Add the part of what a pipeline makes figures or numbers of, and the page of all parts."""
    from fashion_nets.pipelines import report

    made = pipeline.all_outputs()
    shown = [part for part in parts.values() if part.inputs() & made]
    return pipeline + _sum([*shown, report.create_pipeline()]) if shown else pipeline


def _sum(several: Iterable[Pipeline]) -> Pipeline:
    return sum(several, Pipeline([]))


def maker_of(dataset: str) -> str | None:
    """The pipeline that makes what is stored as a dataset: steps go before chains."""
    pipeline, _ = makers(dict(pipelines)).get(dataset, (None, None))
    return pipeline


def renewed_by(dataset: str, maker: str) -> str:
    """The pipeline that renews a dataset by ``--only-missing-outputs``, without anything of other networks.

    Args:
        dataset: Its name.
        maker: The first pipeline that makes it, as of :func:`makers`, which may be about all networks.

    Returns:
        Of a network its chain, which makes no more than what is out of date either.
    """
    namespace = dataset.partition(".")[0]
    return namespace if namespace in NETWORKS else maker


def makers(registered: Mapping[str, Pipeline]) -> dict[str, tuple[str, Node]]:
    """What makes each output of some pipelines: the first of them that does, and its node.

    Of what sets results side by side it is the node that takes all of them one by one.
    """
    found: dict[str, tuple[str, Node]] = {}
    for name, pipeline in registered.items():
        for node in pipeline.nodes:
            for output in node.outputs:
                found.setdefault(output, (name, node))
    full = {joint.output: joint.make_full_node() for joint in joints() if joint.output in found}
    return found | {output: (found[output][0], node) for output, node in full.items()}


def _tag_figures(pipeline: Pipeline) -> Pipeline:
    """Tag the nodes that return figures, so that ``--tags=figures`` draws all of what is stored anew."""

    def returns_figure(node: Node) -> bool:
        returned = inspect.get_annotations(node.func).get("return")
        return Figure in (returned, *get_args(returned))

    return Pipeline([node.tag("figures") if returns_figure(node) else node for node in pipeline.nodes])


def network_inputs(group: str) -> NetworkInputs:
    """The datasets of the network that ``<group>.network`` names, in the session at work if there is one.

    Raises:
        UserError: If it is no name.
    """
    return inputs_of_network(_name_in(group, "network"))


def inputs_of_network(name: str) -> NetworkInputs:
    """The datasets of a network that is used: a stored one by its name, or one that MLflow has."""
    if is_tracked(name):
        return NetworkInputs(*(f"{name}.tracked_{part}" for part in NetworkInputs._fields))
    return NetworkInputs(f"{name}.model", f"{name}.about", "class_names")


def predicted_source() -> str:
    """What ``predict.source`` says, likewise."""
    return str(project_loader()["parameters"]["predict"]["source"])


def stored_base() -> str | None:
    """The network that ``transfer.stored_base`` names, likewise; None if one is trained.

    Raises:
        UserError: If it is no name, or that of what the pipeline makes itself.
    """
    if project_loader()["parameters"]["transfer"]["stored_base"] is None:
        return None
    return _name_in("transfer", "stored_base", made_itself="transfer_base")


def _name_in(group: str, field: str, made_itself: str | None = None) -> str:
    name = as_text(project_loader()["parameters"][group][field])
    if not isinstance(name, str) or name in ("", made_itself):
        raise UserError(
            f"{group}.{field} should name a network, such as cnn; got {name!r}. Change it in "
            f'conf/base/parameters_{group}.yml or with --params "{group}.{field}=cnn".'
        )
    return name


def listed_autoencoders() -> tuple[str, ...]:
    """The autoencoders that the parameter ``autoencoders`` lists, in the session at work if there is one.

    Raises:
        UserError: If one of them does not exist, or is listed twice.
    """
    listed = project_loader()["parameters"]["autoencoders"]
    if not isinstance(listed, list) or set(listed) - set(AUTOENCODERS) or len(set(listed)) < len(listed):
        raise UserError(
            f"'autoencoders' should list some of {', '.join(AUTOENCODERS)}, each once; got {listed!r}. "
            "Change it in parameters.yml, in conf/base or the folder of the environment."
        )
    return tuple(listed)
