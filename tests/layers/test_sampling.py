import math

import keras
import numpy as np
import pytest

from fashion_nets.layers.sampling import Sampling


def make_model(n_codings=2, **options):
    means, log_variances = keras.Input((n_codings,)), keras.Input((n_codings,))
    return keras.Model([means, log_variances], Sampling(name="sampling", **options)([means, log_variances]))


def test_the_divergence_by_hand():
    """Of N(1, 1) and N(2, e) it is 1/2 and (4 + e - 1 - 1)/2, of N(0, 1) nothing; images are averaged."""
    model = make_model(kl_weight=0.1)
    model([np.array([[1.0, 2.0], [0.0, 0.0]], "float32"), np.array([[0.0, 1.0], [0.0, 0.0]], "float32")])
    (loss,) = model.losses
    assert float(loss) == pytest.approx(0.1 * (0.5 + (2 + math.e) / 2) / 2)


def test_it_is_a_part_of_the_loss_of_a_training_and_of_an_evaluation():
    sampling = make_model(kl_weight=3.0)
    outputs = keras.layers.Dense(2, kernel_initializer="identity")(sampling.output)  # something to train
    model = keras.Model(sampling.inputs, outputs)
    model.compile("sgd", "mse")
    inputs = [np.array([[1.0, 0.0]], "float32"), np.zeros((1, 2), "float32")]
    target = np.array([[1.0, 0.0]], "float32")  # the mean, so that only the divergence is left
    assert model.evaluate(inputs, target, verbose=0) == pytest.approx(3 * 0.5)
    narrow = [inputs[0], np.full((1, 2), -60.0, "float32")]  # a deviation of e^-30: nothing to see
    divergence = (1 + 2 * (60 - 1)) / 2
    assert model.fit(narrow, target, verbose=0).history["loss"][0] == pytest.approx(3 * divergence, rel=1e-5)


def test_it_draws_in_training_only():
    model = make_model(seed=1)
    means = np.tile(np.array([[-1.0, 5.0]], "float32"), (20_000, 1))
    log_variances = np.tile(np.log(np.array([[0.25, 4.0]], "float32")), (20_000, 1))
    np.testing.assert_array_equal(model([means, log_variances], training=False), means)
    np.testing.assert_array_equal(model([means, log_variances]), means)
    draws = np.asarray(model([means, log_variances], training=True))
    assert draws.mean(axis=0) == pytest.approx([-1, 5], abs=0.05)
    assert draws.std(axis=0) == pytest.approx([0.5, 2], rel=0.05)
    assert np.corrcoef(draws.T)[0, 1] == pytest.approx(0, abs=0.05)


def test_the_seed_decides_the_draws_and_each_is_another():
    zeros = [np.zeros((4, 2), "float32")] * 2
    first, again, other = (make_model(seed=seed) for seed in (1, 1, 2))
    draws = np.asarray(first(zeros, training=True))
    np.testing.assert_array_equal(draws, again(zeros, training=True))
    assert (draws != np.asarray(other(zeros, training=True))).all()
    assert (draws != np.asarray(first(zeros, training=True))).all()


def test_without_a_seed_it_follows_keras_own():
    zeros = [np.zeros((4, 2), "float32")] * 2
    draws = []
    for _ in range(2):
        keras.utils.set_random_seed(7)
        draws.append(np.asarray(make_model()(zeros, training=True)))
    np.testing.assert_array_equal(*draws)


def test_it_survives_a_reload(tmp_path):
    model = make_model(kl_weight=0.1, seed=3)
    model.save(tmp_path / "model.keras")
    layer = keras.saving.load_model(tmp_path / "model.keras").get_layer("sampling")
    assert isinstance(layer, Sampling)
    assert (layer.kl_weight, layer.seed) == (0.1, 3)


def test_a_negative_weight_is_refused():
    with pytest.raises(ValueError, match="kl_weight of Sampling must be 0 or more, got -1"):
        Sampling(kl_weight=-1)
