import pytest

from fashion_nets.pipeline_registry import register_pipelines
from fashion_nets.reporting.captions import (
    CAPTIONS,
    FOLDED,
    UNSEEN,
    caption_of,
    reading_order,
)
from fashion_nets.reporting.names import STUDY, page_dataset
from fashion_nets.reporting.questions import QUESTIONS


def test_a_dataset_is_described_by_its_own_name_unless_an_experiment_has_another():
    assert caption_of("mlp.learning_curves_plot").heading == "Learning curves"
    assert caption_of("transfer.learning_curves_plot").heading == "Learning curves of all ways"
    assert caption_of("class_examples").heading == "Images of each class"
    assert caption_of("mlp.metrics").heading == "Results"
    assert caption_of("study.metrics").heading == caption_of("transfer.metrics").heading == "By name"


def test_what_nobody_has_described_has_its_name_as_heading():
    assert caption_of("mlp.new_kind_plot") == ("New kind", "", "")


def test_what_is_shown_comes_in_the_order_in_which_it_is_described():
    names = [
        "mlp.mistakes_plot",
        "mlp.unknown_plot",
        "mlp.metrics",
        "mlp.learning_curves_plot",
        "mlp.another",
    ]
    assert reading_order(set(names)) == [
        "mlp.metrics",
        "mlp.learning_curves_plot",
        "mlp.mistakes_plot",
        "mlp.another",
        "mlp.unknown_plot",
    ]


def test_what_is_folded_or_unseen_is_described():
    assert set(CAPTIONS) >= FOLDED | UNSEEN


@pytest.mark.parametrize("text", [caption.text for caption in CAPTIONS.values() if caption.text])
def test_captions_are_sentences(text):
    assert text[0].isupper()
    assert text.endswith((".", "?"))


def test_every_experiment_of_the_registry_but_studies_asks_a_question():
    pipelines = register_pipelines()
    experiments = {name for name, each in pipelines.items() if page_dataset(name) in each.all_outputs()}
    assert experiments - {STUDY} == set(QUESTIONS)
    assert all(question.text.endswith("?") for question in QUESTIONS.values())
