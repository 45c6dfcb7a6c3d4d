import pytest

from fashion_nets.errors import UserError, find_cause, first_cause, first_line, naming


def failed():
    try:
        try:
            raise FileNotFoundError("nothing there.\nAnd more.")
        except OSError as error:
            raise ValueError("no set") from error
    except ValueError as error:
        wrapped = UserError("no run")
        wrapped.__cause__ = error
        return wrapped


def test_causes_are_found_by_kind_and_at_the_bottom():
    error = failed()
    assert str(find_cause(error, ValueError)) == "no run"  # a UserError is one
    assert find_cause(error, (OSError, MemoryError)) is first_cause(error)
    assert find_cause(error, KeyError) is None
    assert first_cause(KeyError("alone")).args == ("alone",)


def test_what_an_error_says_is_a_part_of_a_sentence():
    assert first_line(first_cause(failed())) == "nothing there"
    assert first_line(ValueError(" \n")) == "ValueError"
    keras = (
        "Exception encountered when calling Odd.call().\n\n\x1b[1mnot in loops\x1b[0m\n\nArguments received"
    )
    assert first_line(ValueError(keras)) == "not in loops"
    tensorflow = (
        'Graph execution error:\n\nDetected at node A defined at\n  File "x", line 1\nout of memory\n [[A]]'
    )
    assert first_line(ValueError(tensorflow)) == "out of memory"
    traced = (
        f'in user code:\n\n    File "x", line 1, in step  *\n        a: int = 1\n\n    ValueError: {keras}'
    )
    assert first_line(ValueError(traced)) == "not in loops"
    assert first_line(ValueError("File x is not there\nLook elsewhere")) == "File x is not there"
    assert first_line(ValueError("Graph execution error:")) == "Graph execution error:"


def test_a_notebook_shows_the_message_alone():
    """IPython asks an exception for what to show, by this name."""
    assert UserError("Give it a name.")._render_traceback_() == ["UserError: Give it a name."]


def test_an_error_of_a_file_names_what_is_wrong_and_the_file():
    with (
        pytest.raises(
            UserError, match=r"^Study mine: no such layer\. Change it in conf/mine\.yml\.$"
        ) as caught,
        naming("Study mine", "conf/mine.yml"),
    ):
        raise UserError("no such layer.")
    assert str(caught.value.__cause__) == "no such layer."
    with pytest.raises(KeyError), naming("Study mine", "conf/mine.yml"):  # which a user cannot mend there
        raise KeyError("layer")
