"""What ``kedro run`` makes of its options, read by Kedro itself."""

import click
import pytest
from click.testing import CliRunner
from kedro.framework.cli.project import run as kedro_run

from fashion_nets.errors import UserError
from fashion_nets.options import RUNNERS, check_runner, quote_values, with_plain_values


@pytest.mark.parametrize("name", [None, *RUNNERS, "mine.Runner"])
def test_runners_of_kedro_and_of_ones_own_are_allowed(name):
    check_runner(name)


def test_another_runner_is_answered_with_those_that_there_are():
    with pytest.raises(UserError, match="no runner 'threadrunner'; there are SequentialRunner, ThreadRunner"):
        check_runner("threadrunner")


@pytest.mark.parametrize(
    ("given", "quoted"),
    [
        ("a=holiday #1.jpg", 'a="holiday #1.jpg"'),
        ("a=#1", 'a="#1"'),
        ("a=2024-02-30", 'a="2024-02-30"'),  # no date, so YAML has nothing else to read it as
        ("a=[1].jpg", 'a="[1].jpg"'),
        ("a=a: b.jpg", 'a="a: b.jpg"'),
        ("a=@home", 'a="@home"'),
        ("a=b=c #1", 'a="b=c #1"'),
        ("a=é #1", 'a="é #1"'),
        ("seed=3,a=b #1", 'seed=3,a="b #1"'),
        ("tracking.run_name=007,seed=7", 'tracking.run_name="007",seed=7'),
        ("a=010", 'a="010"'),  # else the number 8
    ],
)
def test_a_value_that_yaml_would_cut_or_not_read_is_quoted(given, quoted):
    assert quote_values(given) == quoted


@pytest.mark.parametrize(
    "given",
    [
        "a=3",
        "a=1e-3",
        "a=0",
        "a=0.5",
        "a=null",
        "a=",
        "a",
        "a={b: 1}",
        "a=[1]",
        "a='b #1'",
        'a="[1].jpg"',
        "a=b#1",
    ],
)
def test_other_values_stay_as_they_are(given):
    assert quote_values(given) == given


def test_the_option_of_kedro_gives_the_text_and_numbers_stay_numbers():
    before = next(option for option in kedro_run.params if option.name == "params").callback
    options = with_plain_values(kedro_run.params)
    command = click.Command("run", params=options, callback=lambda **given: click.echo(given["params"]))
    shown = CliRunner().invoke(command, ["--params", "filters.image=holiday #1.jpg,mlp.epochs=3"])
    assert shown.output.strip() == "{'filters': {'image': 'holiday #1.jpg'}, 'mlp': {'epochs': 3}}"
    assert [option.name for option in options] == [option.name for option in kedro_run.params]
    after = next(option for option in kedro_run.params if option.name == "params").callback
    assert after is before  # Kedro's own command is as it was
