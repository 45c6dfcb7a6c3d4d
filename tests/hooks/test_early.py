"""Checks of nodes, called with what is known before any node begins."""

import numpy as np
import pytest
from kedro.framework.startup import bootstrap_project
from kedro.io import DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline
from tests.conftest import SAMPLE_FOLDER
from tests.parameters import read_params

from fashion_nets.data.idx import read_idx
from fashion_nets.data.source_params import DataIngestionParams
from fashion_nets.errors import UserError
from fashion_nets.hooks.early import check_values
from fashion_nets.parameters import RefusedValueError
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
    ingestion = read_params(
        DataIngestionParams, raw_folder=str(tmp_path / "raw"), source_folder=str(SAMPLE_FOLDER)
    )
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
    with pytest.raises(UserError, match='^preprocessing: .*: does not serve. .*"preprocessing.NAME=VALUE"'):
        check_values(Pipeline([DRAW]), make_catalog(params_seed=13))
