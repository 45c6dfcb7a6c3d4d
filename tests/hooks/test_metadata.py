from pathlib import Path

import pytest
import yaml
from kedro.io import DataCatalog

from fashion_nets.datasets import RecordsDataset
from fashion_nets.errors import UserError
from fashion_nets.hooks.metadata import (
    KNOWN,
    TrackedAs,
    file_pattern,
    is_ingredient,
    is_optional,
    parameters_that_matter,
    saved_files,
    stored_path,
    summarized_as,
    tracked_as,
)


@pytest.fixture
def catalog(tmp_path):
    return DataCatalog.from_config(
        {
            "{network}.metrics": {
                "type": "json.JSONDataset",
                "filepath": f"{tmp_path}/{{network}}/metrics.json",
                "metadata": {
                    "kedro-viz": {"layer": "reporting"},
                    "mlflow": {"metrics": "{network}", "artifacts": "{network}"},
                    "summary": "{network}",
                },
            },
            "card": {
                "type": "json.JSONDataset",
                "filepath": f"{tmp_path}/card.json",
                "metadata": {"ingredient": False, "depends_on": {"parameters": ["seed"]}},
            },
            "wrong": {
                "type": "MemoryDataset",
                "metadata": {"ingredient": "no", "depends_on": {"parameter": []}},
            },
            "figures": {
                "type": "fashion_nets.datasets.FiguresDataset",
                "filepath": f"{tmp_path}/figures",
            },
            "misspelt": {"type": "MemoryDataset", "metadata": {"mlflow": {"artefacts": ""}}},
        }
    )


def test_a_pattern_says_how_each_network_is_tracked(catalog):
    assert tracked_as(catalog, "mlp.metrics") == TrackedAs(metrics="mlp", artifacts="mlp")
    assert summarized_as(catalog, "mlp.metrics") == "mlp"


def test_what_says_nothing_and_what_has_no_entry_is_not_tracked(catalog):
    for name in ("figures", "in_memory_only"):
        assert tracked_as(catalog, name) == TrackedAs()
        assert summarized_as(catalog, name) is None


def test_a_misspelt_word_is_refused_with_those_that_there_are(catalog):
    with pytest.raises(UserError, match="of 'misspelt' .*'artefacts' is not .*; there are metrics, "):
        tracked_as(catalog, "misspelt")


@pytest.mark.parametrize(
    ("said", "told"), [({"ingrediant": False}, "'ingrediant'"), ("reporting", "'reporting'")]
)
def test_a_word_that_nobody_reads_is_refused_instead_of_passed_over(said, told):
    catalog = DataCatalog.from_config({"card": {"type": "MemoryDataset", "metadata": said}})
    refusal = f"metadata of 'card' in the catalog: nothing here knows {told}; there are mlflow, .*ingredient"
    for read in (is_ingredient, tracked_as, parameters_that_matter, summarized_as):
        with pytest.raises(UserError, match=refusal):
            read(catalog, "card")


def test_the_file_that_was_saved_is_that_of_the_entry(catalog, tmp_path):
    metrics = {"accuracy": 0.9}
    catalog.save("mlp.metrics", metrics)
    assert saved_files(catalog, "mlp.metrics", metrics) == [tmp_path / "mlp" / "metrics.json"]


def test_in_a_folder_they_are_those_saved_now_by_name(catalog, tmp_path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "earlier.png").write_bytes(b"")
    figures = {"a.png": None, "b.png": None}
    assert saved_files(catalog, "figures", figures) == [
        tmp_path / "figures" / "a.png",
        tmp_path / "figures" / "b.png",
    ]


def test_a_dataset_may_not_count_and_depend_on_less_than_its_node_takes(catalog):
    assert (is_ingredient(catalog, "card"), parameters_that_matter(catalog, "card")) == (False, ("seed",))
    assert (is_ingredient(catalog, "figures"), parameters_that_matter(catalog, "figures")) == (True, None)
    with pytest.raises(UserError, match="metadata.depends_on of 'wrong' .*'parameter' is not a parameter"):
        parameters_that_matter(catalog, "wrong")
    with pytest.raises(UserError, match="metadata.ingredient of 'wrong' .* expected true or false, got 'no'"):
        is_ingredient(catalog, "wrong")


def test_where_a_dataset_is_stored_is_told_without_making_it(catalog, tmp_path):
    assert stored_path(catalog, "mlp.metrics") == tmp_path / "mlp" / "metrics.json"
    assert stored_path(catalog, "in_memory_only") is None
    assert file_pattern(catalog, "figures") == "*"


def test_datasets_say_of_themselves_which_files_they_have_and_whether_they_load_as_empty():
    class MyRecords(RecordsDataset):
        """As a project may add one."""

    types = {
        "records": "fashion_nets.datasets.RecordsDataset",
        "mine": MyRecords,
        "metrics": "fashion_nets.datasets.OptionalJSONDataset",
        "table": "pandas.CSVDataset",
    }
    catalog = DataCatalog.from_config(
        {name: {"type": kind, "filepath": f"{name}.json"} for name, kind in types.items()}
    )
    assert [file_pattern(catalog, name) for name in types] == ["*.json", "*.json", "*", "*"]
    assert [is_optional(catalog, name) for name in types] == [False, False, True, False]


def test_the_catalog_says_nothing_that_nobody_reads():
    files = (Path(__file__).parents[2] / "conf" / "base").glob("catalog*.yml")
    entries = [entry for file in files for entry in yaml.safe_load(file.read_text()).items()]
    said = {name: entry.get("metadata") or {} for name, entry in entries if isinstance(entry, dict)}
    assert len(said) > 40
    assert {name: set(words) - {*KNOWN} for name, words in said.items() if set(words) - {*KNOWN}} == {}
