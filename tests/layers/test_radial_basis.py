import keras
import numpy as np
import pytest

from fashion_nets.layers.radial_basis import RadialBasis


@pytest.fixture
def layer():
    layer = RadialBasis(2)
    layer.build((None, 3))
    layer.centres.assign([[1.0, -1.0, 1.0], [-1.0, -1.0, 1.0]])
    return layer


def test_each_unit_gives_its_squared_distance(layer):
    inputs = np.array([[1.0, -1.0, 1.0], [0.0, 0.0, 0.0], [3.0, 1.0, 0.5]], "float32")
    by_hand = [
        [0, 2**2],  # the first code itself; one sign off the second
        [3, 3],
        [2**2 + 2**2 + 0.5**2, 4**2 + 2**2 + 0.5**2],
    ]
    np.testing.assert_allclose(layer(inputs), by_hand)


def test_codes_are_signs_that_stay_as_they_are(layer):
    fresh = RadialBasis(10)
    fresh.build((None, 84))
    assert set(np.unique(fresh.centres)) == {-1.0, 1.0}
    assert abs(np.mean(fresh.centres)) < 0.2  # of 840 signs; five standard deviations are 0.17
    assert layer.trainable_weights == []
    assert layer.count_params() == 6


def test_codes_follow_the_seed():
    def draw(seed):
        keras.utils.set_random_seed(seed)
        layer = RadialBasis(4)
        layer.build((None, 20))
        return layer.centres.numpy()

    np.testing.assert_array_equal(draw(1), draw(1))
    assert not np.array_equal(draw(1), draw(2))


def test_codes_can_be_trained():
    layer = RadialBasis(2, trainable_centres=True)
    layer.build((None, 3))
    assert len(layer.trainable_weights) == 1


def test_the_layer_comes_back_as_it_was(tmp_path):
    model = keras.Sequential([keras.Input((3,)), RadialBasis(2, trainable_centres=True, name="distances")])
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    inputs = np.random.default_rng(0).normal(size=(5, 3)).astype("float32")
    np.testing.assert_array_equal(loaded(inputs), model(inputs))
    assert loaded.get_layer("distances").trainable_centres
    assert loaded.output_shape == (None, 2)


def test_no_units_are_refused():
    with pytest.raises(ValueError, match="units of RadialBasis must be 1 or more, got 0"):
        RadialBasis(0)
