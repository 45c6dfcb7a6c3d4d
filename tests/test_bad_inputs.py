"""A table of what cannot work, each with its one-line error, and what the terminal shows of it.

All of it runs in this process, as ``kedro run`` does. What is about data alone stands with the datasets.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from kedro.framework.startup import bootstrap_project
from tests.conftest import keep_logging, make_project

from fashion_nets.cli import run

MOST_LINES = 5


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A project with its sets stored, in which every run but this one is refused."""
    project = make_project(tmp_path_factory.mktemp("bad_inputs"))
    (project / "conf/sample/parameters_untracked.yml").write_text("tracking: {enabled: false}\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project)
        keep_logging(patch)
        bootstrap_project(project)
        done = CliRunner().invoke(run, ["--env=sample", "--pipelines=data_ingestion,preprocessing"])
    assert done.exit_code == 0, done.output
    return project


@pytest.fixture
def refused(folder, monkeypatch, caplog):
    """The lines in which a command is refused; files of conf/ are there while it runs."""
    monkeypatch.chdir(folder)
    keep_logging(monkeypatch)
    bootstrap_project(folder)

    def lines(*options, files=None):
        before = {folder / name: None for name in files or {}}
        before |= {path: path.read_bytes() for path in before if path.exists()}
        try:
            for name, content in (files or {}).items():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).write_text(content)
            environment = () if any(option.startswith("--env") for option in options) else ("--env=sample",)
            done = CliRunner().invoke(run, [*environment, *options])
        finally:
            for path, content in before.items():
                path.unlink() if content is None else path.write_bytes(content)
        assert isinstance(done.exception, SystemExit), repr(done.exception)
        assert done.exit_code in {1, 2}
        assert "Traceback" not in done.output
        assert not any(line.startswith("Run ") for line in caplog.messages)  # which a run begins with
        _, is_said, message = done.output.rpartition("Error: ")
        assert is_said, done.output
        said = message.strip().splitlines()
        assert len(said) <= MOST_LINES
        return said

    return lines


class Wrong(NamedTuple):
    """A value that its type refuses, whatever the data."""

    path: str
    value: str
    rule: str


WRONG = [
    Wrong("mlp.training.epochs", "0", "'epochs' should be greater than 0, got 0"),
    Wrong("mlp.training.epochs", "true", "'epochs' should be a whole number, got True"),
    Wrong("mlp.training.epochs", "'3'", "'epochs' should be a whole number, got '3'"),
    Wrong("mlp.training.epochs", ".nan", "'epochs' should be a finite number, got nan"),
    Wrong("mlp.architecture.dropout", "false", "'dropout' should be a number, got False"),
    Wrong("cnn.architecture.normalize_inputs", "1", "'normalize_inputs' should be true or false, got 1"),
    Wrong("mlp.optimizer.learning_rate", ".inf", "'learning_rate' should be a finite number, got inf"),
    Wrong("mlp.optimizer.momentum", ".nan", "SGD takes for 'momentum' a finite number, got nan"),
    Wrong("mlp.optimizer.momentum", "true", "SGD takes for 'momentum' a number, got True"),
    Wrong("cnn.training.epochs", "1.5", "'epochs' should be a whole number, got 1.5"),
    Wrong("cnn.training.epochs", "[1", "'epochs' should be a whole number, got '[1'"),
    Wrong("stacked_autoencoder.training.epochs", "", "'epochs' should be a whole number, got None"),
    Wrong("mlp.training.batch_size", "1.5", "'batch_size': expected a number of images, 1 or more"),
    Wrong("tied_autoencoder.training.early_stopping", "yes", "'early_stopping' should be a group of"),
    Wrong("mlp.training.precision", "float8", "'precision' should be 'float32', 'mixed_bfloat16' or 'auto'"),
    Wrong("cnn.training.engine", "jax", "'engine' should be 'auto', 'xla', 'graph' or 'keras', got 'jax'"),
    Wrong("mlp.architecture.hidden_units", "300", "'hidden_units' should be a list, got 300"),
    Wrong("mlp.architecture.dropout", "1", "'dropout' should be less than 1, got 1"),
    Wrong("mlp.architecture.activation", "rleu", "'activation': Keras has no activation 'rleu'"),
    Wrong("cnn.architecture.kernel", "3", "'kernel' is not a parameter here; there are name, activation, "),
    Wrong("mlp.optimizer.learning_rate", "fast", "'learning_rate' should be a number, got 'fast'"),
    Wrong("cnn.optimizer.learning_rate", "-1", "'learning_rate' should be greater than 0, got -1"),
    Wrong("tied_autoencoder.optimizer.learning_rat", "1", "SGD has no setting 'learning_rat'"),
    Wrong("linear_autoencoder.optimizer.name", "Adamm", "Keras has no optimizer 'Adamm'; did you mean 'Ad"),
    Wrong("mlp.optimizer.schedule", "cosin", "'schedule': there is no schedule 'cosin'; did you"),
    Wrong("preprocessing.validation_size", "many", "'validation_size' should be a whole number, got 'many'"),
    Wrong("preprocessing.validation_method", "random", "'validation_method' should be 'first' or"),
    Wrong("data_ingestion.first_label", "300", "'first_label' should be less than or equal to 255, got 300"),
    Wrong("data_ingestion.class_names", "abc", "'class_names' should be a list, got 'abc'"),
    Wrong("linear_autoencoder.projection.dimensions", "4", "'dimensions' should be 2 or 3, got 4"),
]
"""Each is the only one of its group in a run, so that several are refused at once, each in its line."""


def _batches():
    batches = []
    for wrong in WRONG:
        group = wrong.path.rpartition(".")[0]
        fitting = (batch for batch in batches if group not in batch)
        batch = next(fitting, None)
        if batch is None:
            batches.append(batch := {})
        batch[group] = wrong
    return [list(batch.values()) for batch in batches]


@pytest.mark.parametrize("batch", _batches(), ids=lambda batch: f"{len(batch)} values")
def test_a_wrong_value_is_refused_with_group_field_rule_and_place(batch, folder, monkeypatch):
    monkeypatch.chdir(folder)
    keep_logging(monkeypatch)
    bootstrap_project(folder)
    given = ",".join(f"{wrong.path}={wrong.value}" for wrong in batch)
    done = CliRunner().invoke(run, ["--env=sample", "--params", given])
    assert isinstance(done.exception, SystemExit), repr(done.exception)
    assert "Traceback" not in done.output
    said = dict(line.split(": ", 1) for line in done.output.rpartition("Error: ")[2].strip().splitlines())
    assert len(said) == len(batch), done.output
    for wrong in batch:
        group = wrong.path.rpartition(".")[0]
        assert said[group].startswith(wrong.rule)
        assert re.search(r'Change it in conf/\S+\.yml or with --params "\S+VALUE"\.$', said[group])


class Bad(NamedTuple):
    """A command that cannot work, with what is in conf/ meanwhile."""

    options: tuple[str, ...]
    message: str
    files: Mapping[str, str] = MappingProxyType({})


def params(pipelines, given):
    return (f"--pipelines={pipelines}", "--params", given)


def local(content, pipelines="data_ingestion", name="parameters.yml"):
    return (f"--pipelines={pipelines}", "--env=local"), {f"conf/local/{name}": content}


def in_file(content, message, pipelines="data_ingestion", name="parameters.yml"):
    options, files = local(content, pipelines, name)
    return Bad(options, message, files)


NAMES = [
    Bad(params("data_ingestion", "mpl.training.epochs=3"), "'mpl' is not a .*; did you mean 'mlp'?"),
    Bad(params("data_ingestion", "mlp.trainig.epochs=3"), "did you mean 'mlp.training'?"),
    Bad(
        params("data_ingestion", "architecture_settings.lenet5.trainin.epochs=3"),
        "'architecture_settings.lenet5.trainin' is not .*mean 'architecture_settings.lenet5.training'?",
    ),
    Bad(
        params("data_ingestion", "architecture_settings.lenet5.training.epoch=3"),
        "mean 'architecture_settings.lenet5.training.epochs'?",
    ),
    Bad(
        params("data_ingestion", "studies.optimizers.netwok=mlp"),
        "mean 'studies.optimizers.network'?",
    ),
    Bad(
        params("data_ingestion", "mlp=3"), "mlp is a group of parameters, got 3. State its parameters by name"
    ),
    in_file("mlpp: {training: {epochs: 3}}\n", "did you mean 'mlp'? It stands in conf/local/parameters.yml."),
    in_file("mlp: {trainng: {}}\n", "did you mean 'mlp.training'? It stands in conf/local/parameters.yml."),
    in_file(
        "architecture_settings: {lenet5: {training: {epoch: 3}}}\n",
        "mean 'architecture_settings.lenet5.training.epochs'? It stands in conf/local/parameters.yml.",
    ),
    in_file(
        "studies: {mine: {questoin: Why?}}\n",
        "did you mean 'studies.mine.question'? It stands in conf/local/parameters.yml.",
    ),
]

FILES = [
    in_file("mlp:\n  training: [1\n", "conf/local/parameters.yml, line 3: not valid YAML: "),
    in_file("mlp:\n\ttraining: 1\n", "conf/local/parameters.yml, line 2: not valid YAML: found character "),
    in_file("seed: 1\nseed: 2\n", "conf/local/parameters.yml, line 2: not valid YAML: found duplicate"),
    in_file("- seed\n", "conf/local/parameters.yml: expected lines such as 'NAME: VALUE', got a list."),
    in_file("data_folder: [\n", "conf/local/globals.yml, line 2: not valid YAML: ", name="globals.yml"),
    in_file("seed: ${globals:sed}\n", "conf/, at 'seed': Globals key 'sed' not found"),
    in_file("seed: ${sed}\n", "conf/, at 'seed': Interpolation key 'sed' not found"),
    in_file("seed: ${oc.env:HOME}\n", "conf/, at 'seed': Unsupported interpolation type oc.env"),
    in_file("mlp: {_like: _nothing}\n", "says '_like: _nothing', but there is no such", "mlp"),
    in_file(
        "train_set: {type: pandas.CSVDataset, filepth: x}\n",
        "unexpected keyword argument 'filepth'",
        name="catalog.yml",
    ),
    in_file("x: {type: no.Dataset, filepath: x}\n", "parsing config for dataset 'x'", name="catalog.yml"),
]

VALUES = [
    Bad(
        params("study", "study.name=optimisers"),
        "study: 'name': there is no study 'optimisers'; did",
    ),
    Bad(
        params("preprocessing", "preprocessing.validation_size=5000"),
        "preprocessing: 'validation_size': must be 1 to 4,999.* conf/sample/parameters_prepro",
    ),
    Bad(
        params("data_ingestion,preprocessing", "preprocessing.validation_size=5000"),
        "preprocessing: 'validation_size': must be 1 to 4,999",
    ),
    Bad(
        params("preprocessing", "preprocessing.validation_size=2"),
        "every class needs images to validate with, got none of classes .*validation_method=stratified",
    ),
    Bad(params("mlp", "mlp.training.loss=binary_crossentropy"), "mlp.training: 'loss': .* and there are 10"),
    Bad(params("transfer", "transfer.n_images=3000"), "transfer: 'n_images': cannot draw 3,000 images: "),
    Bad(
        params("transfer", "transfer.stored_base=foo"),
        "'foo.model' is not stored, and no pipeline makes it. There can be a model of cnn",
    ),
    Bad(
        params("predict", "predict.network=foo"),
        "There can be a model of cnn, mlp. And predict.network takes champion, challenger, the number of a ",
    ),
    Bad(
        params("mlp,register", "tracking.enabled=false"),
        "register: 'run': should be the id of a run in MLflow, as this one is not tracked; got None",
    ),
    Bad(
        params("export", "export.network=foo"),
        "There can be a model of .*, tied_autoencoder, .*. And export.network takes champion, challenger, ",
    ),
    Bad(
        params("filters", "filters.image=holiday #1.jpg"),
        "filters: 'image': /.*/holiday #1.jpg",
    ),
    Bad(
        params("filters", "filters.image_index=1000"),
        "filters: 'image_index': there is no image 1,000",
    ),
    Bad(
        params("explain", "explain.image_index=1000"),
        "explain: 'image_index': there is no image 1,000",
    ),
    Bad(
        params("gather_more_data", "gather_more_data.smallest_size=4000"),
        "gather_more_data: 'smallest_size': halving 4,000 training images down to 4,000 gives 1 sizes",
    ),
    Bad(
        params("architectures", "architectures.names=lecture lenet"),
        "architectures: 'names.1': there is no architecture 'lenet'; did you mean 'lenet5'?",
    ),
    Bad(
        params("architectures", "architectures.names=mlp"),
        "architectures: 'names': mlp has no settings",
    ),
    in_file(
        "transfer: {classes: [Sandal, Shrit]}\n",
        "transfer: 'classes': there is no class 'Shrit'.* Change it in conf/local/parameters.yml",
        "data_ingestion,transfer",
    ),
    in_file(
        "pretraining: {numbers_of_images: [7]}\ndata_folder: x\n",
        "'data_folder' is not a parameter",
        "pretraining",
    ),
]

LARGE = "conf/sample/parameters_large.yml"


def large(pipelines, content, message):
    return Bad((f"--pipelines={pipelines}",), message, {LARGE: content})


NETWORKS = [
    large(  # in a run that makes its sets itself
        "mlp",
        "mlp: {architecture: {hidden_units: [1000000000]}}\n",
        "mlp.architecture: mlp has 795,000,000,010 weights, which need about 6,360,000 MB of memory .* Change"
        ' it in conf/sample/parameters_large.yml or with --params "mlp.architecture.NAME=VALUE".',
    ),
    large(
        "train_cnn",
        "cnn: {architecture: {blocks: [{filters: 1000000, kernel_size: 9, convolutions: 2}]}}\n",
        "cnn.architecture: cnn has 81,025,171,009,034 weights, ",
    ),
    Bad(
        params("train_autoencoders", "tied_autoencoder.architecture.codings_size=1000000000000"),
        "tied_autoencoder.architecture: tied_autoencoder has ",
    ),
    Bad(
        params("cnn", "cnn.architecture.pool_size=16"),
        "cnn.architecture: 2 poolings by 16 need images of at least 256 x 256 pixels, got 28 x 28",
    ),
    large(
        "train_autoencoders",
        "stacked_autoencoder: {training: {early_stopping: "
        "{monitor: val_accuracy, patience: 1, restore_best_weights: true}}}\n",
        "stacked_autoencoder.training: early_stopping watches val_accuracy, which this network does not have",
    ),
    Bad(
        params("transfer", "transfer.reused_layers=3"),
        "reused_layers must be at most 2, the hidden layers of mlp, got 3",
    ),
    Bad(
        params("transfer", "transfer.base=cnn,cnn.architecture.name=resnet18"),
        "cnn cannot be reused: its layers branch",
    ),
    Bad(
        ("--pipelines=coding_size",),
        "stacked_autoencoder has ",
        {"conf/sample/parameters_coding_size.yml": "coding_size: {sizes: [2, 1000000000000]}\n"},
    ),
    large(
        "study",
        "studies: {wide: {question: How wide?, network: mlp, claims: [], answer: {kind: accuracy}, variants: "
        "{wide: {architecture.hidden_units: [1000000000]}}}}\nstudy: {name: wide}\n",
        "Study wide, variant wide: mlp has 795,000,000,010 weights",
    ),
    large(
        "pretraining",
        "convolutional_autoencoder: {architecture: {filters: [4, 4, 4, 4, 4, 4]}}\n",
        "6 poolings leave nothing of images of 28 x 28 pixels",
    ),
    Bad(
        params("data_ingestion", "data_ingestion.source_folder=/nowhere"),
        "cannot be taken from the folder /nowhere (data_ingestion.source_folder): it does not exist",
    ),
    Bad(
        params("data_ingestion", "data_ingestion.source_folder=conf"),
        "/conf (data_ingestion.source_folder): it holds none of train-images-idx3-ubyte, ",
    ),
]

COMMANDS = [
    Bad(("--runner=FooRunner",), "There is no runner 'FooRunner'; there are SequentialRunner, ThreadRunner"),
    Bad(("--env=smaple",), "There is no environment 'smaple' in conf/; there are base, local, sample."),
    Bad(("--pipelines=mpl",), "Failed to find the pipeline named 'mpl'.*    mlp"),
    Bad(("--pipelines=mlp", "--nodes=foo"), "Pipeline does not contain nodes named"),
    Bad(("--pipelines=mlp", "--tags=foo"), "Pipeline contains no nodes after applying all provided filters"),
    Bad(("--params", "mlp.training"), "must contain a key and a value separated by `=`"),
    Bad(("--load-versions=foo",), "Expected the form of 'load_versions'"),
    Bad(("--conf-source=nowhere",), "Path 'nowhere' does not exist"),
    Bad(("--config=nowhere.yml",), "File 'nowhere.yml' does not exist"),
    Bad(("--config=run.yml",), "run.yml, line 3: not valid YAML", {"run.yml": "run:\n  params: [\n"}),
]

MISSING = [
    Bad(
        ("--pipelines=evaluate", "--namespaces=stacked_autoencoder"),
        "'stacked_autoencoder.costs', .* are not stored yet. .* --env=sample --pipelines=stacked_autoencoder",
    ),
    Bad(
        ("--pipelines=study", "--env=local"),
        "'train_set', 'validation_set' are not .* --env=local --pipelines=data_ingestion,preprocessing",
    ),
]


TABLE = [*NAMES, *FILES, *VALUES, *NETWORKS, *COMMANDS, *MISSING]


@pytest.mark.parametrize("bad", TABLE, ids=lambda bad: bad.message[:40])
def test_what_cannot_work_is_refused_in_one_line_before_any_node_runs(bad, refused):
    said = " ".join(refused(*bad.options, files=bad.files))
    pattern = ".*".join(map(re.escape, bad.message.split(".*")))
    assert re.search(pattern, said), said


def test_the_table_is_long_enough():
    assert len(WRONG) + len(TABLE) >= 40
