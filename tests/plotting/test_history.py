import re

from tests.conftest import ROOT

from fashion_nets.networks.architectures.publications import PUBLICATIONS
from fashion_nets.plotting.history import list_steps, plot_history

PAGE = (ROOT / "docs" / "history.md").read_text()


def test_each_step_has_a_row_with_its_year_idea_and_size_as_published():
    (axes,) = plot_history().axes
    written = [text.get_text() for text in axes.texts]
    steps = list_steps()
    assert written[0::3] == [str(year) for year, *_ in steps] == sorted(written[0::3])
    assert written[1::3] == [name for _, name, *_ in steps]
    assert len({*written[1::3]}) == len(steps)
    (resnet,) = (text for text in written if text.startswith("skip connections"))
    assert resnet.endswith(f"   {PUBLICATIONS['resnet34'].parameters:,} parameters")
    assert sum("parameters" in text.split() for text in written) == 6


def test_the_page_has_a_row_of_the_same_year_for_each_step_and_the_papers_of_all_networks():
    years = [int(year) for year in re.findall(r"^\| (\d{4}) \|", PAGE, flags=re.MULTILINE)]
    assert years == [year for year, *_ in list_steps()]
    assert f"from {years[0]} to {years[-1]}" in PAGE
    for publication in PUBLICATIONS.values():
        assert publication.citation in PAGE, publication
