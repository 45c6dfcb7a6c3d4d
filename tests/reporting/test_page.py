"""What pages say, read as HTML; how they look and work is for a browser to tell."""

import html
import re
from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest
from tests.reporting.pages import (
    ATTACK,
    COMMAND,
    COMPARISON,
    EARLIER,
    FOLDER,
    LATER,
    STARTED,
    data_part,
    experiment_part,
    make_facts,
    network_part,
    picture,
    stored_page,
)

from fashion_nets.formatting import format_time
from fashion_nets.reporting.page import render_experiment, render_report, title_of_page
from fashion_nets.reporting.parts import make_part


class Reader(HTMLParser):
    """Finds tags with their attributes, and texts."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.texts.append(data)

    def named(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def text_of(page):
    return " ".join(" ".join(Reader(re.sub(r"(?s)<(style|script)>.*?</\1>", "", page)).texts).split())


def shown(time):
    return f"{time.astimezone():%Y-%m-%d %H:%M}"


def render(states=None, networks=None, tables=None, **facts):
    parts = [network_part("mlp"), network_part("cnn")] if networks is None else networks
    return render_report(
        make_facts(states, **facts), data_part(), parts, tables or {"comparison": COMPARISON}
    )


def test_the_page_tells_what_was_run_on_what():
    text = text_of(render())
    for told in ("kedro run --env=sample", "commit abc", "f" * 64, "images from the web"):
        assert told in text
    assert "Networks on 5,000 images of 10 classes" in text


def test_headings_have_no_gap_and_every_name_of_a_place_is_there_once():
    reader = Reader(render())
    levels = [int(tag[1]) for tag, _ in reader.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(set(ids)) == len(ids)
    places = {attributes["href"][1:] for attributes in reader.named("a") if attributes["href"][0] == "#"}
    assert places <= set(ids)
    labels = [attributes.get("aria-labelledby") for _, attributes in reader.tags]
    assert set(filter(None, labels)) <= set(ids)
    for landmark in ("header", "nav", "main", "footer"):
        assert len(reader.named(landmark)) == 1


def test_every_figure_is_in_the_page_with_its_title_as_alternative_text_and_a_link_to_its_file():
    reader = Reader(render())
    images = reader.named("img")
    assert [image["alt"] for image in images] == [
        "a plain picture",
        "mlp: validation accuracy 0.89",
        "cnn: validation accuracy 0.89",
    ]
    assert all(image["src"].startswith("data:image/") for image in images)
    links = [attributes["href"] for attributes in reader.named("a")]
    assert {"data/class_examples.png", "mlp/learning_curves.png", "cnn/history.json"} <= set(links)


def test_a_figure_without_a_title_has_its_heading_as_alternative_text():
    part = network_part("mlp", learning_curves_plot=picture(title=""))
    assert "Learning curves" in [image["alt"] for image in Reader(render(networks=[part])).named("img")]


def test_text_from_data_stays_text():
    part = network_part("mlp", learning_curves_plot=picture(title=f'"{ATTACK}'))
    states = {"mlp.history": {"state": "stale", "reasons": (ATTACK,)}}
    page = render(states, [part])
    assert ATTACK not in page
    assert page.count(html.escape(ATTACK)) >= 3
    assert len(Reader(page).named("script")) == 1


def test_networks_are_compared_in_a_table_a_kind_with_intervals_and_states():
    states = {"cnn.metrics": {"state": "stale", "made": EARLIER}}
    text = text_of(render(states))
    assert "0.8912 (0.88 to 0.9)" in text
    assert "Classifiers" in text
    assert "Autoencoders" in text
    row = text[text.index("0.9034 (0.89 to 0.91)") :]
    assert "34,826 2026-01-01" in row
    assert "stale" in row


def test_columns_without_a_value_are_left_out_of_a_table():
    reader = Reader(render())
    heads = [attributes for attributes in reader.named("th") if attributes.get("scope") == "col"]
    # network, test accuracy, parameters, made, state; network, test MSE, parameters, made, state
    assert len(heads) - 2 * (3 + 3) == 10


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ({}, "in this run. Current."),
        ({"mlp.history": {"made": EARLIER}}, "in part by an earlier run. Current."),
        (
            {"mlp.history": {"state": "stale", "reasons": ("mlp.model has changed",)}},
            f"Out of date: epochs in numbers (mlp.model has changed). To make it again: {COMMAND}",
        ),
    ],
)
def test_it_is_said_when_a_part_was_made_and_whether_it_is_current(states, told):
    assert told in text_of(render(states, [network_part("mlp")]))


REPLACED = {
    "state": "stale",
    "reasons": ("mlp.metrics has changed",),
    "made": EARLIER,
    "replaced": frozenset({"mlp.metrics"}),
    "command": "kedro run --pipelines=report",
}


def test_a_part_that_is_older_than_what_is_stored_is_never_shown_as_current():
    """All that it shows is stored anew and current, but the part is a copy of what was there before."""
    page = render({"mlp.report_part": REPLACED}, [network_part("mlp")], {"comparison": None})
    text = text_of(page)
    assert f"Made on {shown(EARLIER)}" in text
    assert "by an earlier run. Parts of it are out of date." in text
    assert "by now there is another: results. To renew it: kedro run --pipelines=report" in text
    assert "This is not what is stored now." in text[text.index("Results") :]
    assert text.count("This is not what is stored now.") == 1


def test_the_page_of_an_experiment_is_never_current_where_its_part_is_not():
    states = {"transfer.report_part": {**REPLACED, "replaced": frozenset({"transfer.tables"})}}
    text = text_of(render_experiment(make_facts(states), experiment_part()))
    assert "Parts of it are out of date." in text
    assert "by now there is another: every trial" in text


def test_a_part_that_was_changed_by_hand_is_out_of_date():
    reason = "mlp.report_part was changed after it was stored, by hand or by a run that was killed"
    states = {"mlp.report_part": {"state": "stale", "reasons": (reason,)}}
    text = text_of(render(states, [network_part("mlp")]))
    assert f"Out of date ({reason}). To renew it:" in text
    assert "Parts of it are out of date." in text


@pytest.mark.parametrize(
    ("dataset", "state", "told"),
    [
        ("mlp.history", "unknown", "Nothing says whether all of it is current."),
        ("mlp.report_part", "unknown", "Nothing says whether all of it is current."),
        ("mlp.model", "unknown", "Nothing says whether all of it is current."),
        ("mlp.model", "stale", "Parts of it are out of date."),
        ("mlp.model", "missing", "The network itself is not stored. To make it:"),
        ("mlp.history", "missing", "No longer stored: epochs in numbers. To make it:"),
    ],
)
def test_what_is_unknown_or_gone_is_not_called_current(dataset, state, told):
    text = text_of(render({dataset: {"state": state}}, [network_part("mlp")]))
    assert told in text
    assert "Current." not in text.replace("in this run. Current. Images of each class", "")


def test_a_row_of_a_table_has_the_state_of_the_numbers_in_it():
    codings = pd.DataFrame({"network": ["linear_autoencoder"], "knn_accuracy": [0.7]})
    states = {
        "linear_autoencoder.metrics": {"state": "stale", "made": EARLIER},
        "comparison": {"replaced": frozenset({"mlp.metrics"}), "made": EARLIER, "state": "stale"},
    }
    text = text_of(render(states, [], {"comparison": COMPARISON, "codings_comparison": codings}))
    assert f"linear_autoencoder 0.7 {shown(LATER)} current" in text
    assert f"linear_autoencoder 0.0123 1,000 {shown(EARLIER)} stale" in text
    assert f"mlp 0.8912 (0.88 to 0.9) 266,610 {shown(EARLIER)} stale" in text
    assert "Of mlp there is something else by now. To renew it:" in text


def test_what_a_table_is_too_wide_with_opens_at_a_click():
    table = COMPARISON.assign(multiplications=[1000, 2000, 3000], epochs=[10, 5, 20])
    page = render(tables={"comparison": table})
    before, _, after = page.partition("<summary>Classifiers: further columns</summary>")
    assert "multiplications per image" not in before
    assert "multiplications per image" in after
    assert "1,000 10" in text_of(after)


def test_what_is_missing_is_said_with_what_makes_it():
    assert f"Missing: worst mistakes. To make it: {COMMAND}" in text_of(render())


def test_parameters_are_those_that_made_the_network():
    text = text_of(render())
    assert "mlp.training.epochs 3" in text
    assert "mlp.training.early_stopping none" in text


def test_without_anything_stored_there_is_still_a_page():
    page = render_report(make_facts(), None, [], {"comparison": None})
    assert text_of(page).startswith("Networks Skip to the content Networks What was trained")


def test_experiments_are_linked_with_their_answers():
    page = render(
        experiments=[
            stored_page(),
            stored_page("studies/losses & more", "", "unknown"),
            stored_page("coding_size", "few", "stale"),
        ]
    )
    text = text_of(page)
    assert f"Transfer : With 20 images: reuse helps ({format_time(EARLIER)}; current)" in text
    assert f"Studies/losses & more ({format_time(EARLIER)}; nothing says whether it is current)" in text
    assert f"few ({format_time(EARLIER)}; out of date)" in text
    assert f"As of {format_time(STARTED)} these were stored:" in text
    links = [attributes["href"] for attributes in Reader(page).named("a")]
    assert {"transfer/report.html", "studies/losses%20%26%20more/report.html"} <= set(links)


def test_an_experiment_has_its_question_its_answer_and_every_trial():
    page = render_experiment(make_facts(), experiment_part())
    text = text_of(page)
    assert "Do layers that were trained on other classes help" in text
    assert "With 20 images: reuse helps" in text
    assert "frozen 1 0.9 scratch 1 0.7" in text
    assert "comparison.png" in [attributes["href"] for attributes in Reader(page).named("a")]


def test_the_sentence_of_a_verdict_is_the_answer():
    part = experiment_part(**{"transfer.verdict": {"sentence": "More images would help.", "law": {"b": 0.2}}})
    answer = re.search(r'<p class="answer">(.*)</p>', render_experiment(make_facts(), part))
    assert answer[1] == "More images would help."


def test_a_study_asks_and_answers_in_the_title_of_its_first_figure():
    answer = picture("studies/losses/answer.png", "Which loss is best? MLP: all alike, 0.88")
    part = make_part("study", "experiment", {"study.answer": answer, "study.further_figures": {}})
    page = render_experiment(make_facts(), part)
    assert "<p>Which loss is best?</p>" in page
    assert '<p class="answer">MLP: all alike, 0.88</p>' in page
    assert "Missing" not in page


@pytest.mark.parametrize(
    ("folder", "title"),
    [
        ("gather_more_data", "Gather more data"),
        ("studies/losses", "Study: Losses"),
        ("sweeps/mlp_accuracy", "Sweep: MLP accuracy"),
    ],
)
def test_the_page_of_an_experiment_is_called_as_its_folder(folder, title):
    assert title_of_page(FOLDER / folder / "report.html") == title


def test_networks_that_conf_names_and_that_are_not_stored_are_said():
    facts = make_facts()._replace(
        absent=["cnn", "lenet"], command_of_absent="kedro run --pipelines=cnn,lenet"
    )
    for tables in ({"comparison": COMPARISON}, {}):
        text = text_of(render_report(facts, None, [], tables))
        assert (
            "Not stored, though conf/ names them: cnn, lenet. To make them: kedro run --pipelines=cnn" in text
        )
    assert "Not stored" not in text_of(render())


def test_what_is_damaged_is_said_once_as_missing_with_the_reason():
    reason = "mlp.mistakes_plot is damaged: it is no whole picture"
    states = {"mlp.mistakes_plot": {"state": "stale", "reasons": (reason,)}}
    text = text_of(render(states, [network_part("mlp")]))
    assert f"Missing: worst mistakes ({reason}). To make it again: {COMMAND}" in text
    assert "Out of date: worst mistakes" not in text


def test_names_of_classes_stay_as_they_are():
    counts = {
        "St. John": 1,
        "val_loss": 2,
        "my_class": 3,
        "n_x": 4,
        "a": 5,
        "a_low": 6,
        "a_high": 7,
        "a_mean": 8,
        "a_std": 9,
    }
    card = {"train": {"images_per_class": counts}, "quality": {"rare_classes": {"St. John": 1}}}
    page = render_report(make_facts(), make_part("data", "data", {"data_card": card}), [], {})
    shown = re.findall(r"<dt>train, images per class: (.*)</dt><dd>(.*)</dd>", page)
    assert shown == [(name, str(count)) for name, count in counts.items()]
    assert "<dt>quality, rare classes: St. John</dt>" in page


def test_a_card_without_whole_counts_has_no_title_of_them():
    card = {"n_classes": 10, "train": {"n_images": "many"}}
    page = render_report(make_facts(), make_part("data", "data", {"data_card": card}), [], {})
    assert "<h1>Networks</h1>" in page
