import pytest
from tests.reporting.pages import COMPARISON, data_part, experiment_part, make_facts, network_part

from fashion_nets.errors import UserError
from fashion_nets.pipelines.report.nodes import PartNodes, make_report


def test_the_part_of_another_version_is_left_out_and_named(said):
    other = {**network_part("cnn"), "format": 0}
    images = {name: value for name, value in data_part().items() if name != "format"}
    page = make_report(
        make_facts(), COMPARISON, None, images, {"cnn/report_part": lambda: other}, mlp=network_part("mlp")
    )
    assert 'id="mlp"' in page
    assert 'id="cnn"' not in page
    (warned,) = said()
    assert warned == (
        "The report is without what is not as this version stores it: /data/08_reporting/data_part.json, "
        "/data/08_reporting/cnn/report_part.json. The pipeline report makes it again."
    )


def test_a_malformed_part_is_left_out_with_its_name(said):
    malformed = network_part("cnn")
    del malformed["items"][2]["columns"]
    page = make_report(make_facts(), None, None, None, {}, mlp=network_part("mlp"), cnn=malformed)
    assert 'id="cnn"' not in page
    assert 'id="mlp"' in page
    (warned,) = said()
    assert "cnn/report_part.json" in warned


def test_an_experiment_whose_part_is_of_another_version_is_refused():
    with pytest.raises(UserError, match="kedro run --pipelines=transfer"):
        PartNodes("transfer", "experiment").make_experiment_report(
            make_facts(), {**experiment_part(), "format": 0}
        )
