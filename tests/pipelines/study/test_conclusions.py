"""What each kind of conclusion says of outcomes that are worked out by hand."""

import numpy as np
import pandas as pd
import pytest

from fashion_nets.evaluation.differences import Outcomes, SeedNoise
from fashion_nets.pipelines.study.conclusions import CONCLUSIONS, Evidence

N = 1_000


def right(val, train=None):
    """A variant with two seeds that get the first images right, so many of a thousand."""
    parts = {"val": val, "train": val if train is None else train}
    return Outcomes(
        {part: np.array([np.arange(N) < right for right in (count, count)]) for part, count in parts.items()}
    )


def evidence(diverged=(), pruning=None, **variants):
    """Evidence of variants whose parameters are 10, 20, ..., in their order."""
    names = [*variants, *diverged]
    costs = pd.DataFrame({"parameters": [10 * (place + 1) for place in range(len(names))]}, index=names)
    outcomes = {
        name: each if isinstance(each, Outcomes) else right(*np.atleast_1d(each))
        for name, each in variants.items()
    }
    noise = dict.fromkeys(("val", "train", "gap"), SeedNoise(0.0, len(outcomes)))
    return Evidence(
        outcomes, noise, list(diverged), 0.1, costs, pd.DataFrame() if pruning is None else pruning
    )


def conclude(kind, what, *variants, quantity=""):
    return "; ".join(CONCLUSIONS[kind].draw(what, variants, quantity)).replace("\N{NO-BREAK SPACE}", " ")


# 100 of 1,000 images more: ± t · sqrt(0.1 · 0.9 / 999), with 999 degrees of freedom, as seeds agree.
BY_100 = "0.1000 ± 0.0186"


def test_the_best_is_told_apart_from_what_is_behind_it():
    what = evidence(slow=700, fast=800, alike=799)
    assert conclude("best", what) == (
        f"highest with fast (0.8000), no difference from it beyond noise: alike; behind it: slow (−{BY_100})"
    )


def test_within_noise_nothing_is_best():
    what = evidence(["wild"], one=800, two=799, three=798)
    assert conclude("best", what) == (
        "no difference beyond noise between one, two and three (0.7980 to 0.8000); diverged: wild"
    )


def test_a_single_variant_has_its_accuracy():
    assert conclude("best", evidence(alone=800)) == "highest with alone (0.8000)"


def test_variants_are_set_against_one():
    what = evidence(["wild"], none=700, better=800, worse=600, same=700, alike=701)
    assert conclude("against", what, "none") == (
        f"higher than “none” (0.7000) with better (+{BY_100}); lower with worse (−{BY_100}); "
        "no difference beyond noise with alike; the same in every seed with same; diverged: wild"
    )


def test_of_several_the_best_is_what_the_others_are_set_against():
    what = evidence(high=700, low=600, other=700 - 100)
    assert conclude("against", what, "low", "high") == (
        f"nothing is higher than high (0.7000); lower with low (−{BY_100}), other (−{BY_100})"
    )


def test_what_is_higher_is_told_apart_among_itself():
    what = evidence(none=700, good=800, best=900, nearly=899)
    assert conclude("against", what, "none").startswith(
        "higher than “none” (0.7000) with best (+0.2000 ± 0.0248), nearly, good (+0.1000 ± 0.0186); "
        "best is ahead of good beyond noise too"
    )
    assert "between these no difference beyond noise" in conclude(
        "against", evidence(none=700, best=900, nearly=899), "none"
    )


def test_where_the_reference_diverged_there_is_nothing_to_compare_with():
    assert conclude("against", evidence(["none"], one=800), "none") == (
        "highest with one (0.8000); diverged: “none”; there is nothing to compare with"
    )
    assert conclude("gap", evidence(["none"], one=800), "none") == (
        "highest with one (0.8000); diverged: “none”; there is no gap to compare with"
    )


def test_a_quantity_stands_beside_the_numbers():
    assert conclude("against", evidence(none=700, low=600), "none", quantity="parameters") == (
        f"nothing is higher than “none” (0.7000, 10 parameters); lower with low (−{BY_100}, 20 parameters)"
    )


def test_an_order_is_told_by_its_pairs():
    what = evidence(first=700, second=800, third=600, fourth=601)
    assert conclude("order", what, "first", "second", "third", "fourth") == (
        "of its 6 pairs 4 hold beyond noise, 1 are the other way round (most of all second over first: "
        f"+{BY_100}), 1 are within noise"
    )


def test_learning_is_more_than_guessing():
    what = evidence(["wild"], good=800, alike=799, some=700, stuck=102)
    assert conclude("learning", what) == (
        "good (0.8000) learns best, no difference beyond noise: alike; "
        f"behind it, but learning: some (−{BY_100}); no better than guessing (0.1000): stuck; diverged: wild"
    )
    assert conclude("learning", evidence(stuck=100)) == "no better than guessing (0.1000): stuck"


def test_the_cheapest_is_what_is_not_behind_the_best():
    what = evidence(tiny=600, small=799, large=800)
    assert conclude("cheapest", what, quantity="parameters") == (
        "small (0.7990, 20 parameters) is not behind the highest beyond noise, large (0.8000, 30 parameters)"
        "; behind that: tiny (−0.2000 ± 0.0248)"
    )
    by_time = what._replace(costs=what.costs.assign(seconds=[1.0, 2.0, 3.0]))
    assert conclude("cheapest", by_time, quantity="seconds").endswith(
        "; seconds of the whole trial are means, whose own noise is not counted"
    )
    assert conclude("cheapest", evidence(small=700, large=800), quantity="parameters") == (
        "highest with large (0.8000, 20 parameters), and with fewer parameters none is as good; behind that: "
        f"small (−{BY_100})"
    )


def test_a_gap_is_narrowed_at_a_price_or_without():
    what = evidence(none=(800, 1000), free=(800, 850), dear=(600, 650), wider=(700, 950), alike=(800, 1000))
    assert conclude("gap", what, "none") == (
        "the gap of “none”, 0.2000, is narrowed at no price beyond noise: free; at a price in validation "
        "accuracy: dear (−0.2000 ± 0.0248); widened: wider (+0.0500 ± 0.0230); "
        "no difference beyond noise: alike"
    )
    assert conclude("gap", evidence(none=(800, 1000), alike=(800, 1000)), "none") == (
        "nothing narrows the gap of “none”, 0.2000, beyond noise; no difference beyond noise: alike"
    )


def test_what_widens_a_gap_is_not_within_noise():
    what = evidence(none=(800, 1000), wider=(700, 1000))
    assert conclude("gap", what, "none") == (
        f"nothing narrows the gap of “none”, 0.2000, beyond noise; widened: wider (+{BY_100})"
    )


def test_pairs_are_compared_on_training_images_too():
    what = evidence(plain=(800, 900), residual=(801, 1000))
    assert conclude("pairs", what, "residual", "plain") == (
        f"accuracy on training images, residual over plain +{BY_100}; "
        "accuracy on validation images, residual over plain +0.0010 ± 0.0020 (within noise)"
    )


def test_weights_to_spare_are_told_by_seed():
    curve = {"sparsity": [0.0, 0.5, 0.9], "accuracy": [0.9, 0.895, 0.5]}
    flat = {"sparsity": [0.0, 0.5, 0.9], "accuracy": [0.9, 0.9, 0.9]}
    parts = [
        pd.DataFrame({"variant": variant, "seed": seed, **each})
        for variant, seed, each in (("none", 1, curve), ("none", 2, flat), ("l1", 1, flat))
    ]
    what = evidence(none=800, l1=800, pruning=pd.concat(parts))
    assert conclude("pruning", what) == (
        "at a cost of at most 0.01 of validation accuracy, by seed: “none” 50 % to 90 %, l1 90 %"
    )


def test_of_many_variants_some_are_named():
    what = evidence(none=500, **{f"v{place}": 900 - 20 * place for place in range(9)})
    told = conclude("against", what, "none")
    assert "v0 (+0.4000 ± 0.0304), v1, v2, v3, v4, v5, v8 (+0.2400 ± 0.0265) (9 in all)" in told


@pytest.mark.parametrize("kind", CONCLUSIONS)
def test_every_kind_names_what_the_table_compares_with(kind):
    what = evidence(low=600, high=800)
    assert CONCLUSIONS[kind].reference(what, ["low"]) == ("low" if kind in ("against", "gap") else "high")
