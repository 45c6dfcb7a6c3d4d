"""Contracts between the registry, the catalog and the parameters."""

import os
import pickle
import subprocess
import sys
from collections import defaultdict
from functools import reduce
from operator import getitem

import pytest
import yaml
from kedro.framework.project import pipelines as project_pipelines
from kedro.framework.project import settings
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline
from kedro.validation import TypeExtractor
from tests.conftest import ROOT

from fashion_nets.config_loader import NetworkConfigLoader
from fashion_nets.errors import UserError
from fashion_nets.networks.mlp import MlpParams
from fashion_nets.networks.registry import AUTOENCODERS, CLASSIFIERS, NETWORKS
from fashion_nets.parameters import Parameters
from fashion_nets.pipeline_registry import listed_autoencoders, makers, register_pipelines, renewed_by
from fashion_nets.pipelines.joints import is_collected
from fashion_nets.pipelines.study.definition import StudyDefinition
from fashion_nets.pipelines.sweep.definition import SweepDefinition
from fashion_nets.pipelines.trials_template import BaseNodes
from fashion_nets.pipelines.wiring import inputs_done_without
from fashion_nets.reporting.captions import is_described
from fashion_nets.training.optimizers import OptimizerParams
from fashion_nets.training.parameters import ClassifierTrainingParams
from fashion_nets.training.recipe import read_recipe

STEPS = [
    "data_ingestion",
    "preprocessing",
    *(f"train_{network}" for network in CLASSIFIERS),
    "train_autoencoders",
    "evaluate",
    "embed_and_project",
    "denoise",
]
EXPERIMENTS = [
    "study",
    "sweep",
    "transfer",
    "pretraining",
    "gather_more_data",
    "coding_size",
    "architectures",
    "filters",
    "explain",
    "predict",
    "export",
]
WITHOUT_TRAINING = {"filters", "explain", "predict", "export"}
CHAINS = [*CLASSIFIERS, "autoencoders", *AUTOENCODERS]


@pytest.fixture(scope="module")
def pipelines():
    return register_pipelines()


@pytest.fixture(scope="module", params=["local", "sample"])
def config(request):
    bootstrap_project(ROOT)
    return NetworkConfigLoader(str(ROOT / "conf"), env=request.param, **settings.CONFIG_LOADER_ARGS)


def test_the_registry_has_each_step_each_experiment_each_chain_and_the_default(pipelines):
    assert sorted(pipelines) == sorted([*STEPS, *EXPERIMENTS, *CHAINS, "register", "report", "__default__"])


def test_the_default_is_all_steps_and_contains_every_chain(pipelines):
    default = {node.name for node in pipelines["__default__"].nodes}
    assert default == {node.name for step in STEPS for node in pipelines[step].nodes}
    for chain in set(CHAINS) - set(AUTOENCODERS) | set(listed_autoencoders()):
        assert {node.name for node in pipelines[chain].nodes} < default


@pytest.mark.parametrize("name", [*CHAINS, "__default__"])
def test_chains_start_from_parameters_alone(pipelines, name):
    free = {name for name in pipelines[name].inputs() if not name.startswith("params:")}
    # Empty, unless there was a run before: checkpoints where one was interrupted, image_source, which says
    # where the images were found, and what is stored of other networks.
    free -= {"checkpoints", "image_source", "stored_results", "report_facts"}
    assert free <= inputs_done_without(pipelines[name])


@pytest.mark.parametrize("experiment", EXPERIMENTS)
def test_experiments_are_asked_for_by_name_and_run_on_the_stored_sets(pipelines, experiment):
    pipeline = pipelines[experiment]
    assert not {node.name for node in pipeline.nodes} & {node.name for node in pipelines["__default__"].nodes}
    sets = {name for name in pipeline.inputs() if name.endswith("_set")}
    assert sets <= pipelines["preprocessing"].outputs()
    assert sets >= ({"test_set"} if experiment in WITHOUT_TRAINING else {"train_set", "validation_set"})


@pytest.mark.parametrize("name", ["__default__", *EXPERIMENTS])
def test_every_node_has_a_name_of_its_own_and_a_docstring(pipelines, name):
    for node in pipelines[name].nodes:
        name = node.name.rpartition(".")[2]
        if isinstance(getattr(node.func, "__self__", None), BaseNodes):  # a pipeline has one for each base
            assert name == f"{node.func.__name__}_{node.func.__self__.base}"
        else:
            assert name == node.func.__name__
        assert node.func.__doc__


@pytest.mark.parametrize("name", ["__default__", *EXPERIMENTS, *CHAINS])
def test_nodes_may_go_to_other_processes(pipelines, name):
    """As a runner whose nodes have processes of their own would send them."""
    for node in pipelines[name].nodes:
        copy = pickle.loads(pickle.dumps(node))
        assert (copy, copy.tags) == (node, node.tags)
        for part in ("__qualname__", "__self__"):  # what a method is bound to knows its network
            assert getattr(copy.func, part, None) == getattr(node.func, part, None)


def test_everything_that_pipelines_exchange_is_stored(pipelines, config):
    """A step runs alone only if what it takes is on disk."""
    catalog = DataCatalog.from_config(config["catalog"])
    produced = {name for pipeline in pipelines.values() for name in pipeline.outputs()}
    exchanged = {
        name
        for pipeline in pipelines.values()
        for name in pipeline.inputs()
        if not name.startswith("params:")
    }
    for name in produced | exchanged:
        assert type(catalog.get(name)).__name__ != "MemoryDataset", name


def test_every_parameter_a_node_takes_is_configured_and_every_configured_one_is_taken(pipelines, config):
    taken = {
        tuple(name.removeprefix("params:").split("."))
        for pipeline in ("__default__", "register", *EXPERIMENTS, *AUTOENCODERS)
        for name in pipelines[pipeline].inputs()
        if name.startswith("params:")
    }
    configured = config["parameters"]
    for path in taken:
        value = configured
        for key in path:
            value = value[key]
    for name in ("tracking", "threads", "autoencoders"):  # for the hooks and the registry
        del configured[name]
    groups = {key: value for key, value in configured.items() if (key,) not in taken}
    assert {(key, inner) for key, group in groups.items() for inner in group} <= taken


class Walk(Parameters):
    steps: int
    speed: float = 1.0
    dog: str | None = None


class Walks(Parameters):
    first: Walk
    others: tuple[Walk, ...]


@pytest.mark.parametrize(
    ("walks", "twice"),
    [
        ([{"steps": 3}, {"steps": 4, "speed": 2}], []),
        ([{"steps": 3, "speed": 1}, {"steps": 4}], ["Walk.speed"]),  # stated as it is without
        ([{"steps": 3, "speed": 3}, {"steps": 4, "speed": 2}], ["Walk.speed"]),  # no group needs the default
    ],
)
def test_a_default_beside_what_is_stated_is_found(walks, twice):
    first, *others = walks
    groups = [Walks.model_validate({"first": first, "others": others})]
    assert defaults_beside_what_is_stated(groups) == twice


def test_what_conf_states_has_no_default_in_a_class_as_well(pipelines):
    """Where a type has a default, some group of conf/base needs it, and none states the same."""
    bootstrap_project(ROOT)
    loader = NetworkConfigLoader(str(ROOT / "conf"), env="base", **settings.CONFIG_LOADER_ARGS)
    parameters = loader["parameters"]
    types = TypeExtractor(pipelines).extract_types_from_pipelines()
    groups = [
        hint.model_validate(reduce(getitem, path.split("."), parameters))
        for path, hint in types.items()
        if isinstance(hint, type) and issubclass(hint, Parameters)
    ]
    assert {MlpParams, OptimizerParams, ClassifierTrainingParams} <= {type(group) for group in groups}
    recipes = [read_recipe("cnn", groups) for groups in parameters["architecture_settings"].values()]
    studies = [StudyDefinition.model_validate(study) for study in parameters["studies"].values()]
    sweeps = [SweepDefinition.model_validate(sweep) for sweep in parameters["sweeps"].values()]
    assert defaults_beside_what_is_stated([*groups, *recipes, *studies, *sweeps]) == []


def test_a_group_that_one_node_takes_typed_is_taken_typed_by_all(pipelines):
    hints = defaultdict(set)
    for node in {node for pipeline in pipelines.values() for node in pipeline.nodes}:
        of_node = TypeExtractor({node.name: Pipeline([node])}).extract_types_from_pipelines()
        for name in (each.removeprefix("params:") for each in node.inputs if each.startswith("params:")):
            hints[name].add(of_node.get(name))
    typed = {
        name: found
        for name, found in hints.items()
        if any(isinstance(hint, type) and issubclass(hint, Parameters) for hint in found)
    }
    assert "mlp.training" in typed
    assert {name: found for name, found in typed.items() if len(found) > 1} == {}


def defaults_beside_what_is_stated(groups):
    """The fields with a default that each group of their type states, or that one states with that value."""
    seen = defaultdict(list)
    for group in _with_groups_within(groups):
        for name, field in type(group).model_fields.items():
            if not field.is_required():
                is_stated = name in group.model_fields_set
                is_same = getattr(group, name) == field.get_default(call_default_factory=True)
                seen[f"{type(group).__name__}.{name}"].append((is_stated, is_stated and is_same))
    return [
        name
        for name, uses in seen.items()
        if all(is_stated for is_stated, _ in uses) or any(is_twice for _, is_twice in uses)
    ]


def _with_groups_within(value):
    if isinstance(value, Parameters):
        yield value
        value = dict(value)
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from _with_groups_within(part)


def test_what_belongs_together_is_a_namespace_and_datasets_keep_their_names(pipelines):
    default = pipelines["__default__"]
    groups = {(node.namespace or "").partition(".")[0] for node in default.nodes}
    assert groups == {"", "data", "autoencoders", *CLASSIFIERS}
    data = default.filter(node_namespaces=["data"])
    of_data = {*pipelines["data_ingestion"].nodes, *pipelines["preprocessing"].nodes}
    assert of_data - set(data.nodes) == set(
        pipelines["data_ingestion"].filter(node_names=["make_report"]).nodes
    )
    assert data.all_outputs() >= {"raw_train_images", "train_set", "test_set", "data_card"}
    assert default.filter(node_namespaces=["autoencoders"]).all_outputs() >= {
        f"{network}.model" for network in listed_autoencoders()
    }


def test_the_list_of_autoencoders_makes_the_steps(pipelines, project):
    """Whoever is not listed has a chain of its own only."""
    (project / "conf" / "local" / "parameters.yml").write_text("autoencoders: [stacked_autoencoder]")
    registered = register_pipelines()
    assert set(registered) == set(pipelines)
    trained = {network_of(node) for node in registered["train_autoencoders"].nodes}
    assert trained == {"", "stacked_autoencoder"}
    assert {network_of(node) for node in registered["autoencoders"].nodes} == {"", "stacked_autoencoder"}
    assert "convolutional_autoencoder" not in {network_of(node) for node in registered["__default__"].nodes}
    assert "convolutional_autoencoder" in {
        network_of(node) for node in registered["convolutional_autoencoder"].nodes
    }
    assert registered["denoise"].nodes == pipelines["denoise"].nodes != []
    of_denoising = {
        node
        for node in registered["denoise"].nodes
        if network_of(node) and not any(map(is_collected, node.outputs))  # which other pipelines collect too
    }
    assert of_denoising < set(registered["denoising_autoencoder"].nodes)
    assert of_denoising.isdisjoint(registered["__default__"].nodes)
    assert of_denoising.isdisjoint(registered["stacked_autoencoder"].nodes)


def test_every_node_of_the_default_run_has_a_tag(pipelines):
    tags = {node.name: node.tags for node in pipelines["__default__"].nodes}
    known = {"data", "training", "evaluation", "figures", "report"}
    assert {tag for each in tags.values() for tag in each} == known
    assert [name for name, each in tags.items() if not each] == []
    assert tags["mlp.train_classifier"] == {"training"}
    assert tags["mlp.plot_mistakes"] == {"evaluation", "figures"}
    assert tags["autoencoders.linear_autoencoder.compare_with_pca"] == {"evaluation", "figures"}
    drawn = {name for name, each in tags.items() if "figures" in each}
    assert drawn >= {name for name in tags if name.rpartition(".")[2].startswith(("plot_", "draw_"))}
    assert tags["mlp.make_report_part"] == {"training", "evaluation", "figures", "report"}
    assert tags["make_report"] == known


def test_a_run_of_one_network_compares_it_with_all_that_are_stored(pipelines):
    for name in (*CLASSIFIERS, *AUTOENCODERS, "autoencoders", "evaluate", "__default__"):
        (compare,) = pipelines[name].only_nodes_with_outputs("comparison").nodes
        made = {each for each in pipelines[name].all_outputs() if each.endswith(".metrics")}
        assert "stored_results" in compare.inputs
        assert comes_from(pipelines[name], compare) >= made
    for name in (*AUTOENCODERS, "autoencoders", "embed_and_project", "__default__"):
        (compare,) = pipelines[name].only_nodes_with_outputs("codings_comparison").nodes
        made = {each for each in pipelines[name].all_outputs() if each.endswith(".coding_scores")}
        assert "stored_results" in compare.inputs
        assert comes_from(pipelines[name], compare) >= made


def test_chains_together_set_side_by_side_what_all_of_them_make(pipelines):
    together = pipelines["mlp"] + pipelines["linear_autoencoder"] + pipelines["sparse_autoencoder"]
    (compare,) = together.only_nodes_with_outputs("comparison").nodes
    made = {f"{network}.metrics" for network in ("mlp", "linear_autoencoder", "sparse_autoencoder")}
    assert {each for each in comes_from(together, compare) if each.endswith(".metrics")} == made
    (compare,) = together.only_nodes_with_outputs("codings_comparison").nodes
    scores = {each for each in comes_from(together, compare) if each.endswith(".coding_scores")}
    assert scores == {"linear_autoencoder.coding_scores", "sparse_autoencoder.coding_scores"}
    (make,) = together.only_nodes_with_outputs("report").nodes
    parts = {each for each in comes_from(together, make) if each.endswith(".report_part")}
    assert {name.partition(".")[0] for name in parts} == {"mlp", "linear_autoencoder", "sparse_autoencoder"}


def comes_from(pipeline, node):
    """What a node takes, and what is collected for it."""
    collected = {name for name in node.inputs if is_collected(name)}
    makers_of_it = pipeline.only_nodes_with_outputs(*collected).nodes if collected else []
    return set(node.inputs).union(*(comes_from(pipeline, each) for each in makers_of_it))


@pytest.mark.parametrize(("output", "what"), [("comparison", "metrics"), ("report", "report_part")])
def test_what_sets_all_networks_side_by_side_depends_on_all_whatever_runs(output, what, pipelines):
    _, node = makers(pipelines)[output]
    assert set(node.inputs) >= {f"{network}.{what}" for network in NETWORKS}


NO_RESULTS = {"preprocessing"}
"""What makes no figures and no numbers."""


@pytest.mark.parametrize("name", sorted({*STEPS, *CHAINS, "report", "__default__"} - NO_RESULTS))
def test_what_makes_results_of_networks_ends_in_the_report_of_all(name, pipelines):
    pipeline = pipelines[name]
    assert pipeline.outputs() == {"report"}
    (make,) = pipeline.only_nodes_with_outputs("report").nodes
    assert set(make.inputs) >= {"data_part", "comparison", "codings_comparison"}
    made = {network_of(node) for node in pipeline.nodes} & set(NETWORKS)
    parts = {f"{network}.report_part" for network in made}
    assert parts <= pipeline.all_outputs() & comes_from(pipeline, make)


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_ends_in_a_page_of_its_own(name, pipelines):
    origins = {output for output in pipelines[name].outputs() if output.endswith(".origin")}
    assert pipelines[name].outputs() - origins == {f"{name}.report"}
    assert "report" not in pipelines[name].all_outputs()


def test_parts_and_page_are_made_again_without_anything_else(pipelines):
    functions = {node.func.__name__ for node in pipelines["report"].nodes}
    tables = {"compare_networks", "compare_codings"}
    assert functions == {"make_report_part", "collect_results", "collect_all", "make_report", *tables}
    for name in ("report", "comparison", "codings_comparison"):
        assert makers(pipelines)[name][0] == "report"
    assert makers(pipelines)["mlp.report_part"][0] == "report"


@pytest.mark.parametrize("name", ["__default__", "variational_autoencoder", *EXPERIMENTS])
def test_all_that_a_part_shows_has_a_caption(name, pipelines):
    for node in pipelines[name].nodes:
        if node.func.__name__ == "make_report_part":
            assert [dataset for dataset in node.inputs if not is_described(dataset)] == []


def test_what_is_explained_is_an_input_by_its_name(pipelines, project):
    assert "cnn.model" in pipelines["explain"].inputs()
    order = [node.name for node in (pipelines["cnn"] + pipelines["explain"]).nodes]
    assert order.index("cnn.train_classifier") < order.index("explain.plot_kernels")
    (project / "conf" / "local" / "parameters.yml").write_text("explain: {network: transfer_base}")
    assert "transfer_base.model" in register_pipelines()["explain"].inputs()
    assert not {name for name in pipelines["transfer"].inputs() if name.endswith(".model")}
    (project / "conf" / "local" / "parameters.yml").write_text("transfer: {stored_base: cnn}")
    assert "cnn.model" in register_pipelines()["transfer"].inputs()


@pytest.mark.parametrize("reference", ["champion", "3", "0123456789abcdef0123456789abcdef"])
def test_a_network_of_mlflow_is_an_input_by_its_reference(reference, project):
    using = ("explain", "predict", "export")
    named = [f"{group}: {{network: {reference!r}}}\n" for group in using]
    (project / "conf" / "local" / "parameters.yml").write_text("".join(named))
    made = register_pipelines()
    for pipeline in using:
        taken = {name for name in made[pipeline].inputs() if name.startswith(f"{reference}.")}
        assert taken == {f"{reference}.tracked_{part}" for part in ("model", "about", "class_names")}
        assert "class_names" not in made[pipeline].inputs()


@pytest.mark.parametrize(
    ("stated", "refusal"),
    [
        ("explain: {network: null}", "explain.network should name a network, such as cnn; got None"),
        ("transfer: {stored_base: transfer_base}", "transfer.stored_base should name .* got 'transfer_base'"),
    ],
)
def test_what_is_no_name_of_a_network_is_refused(stated, refusal, project):
    (project / "conf" / "local" / "parameters.yml").write_text(stated)
    with pytest.raises(UserError, match=refusal):
        register_pipelines()


def network_of(node):
    """The network whose namespace a node is in, "" if that is none."""
    innermost = (node.namespace or "").rpartition(".")[2]
    return innermost if innermost in NETWORKS else ""


@pytest.mark.parametrize(
    "wrong",
    [
        "[stacked_autoencoder, deep_autoencoder]",
        "stacked_autoencoder",
        "[stacked_autoencoder, stacked_autoencoder]",
    ],
)
def test_a_wrong_list_of_autoencoders_is_refused(wrong, project):
    (project / "conf" / "local" / "parameters.yml").write_text(f"autoencoders: {wrong}")
    with pytest.raises(UserError, match="'autoencoders' should list some of linear_autoencoder, .*each once"):
        register_pipelines()


def test_a_session_has_the_list_of_its_environment_and_the_next_session_its_own(project):
    (project / "conf" / "sample" / "parameters.yml").write_text("autoencoders: [stacked_autoencoder]")
    bootstrap_project(project)

    def trained(**session):
        with KedroSession.create(project, **session) as opened:
            opened.load_context()
            return {network_of(node) for node in project_pipelines["train_autoencoders"].nodes}

    assert trained(env="sample") == {"", "stacked_autoencoder"}
    assert len(trained()) == 1 + 5
    given = {"autoencoders": ["tied_autoencoder"]}  # as a file for --config may say
    assert trained(env="sample", runtime_params=given) == {"", "tied_autoencoder"}


def test_without_a_session_the_environment_is_that_of_kedro_env(project):
    (project / "conf" / "sample" / "parameters.yml").write_text("autoencoders: [tied_autoencoder]")
    program = "from fashion_nets.pipeline_registry import listed_autoencoders; print(listed_autoencoders())"
    bootstrap = "from pathlib import Path; from kedro.framework.startup import bootstrap_project; "
    said = run_python(f"{bootstrap}bootstrap_project(Path.cwd()); {program}", project, KEDRO_ENV="sample")
    assert said == "('tied_autoencoder',)\n"


def test_an_environment_states_only_differences():
    for path in (ROOT / "conf" / "sample").glob("*.yml"):
        base = yaml.safe_load((ROOT / "conf" / "base" / path.name).read_text())
        assert _shared_leaves(yaml.safe_load(path.read_text()), base) == []


def _shared_leaves(differences, base):
    shared = []
    for key, value in differences.items():
        if isinstance(value, dict):
            shared += _shared_leaves(value, base.get(key) or {})
        elif key in base and base[key] == value:
            shared.append(key)
    return shared


def test_looking_around_imports_no_tensorflow():
    program = """
import sys
from contextlib import suppress
from kedro.framework.cli.cli import main
for arguments in (["registry", "list"], ["run", "--help"], ["status"]):
    sys.argv = ["kedro", *arguments]
    with suppress(SystemExit):
        main()
    print("imported by", *arguments, sorted({"keras", "optuna", "tensorflow"} & set(sys.modules)))
"""
    said = run_python(program, ROOT)
    for command in ("registry list", "run --help", "status"):
        assert f"imported by {command} []" in said


@pytest.mark.slow  # a run in a process of its own
def test_a_run_on_data_alone_imports_no_tensorflow(project):
    program = """
import sys
from pathlib import Path
from kedro.framework.session import KedroSession
from kedro.framework.startup import bootstrap_project
bootstrap_project(Path.cwd())
with KedroSession.create(env="sample") as session:
    session.run(pipeline_names=["data_ingestion", "preprocessing", "filters"])
print("imported:", sorted({"keras", "optuna", "tensorflow"} & set(sys.modules)))
"""
    assert "imported: []" in run_python(program, project)
    assert (project / "data" / "sample" / "05_model_input" / "test_set" / "labels.npy").exists()


def run_python(program, folder, **environment):
    finished = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.mark.parametrize(
    ("dataset", "pipeline"),
    [
        ("mlp.metrics", "mlp"),
        ("sparse_autoencoder.coding_scores", "sparse_autoencoder"),
        ("train_set", "preprocessing"),
        ("transfer.comparison", "transfer"),
    ],
)
def test_what_renews_an_output_needs_nothing_of_other_networks(pipelines, dataset, pipeline):
    assert renewed_by(dataset, makers(pipelines)[dataset][0]) == pipeline
    assert dataset in pipelines[pipeline].all_outputs()
    needed = pipelines[pipeline].inputs() - inputs_done_without(pipelines[pipeline])
    assert not {name.partition(".")[0] for name in needed} & set(NETWORKS)
