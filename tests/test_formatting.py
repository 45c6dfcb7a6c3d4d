import pytest

from fashion_nets.formatting import (
    NO_BREAK,
    begin_sentence,
    count_epochs,
    format_bytes,
    format_count,
    format_number,
    format_power,
    format_share,
    format_size,
    wrap,
)


def test_sizes():
    assert format_size((28, 28, 1)) == "28 x 28 x 1"
    assert format_size((5, 5), sign="×") == "5 × 5"


def test_a_sentence_begins_with_a_capital_letter_and_keeps_its_names():
    assert begin_sentence("relu is behind SELU") == "Relu is behind SELU"
    assert begin_sentence("") == ""


@pytest.mark.parametrize(("n_bytes", "text"), [(0, "0 MB"), (1_499_999, "1 MB"), (1_234_567_890, "1,235 MB")])
def test_bytes(n_bytes, text):
    assert format_bytes(n_bytes) == text


@pytest.mark.parametrize(
    ("share", "digits", "text"),
    [
        (0, 1, "0.0 %"),
        (1e-6, 1, "under 0.1 %"),
        (0.001, 1, "0.1 %"),
        (0.973, 1, "97.3 %"),
        (0.9994, 1, "over 99.9 %"),
        (1, 1, "100.0 %"),
        (0.25, 0, "25 %"),
        (0.004, 0, "under 1 %"),
        (0.996, 0, "over 99 %"),
    ],
)
def test_shares_are_never_rounded_to_certainty(share, digits, text):
    assert format_share(share, digits) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.12345, "0.123"), (7, "7"), (99.96, "100"), (12_345.6, "12,346")]
)
def test_numbers_have_three_digits_or_all_before_the_point(value, text):
    assert format_number(value) == text


@pytest.mark.parametrize(
    ("count", "text"), [(61_706, "61.7 thousand"), (6_998_552, "7.00 million"), (138_357_544, "138 million")]
)
def test_counts_in_words(count, text):
    assert format_count(count) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.0291, "0.029"),
        (0.00291, "2.9·10⁻³"),
        (0.35, "0.35"),
        (6.66e-21, "6.7·10⁻²¹"),
        (1e-5, "1·10⁻⁵"),
        (2.5e7, "2.5·10⁷"),
    ],
)
def test_very_small_and_large_numbers_have_a_power_of_ten(value, text):
    assert format_power(value) == text


def test_no_line_begins_with_a_percent_sign():
    assert wrap("twice as many (95 %: 12 %)", 19).split("\n") == [
        "twice as many",
        f"(95{NO_BREAK}%: 12{NO_BREAK}%)",
    ]


def test_epochs():
    assert (count_epochs(1), count_epochs(10)) == ("1 epoch", "10 epochs")
