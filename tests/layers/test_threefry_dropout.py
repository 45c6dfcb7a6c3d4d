import keras
import numpy as np
import pytest
import tensorflow as tf

from fashion_nets.layers.threefry_dropout import ThreefryDropout, traced_for_xla

ONES = np.ones((100, 200), "float32")


def compiled(layer):
    run = tf.function(lambda: layer(ONES, training=True), jit_compile=True)
    with traced_for_xla():
        run.get_concrete_function()
    return run


def test_it_drops_its_fraction_anew_each_time():
    run = compiled(ThreefryDropout(0.25, seed=1))
    first, second = run().numpy(), run().numpy()
    assert set(np.unique(first)) == {np.float32(0), np.float32(1 / 0.75)}
    assert np.mean(first == 0) == pytest.approx(0.25, abs=0.01)
    assert np.mean((first == 0) & (second == 0)) == pytest.approx(0.25**2, abs=0.01)


def test_the_same_state_gives_the_same_numbers():
    layer = ThreefryDropout(0.5, seed=1)
    run = compiled(layer)
    first = run().numpy()
    layer.seed_generator.state.assign([1, 0])
    np.testing.assert_array_equal(run(), first)


def test_it_draws_by_threefry_within_the_context_only():
    keras_layer, layer = keras.layers.Dropout(0.5, seed=1), ThreefryDropout(0.5, seed=1)
    np.testing.assert_array_equal(layer(ONES, training=True), keras_layer(ONES, training=True))
    expected = keras.layers.Dropout(0.5, seed=1)(ONES, training=True)
    assert not np.array_equal(compiled(ThreefryDropout(0.5, seed=1))(), expected)


def test_it_passes_on_its_input_outside_of_training_and_without_a_rate():
    with traced_for_xla():
        np.testing.assert_array_equal(ThreefryDropout(0.5)(ONES), ONES)
        np.testing.assert_array_equal(ThreefryDropout(0.0)(ONES, training=True), ONES)


def test_it_is_saved_and_loaded(tmp_path):
    model = keras.Sequential([keras.Input((3,)), ThreefryDropout(0.25, seed=1, name="drop")])
    model.save(tmp_path / "model.keras")
    layer = keras.models.load_model(tmp_path / "model.keras").get_layer("drop")
    assert (type(layer), layer.rate, layer.seed) == (ThreefryDropout, 0.25, 1)
