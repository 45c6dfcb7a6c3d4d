import pytest
from kedro.io import DatasetError

from fashion_nets.datasets import ReportFactsDataset


def test_facts_are_found_out_each_time_they_are_loaded():
    facts = ReportFactsDataset(metadata={"kedro-viz": {"layer": "reporting"}})
    found = iter(["first", "second"])
    facts.find_by(lambda: next(found))
    assert facts.exists()
    assert [facts.load(), facts.load()] == ["first", "second"]


def test_without_a_run_there_are_none_and_nobody_saves_them():
    facts = ReportFactsDataset()
    with pytest.raises(DatasetError, match="known only in a run: kedro run --pipelines=report"):
        facts.load()
    with pytest.raises(DatasetError, match="cannot be saved"):
        facts.save("anything")
