import json
import math

import numpy as np
import pytest

from fashion_nets.errors import UserError
from fashion_nets.evaluation.more_data import (
    AcceptableErrors,
    fit_power_law,
    judge,
    report_verdict,
)

SIZES = [100, 200, 400, 800, 1600, 3200]
ACCEPTABLE = AcceptableErrors(training=0.05, test=0.1)


def errors(a, b, c, sizes=SIZES):
    return [a * n**-b + c for n in sizes]


def noisy_errors(seed, noise=0.02):
    """1.5 n^(-0.4) + 0.05 with relative noise."""
    factors = 1 + noise * np.random.default_rng(seed).standard_normal(len(SIZES))
    return np.array(errors(1.5, 0.4, 0.05)) * factors


def measured(training, test):
    return {
        f"{part}_error_{kind}": value
        for part, mean in (("train", training), ("val", test), ("test", test))
        for kind, value in (("mean", mean), ("std", 0.001))
    }


@pytest.mark.parametrize(("a", "b", "c"), [(1.5, 0.4, 0.05), (0.6, 0.15, 0.0), (3.0, 1.0, 0.2)])
def test_a_power_law_is_recovered(a, b, c):
    law = fit_power_law(SIZES, errors(a, b, c))
    assert law[:3] == pytest.approx((a, b, c), rel=1e-5, abs=1e-6)


def test_without_noise_the_prediction_is_exact_and_certain():
    # 2 n^(-1/2) + 0.1: halved four times, 0.2, 0.15, 0.125, 0.1125 at 400, 1600, 6400 and 25600
    law = fit_power_law([400, 1600, 6400, 25600], [0.2, 0.15, 0.125, 0.1125])
    prediction = law.predict(102400)
    assert prediction.n_images == 102400
    assert prediction[1:] == pytest.approx((0.10625, 0.10625, 0.10625), abs=1e-6)


def test_the_size_for_an_error_lies_on_the_curve():
    law = fit_power_law([400, 1600, 6400, 25600], [0.2, 0.15, 0.125, 0.1125])
    assert law.images_for(0.10625) == pytest.approx(102400, rel=1e-4)
    assert law.images_for(0.05) == math.inf


def test_of_noisy_curves_the_interval_holds_the_truth_as_often_as_it_says():
    truth = 1.5 * 12800**-0.4 + 0.05
    predictions = [fit_power_law(SIZES, noisy_errors(seed)).predict(12800) for seed in range(40)]
    hits = sum(prediction.low <= truth <= prediction.high for prediction in predictions)
    assert hits >= 35  # 38 expected; 34 or fewer have a chance of 2 %


def test_the_interval_holds_the_prediction_and_widens_with_distance_and_noise():
    near, far = (fit_power_law(SIZES, noisy_errors(1)).predict(factor * 3200) for factor in (2, 8))
    noisier = fit_power_law(SIZES, noisy_errors(1, noise=0.06)).predict(6400)
    assert near.low < near.error < near.high
    assert far.high - far.low > near.high - near.low
    assert noisier.high - noisier.low > near.high - near.low


def test_four_noisy_points_say_little_about_what_comes():
    points = noisy_errors(1)
    few, all_points = fit_power_law(SIZES[:4], points[:4]), fit_power_law(SIZES, points)
    widths = [
        prediction.high - prediction.low for prediction in (few.predict(6400), all_points.predict(6400))
    ]
    assert widths[0] > 3 * widths[1]


def test_errors_that_do_not_fall_promise_nothing():
    law = fit_power_law(SIZES, [0.1, 0.11, 0.1, 0.12, 0.11, 0.12])
    prediction = law.predict(6400)
    assert prediction.error == pytest.approx(0.11, abs=0.002)
    assert prediction.high > 0.11
    assert law.images_for(0.09) == math.inf


def test_three_sizes_are_too_few():
    with pytest.raises(UserError, match="4 sizes or more, got 3. Begin with a smaller smallest_size"):
        fit_power_law(SIZES[:3], [0.3, 0.2, 0.1])


def test_accuracies_in_percent_are_refused():
    with pytest.raises(ValueError, match=r"errors in \(0, 1\], got .*Pass 1 - accuracy"):
        fit_power_law(SIZES, [30, 25, 20, 18, 15, 12])


@pytest.mark.parametrize(
    ("training", "test", "expected"),
    [
        (0.06, 0.07, "improve_training"),  # the training error is not acceptable, whatever the test error
        (0.06, 0.2, "improve_training"),
        (0.05, 0.1, "nothing_to_do"),  # what is just acceptable is acceptable
        (0.01, 0.02, "nothing_to_do"),
        (0.05, 0.11, "regularize_or_gather_more_data"),
        (0.0, 0.3, "regularize_or_gather_more_data"),
    ],
)
def test_the_lectures_rules(training, test, expected):
    assert judge(training, test, ACCEPTABLE) == expected


def test_acceptable_errors_leave_a_gap_to_close():
    with pytest.raises(UserError, match="must be smaller than the one on test images, got 0.1 and 0.1"):
        AcceptableErrors.model_validate({"training": 0.1, "test": 0.1})
    with pytest.raises(UserError, match="'test' should be less than 1, got 10"):
        AcceptableErrors.model_validate({"training": 0.1, "test": 10})


def test_a_report_has_the_numbers_that_the_verdict_rests_on():
    law = fit_power_law([400, 1600, 6400, 25600], [0.2, 0.15, 0.125, 0.1125])
    acceptable = AcceptableErrors(training=0.05, test=0.10625)
    report = json.loads(json.dumps(report_verdict("mlp", measured(0.02, 0.1125), law, acceptable)))
    assert report["verdict"] == "regularize_or_gather_more_data"
    assert report["n_images"] == 25600
    assert report["train_error_mean"] == 0.02
    assert report["test_error_std"] == 0.001
    assert report["acceptable_errors"] == {"training": 0.05, "test": 0.10625}
    assert report["power_law"] == pytest.approx({"a": 2, "b": 0.5, "c": 0.1}, rel=1e-4)
    assert [each["n_images"] for each in report["predictions"]] == [51200, 102400]
    assert report["predictions"][1]["error"] == pytest.approx(0.10625)
    assert report["n_images_for_acceptable_test_error"] == pytest.approx(102400, rel=1e-4)
    assert report["sentence"] == (
        "mlp gets 2.0 % of the training images wrong, which is acceptable, but 11.2 % of the test images, "
        "more than the acceptable 10.6 %: regularize more or take a smaller network, and if that is not "
        "enough, gather more data. The power law expects a test error of 10.9 % with 2 times the training "
        "images (95 % interval 10.9 % to 10.9 %) and 10.6 % with 4 times the training images (95 % interval "
        "10.6 % to 10.6 %). It would reach 10.6 % at about 100,000 images."
    )


def test_a_sentence_says_what_no_data_can_reach():
    law = fit_power_law([400, 1600, 6400, 25600], [0.2, 0.15, 0.125, 0.1125])
    report = report_verdict("mlp", measured(0.02, 0.1125), law, ACCEPTABLE)
    assert report["n_images_for_acceptable_test_error"] is None
    assert report["sentence"].endswith("It would not reach 10.0 % with 1,000 times the images.")


def test_a_sentence_says_where_the_interval_includes_no_gain():
    law = fit_power_law(SIZES, noisy_errors(1, noise=0.1))
    report = report_verdict("mlp", measured(0.02, 0.15), law, ACCEPTABLE)
    assert "for 2 times, the interval includes no gain at all" in report["sentence"]


@pytest.mark.parametrize(
    ("training", "test", "words"),
    [
        (
            0.06,
            0.2,
            "6.0 % of the training images wrong, more than the acceptable 5.0 %: more data is no remedy",
        ),
        (0.01, 0.09, "1.0 % of the training images wrong and 9.0 % of the test images, both acceptable"),
    ],
)
def test_other_verdicts_do_not_talk_of_more_data(training, test, words):
    law = fit_power_law(SIZES, errors(1.5, 0.4, 0.05))
    sentence = report_verdict("mlp", measured(training, test), law, ACCEPTABLE)["sentence"]
    assert words in sentence
    assert "power law" not in sentence
