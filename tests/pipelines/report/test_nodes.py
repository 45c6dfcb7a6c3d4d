import pytest
from tests.reporting.pages import COMPARISON, data_part, experiment_part, make_facts, network_part

from fashion_nets.errors import UserError
from fashion_nets.pipelines.report.nodes import make_experiment_report, make_report


def test_the_part_of_another_version_is_left_out_and_named(said):
    other = {**network_part("cnn"), "format": 0}
    images = {name: value for name, value in data_part().items() if name != "format"}
    page = make_report(
        make_facts(), COMPARISON, None, images, {"cnn/report_part": lambda: other}, mlp=network_part("mlp")
    )
    assert 'id="mlp"' in page
    assert 'id="cnn"' not in page
    (warned,) = said()
    assert warned.startswith("The report is without data, cnn, whose parts another version has stored.")


def test_an_experiment_whose_part_is_of_another_version_is_refused():
    with pytest.raises(UserError, match="Run the whole experiment again"):
        make_experiment_report(make_facts(), {**experiment_part(), "format": 0})
