"""The page from the lecture to the project: every section is there, and what each row names exists."""

import re
from functools import reduce
from operator import getitem

import pytest
import yaml
from kedro.framework.startup import bootstrap_project
from tests.conftest import ROOT
from tests.parameters import CONF

from fashion_nets.networks.architectures.publications import PUBLICATIONS
from fashion_nets.pipeline_registry import register_pipelines
from fashion_nets.reporting.captions import CAPTIONS
from fashion_nets.reporting.questions import QUESTIONS

PAGE = (ROOT / "docs" / "lecture.md").read_text()
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in PAGE.splitlines()
    if line.startswith("| ") and line.count(" | ") == 5 and not line.startswith("| section")
]


def test_the_sections_of_the_lecture_are_there():
    sections = [row[0] for row in ROWS]
    assert len(sections) == len({*sections}) >= 45
    named = {each.section for each in [*CAPTIONS.values(), *QUESTIONS.values()]} - {""}
    assert named <= {*sections}


def test_the_sections_that_studies_name_are_there():
    comments = (ROOT / "conf" / "base" / "parameters_study.yml").read_text()
    numbers = set(re.findall(r"# Lecture sections? ([\d.]*\d)", comments))
    assert {"1.1", "4.2", "5"} <= numbers
    assert numbers <= {row[0].split()[0].rstrip(".") for row in ROWS}
    assert {study for study in CONF["studies"] if f"studies/{study}.png" not in PAGE} == set()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_leads_to_parameters_that_exist_in_the_file_that_it_links_to(row):
    for name, file in re.findall(r"\[`([\w.]+)`\]\(\.\./(conf/base/\w+\.yml)\)", row[2]):
        reduce(getitem, name.split("."), yaml.safe_load((ROOT / file).read_text()))


@pytest.fixture(scope="module")
def outputs():
    """The names of all datasets that a pipeline makes, without their namespaces."""
    bootstrap_project(ROOT)
    pipelines = register_pipelines()
    return {name.rpartition(".")[2] for pipeline in pipelines.values() for name in pipeline.all_outputs()}


def test_figures_that_rows_name_are_made(outputs):
    figures = {name for row in ROWS for name in re.findall(r"(?<!\[)`(\w+)`", row[3])}
    assert {"diagram", "mistakes"} <= figures
    assert {f"{name}_plot" for name in figures} - {"class_examples_plot"} <= outputs
    assert "class_examples" in outputs


def test_rows_have_a_command_a_notebook_and_an_answer():
    for section, command, _, figure, notebook, measured in ROWS:
        assert command.startswith("`kedro run ") or "History" in section
        assert figure
        assert re.fullmatch(r"\[0\d\]\(\.\./notebooks/0\d_\w+\.ipynb\)", notebook), section
        assert measured


def test_the_history_has_each_publication():
    history = (ROOT / "docs" / "history.md").read_text()
    for publication in PUBLICATIONS.values():
        assert publication.citation in history
