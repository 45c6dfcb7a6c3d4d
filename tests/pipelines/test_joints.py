import pytest
from kedro.pipeline import Pipeline, node

from fashion_nets.pipelines.joints import ALL_COLLECTED, STORED, Joint, join, results_of_all

NETWORKS = ("mlp", "cnn", "tied_autoencoder", "linear_autoencoder")


def compare(stored, collected=None, **metrics):
    """Compare."""
    return stored, collected, metrics


def score(stored, collected=None, **scores):
    """Score."""
    return stored, collected, scores


def report(stored, table, collected=None, **parts):
    """Report."""
    return stored, table, collected, parts


COMPARISON = Joint(compare, "metrics", NETWORKS, "comparison", tags=("evaluation",))
SCORES = Joint(score, "scores", NETWORKS[2:], "scores", namespace="group", tags=("evaluation",))
REPORT = Joint(report, "part", NETWORKS, "report", {"table": "comparison"}, tags=("report",))


def make(*outputs):
    return node(lambda: [None] * len(outputs), None, list(outputs), name=f"make_{outputs[0]}")


def joined(*nodes):
    return Pipeline(join(nodes, [COMPARISON, SCORES, REPORT]))


def inputs_of(pipeline, output):
    (found,) = pipeline.only_nodes_with_outputs(output).nodes
    return found.inputs


def test_a_joint_takes_what_its_pipeline_makes_and_what_is_stored_of_the_others():
    pipeline = joined(make("mlp.metrics", "mlp.model"), COMPARISON.make_full_node())
    assert inputs_of(pipeline, "comparison") == [STORED, "mlp.metrics"]
    assert pipeline.inputs() == {STORED}
    (found,) = pipeline.only_nodes_with_outputs("comparison").nodes
    assert (found.name, found.tags) == ("compare", {"evaluation"})


def test_what_autoencoders_make_is_collected_one_output_a_box_with_the_tags_of_all_who_take_it():
    made = make("cnn.metrics", "tied_autoencoder.metrics", "tied_autoencoder.part", "linear_autoencoder.part")
    pipeline = joined(made, COMPARISON.make_full_node(), REPORT.make_full_node())
    assert inputs_of(pipeline, "comparison") == [STORED, ALL_COLLECTED, "cnn.metrics"]
    assert inputs_of(pipeline, "report") == [STORED, "comparison", ALL_COLLECTED]
    assert inputs_of(pipeline, "tied_autoencoder.collected") == [
        *("tied_autoencoder.metrics", "tied_autoencoder.part")
    ]
    assert inputs_of(pipeline, "linear_autoencoder.collected") == ["linear_autoencoder.part"]
    collectors = {each.name: each for each in pipeline.nodes if each.outputs[0].endswith(".collected")}
    assert set(collectors) == {
        *("autoencoders.tied_autoencoder.collect_results", "autoencoders.linear_autoencoder.collect_results"),
        "autoencoders.collect_all",
    }
    assert {tag for each in collectors.values() for tag in each.tags} == {"evaluation", "report"}


def test_what_is_collected_is_known_by_its_name():
    made = make("tied_autoencoder.metrics", "tied_autoencoder.part", "linear_autoencoder.part")
    pipeline = joined(made, COMPARISON.make_full_node(), REPORT.make_full_node())
    functions = {each.name.rpartition(".")[2]: each.func for each in pipeline.nodes}
    tied = functions["collect_results"](**{"tied_autoencoder.metrics": 1, "tied_autoencoder.part": 2})
    everything = functions["collect_all"](tied_autoencoder=tied, mine={"linear_autoencoder.part": 3})
    assert everything == {
        "tied_autoencoder.metrics": 1,
        "tied_autoencoder.part": 2,
        "linear_autoencoder.part": 3,
    }


def test_a_joint_may_lie_in_a_namespace():
    pipeline = joined(make("tied_autoencoder.scores"), SCORES.make_full_node())
    assert inputs_of(pipeline, "scores") == [STORED, ALL_COLLECTED]
    assert [each.name for each in pipeline.only_nodes_with_outputs("scores").nodes] == ["group.score"]


def test_pipelines_with_the_same_joint_become_one_with_what_both_make():
    first = joined(make("mlp.metrics"), COMPARISON.make_full_node())
    second = joined(make("cnn.metrics"), COMPARISON.make_full_node())
    together = joined(*{*first.nodes, *second.nodes})
    assert inputs_of(together, "comparison") == [STORED, "mlp.metrics", "cnn.metrics"]


def test_a_pipeline_without_joints_stays_as_it_is():
    (alone,) = joined(make("mlp.metrics")).nodes
    assert alone.outputs == ["mlp.metrics"]


def test_what_an_output_depends_on_is_the_same_whatever_pipeline_makes_it():
    full = COMPARISON.make_full_node()
    assert full.inputs == [STORED, *(f"{network}.metrics" for network in NETWORKS)]


@pytest.mark.parametrize(
    ("collected", "expected"),
    [
        (
            {"tied_autoencoder.metrics": 3, "tied_autoencoder.part": 9},
            {"mlp": 1, "cnn": 2, "tied_autoencoder": 3},
        ),
        (None, {"mlp": 1, "cnn": 2, "tied_autoencoder": 30}),
    ],
)
def test_what_this_run_has_made_goes_before_what_is_stored_and_damaged_files_count_as_none(
    collected, expected
):
    stored = {
        "mlp/metrics": lambda: 10,
        "cnn/metrics": lambda: 2,
        "tied_autoencoder/metrics": lambda: 30,
        "linear_autoencoder/metrics": lambda: None,
        "transfer/metrics": lambda: 40,
    }
    found = results_of_all("metrics", NETWORKS, {"mlp": 1}, stored, collected)
    assert found == expected
    assert list(found) == ["mlp", "cnn", "tied_autoencoder"]
