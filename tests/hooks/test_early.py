"""Checks of nodes, called with what is known before any node begins."""

import logging

import numpy as np
import pytest
from kedro.framework.startup import bootstrap_project
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline
from tests.conftest import SAMPLE_FOLDER
from tests.parameters import read_params, stated

from fashion_nets.data.idx import read_idx
from fashion_nets.data.source_params import DataIngestionParams
from fashion_nets.errors import UserError
from fashion_nets.hooks.early import check_values
from fashion_nets.parameters import RefusedValueError
from fashion_nets.pipelines.preprocessing.nodes import PreprocessingParams
from fashion_nets.pipelines.wiring import checked_by, step

CALLS = []


def check_size(preprocessing, raw_train_labels):
    CALLS.append((preprocessing, raw_train_labels))
    if preprocessing["validation_size"] >= len(raw_train_labels):
        raise RefusedValueError("preprocessing", "validation_size", f"must be below {len(raw_train_labels)}.")


def check_group(preprocessing, **others):
    CALLS.append((preprocessing, others))
    if others.get("seed") == 13:
        raise RefusedValueError("preprocessing", "", "does not serve")


@checked_by(check_size)
def split(raw_train_labels, preprocessing):
    return raw_train_labels, preprocessing


@checked_by(check_group)
def draw(preprocessing, seed):
    return preprocessing, seed


def ingest(data_ingestion):
    return data_ingestion


def ingest_all(data_ingestion):
    return data_ingestion, data_ingestion


def prepare(images, labels, preprocessing):
    return images, labels, preprocessing


SPLIT = step(split, ["raw_train_labels", "params:preprocessing"], "train_set")
DRAW = step(draw, ["params:preprocessing", "params:seed"], "figure")
INGEST = step(ingest, ["params:data_ingestion"], "raw_train_labels")


@pytest.fixture(autouse=True)
def _here(project):
    bootstrap_project(project)
    CALLS.clear()


def make_catalog(**values):
    given = {
        "params:preprocessing": {"validation_size": 3},
        "params:seed": 42,
        **{name.replace("params_", "params:"): value for name, value in values.items()},
    }
    return DataCatalog({name: MemoryDataset(value) for name, value in given.items()})


def ingestion_of_the_sample(raw_folder):
    files = {name: file | {"sha256": None} for name, file in stated("data_ingestion.files").items()}
    return read_params(
        DataIngestionParams, files=files, raw_folder=str(raw_folder), source_folder=str(SAMPLE_FOLDER)
    )


def test_a_value_that_cannot_serve_with_what_is_stored_is_refused_with_its_place():
    with pytest.raises(UserError) as raised:
        check_values(Pipeline([SPLIT]), make_catalog(raw_train_labels=np.zeros(3)))
    assert str(raised.value) == (
        "preprocessing: 'validation_size': must be below 3. "
        "Change it in conf/base/parameters_preprocessing.yml "
        'or with --params "preprocessing.validation_size=VALUE".'
    )
    check_values(Pipeline([SPLIT]), make_catalog(raw_train_labels=np.zeros(4)))
    assert len(CALLS) == 2


def test_a_check_waits_for_what_is_not_known_yet():
    check_values(Pipeline([SPLIT]), make_catalog())
    making = step(lambda: np.zeros(1), [], "raw_train_labels", name="make")
    check_values(Pipeline([making, SPLIT]), make_catalog(raw_train_labels=np.zeros(1)))  # made anew
    assert CALLS == []


def test_what_the_ingestion_is_going_to_store_is_foreseen(tmp_path):
    ingestion = ingestion_of_the_sample(tmp_path / "raw")
    labels = read_idx(SAMPLE_FOLDER / "train-labels-idx1-ubyte.gz")
    catalog = make_catalog(params_data_ingestion=ingestion)
    catalog["params:preprocessing"] = MemoryDataset({"validation_size": len(labels)})
    with pytest.raises(UserError, match=f"must be below {len(labels)}. Change it in "):
        check_values(Pipeline([INGEST, SPLIT]), catalog)
    ((_, foreseen),) = CALLS
    np.testing.assert_array_equal(foreseen, labels)


def test_a_check_of_all_arguments_gets_them_and_may_refuse_a_group():
    check_values(Pipeline([DRAW]), make_catalog())
    assert CALLS == [({"validation_size": 3}, {"seed": 42})]
    with pytest.raises(UserError, match='^preprocessing: does not serve. .*"preprocessing.NAME=VALUE"'):
        check_values(Pipeline([DRAW]), make_catalog(params_seed=13))


def test_a_parameter_that_is_null_is_known():
    check_values(Pipeline([DRAW]), make_catalog(params_seed=None))
    assert CALLS == [({"validation_size": 3}, {"seed": None})]


def test_what_a_check_tells_is_left_to_the_node_and_others_are_heard_after_it(said):
    logger = logging.getLogger("fashion_nets.test")

    @checked_by(lambda seed: logger.warning("seed %s", seed))
    def shuffle(seed):
        return seed

    check_values(Pipeline([step(shuffle, "params:seed", "order")]), make_catalog())
    assert said() == []
    logger.warning("the node runs")
    assert said() == ["the node runs"]


def check_owner(self, train_set):
    CALLS.append((self, train_set))


class Owner:
    @checked_by(check_owner)
    def train(self, train_set):
        return train_set


def test_a_check_of_a_method_gets_what_it_belongs_to_and_a_set_that_is_foreseen(tmp_path):
    owner, labels = Owner(), read_idx(SAMPLE_FOLDER / "train-labels-idx1-ubyte.gz")
    pipeline = Pipeline(
        [
            step(ingest_all, ["params:data_ingestion"], ["raw_train_images", "raw_train_labels"]),
            step(prepare, ["raw_train_images", "raw_train_labels", "params:preprocessing"], "train_set"),
            step(owner.train, "train_set", "model"),
        ]
    )
    catalog = make_catalog(
        params_data_ingestion=ingestion_of_the_sample(tmp_path / "raw"),
        params_preprocessing=PreprocessingParams(validation_size=4000, validation_method="first"),
    )
    check_values(pipeline, catalog)
    ((who, train_set),) = CALLS
    assert who is owner
    np.testing.assert_array_equal(train_set.labels, labels[4000:])
    assert train_set.images.shape == (len(labels) - 4000, 28, 28)
