import keras
import numpy as np
import pytest

from fashion_nets.layers.dense_transpose import DenseTranspose


def make_pair():
    """Two inputs, one unit: kernel (1, 2) and bias 0.5; back by the same kernel and the biases (10, 20)."""
    inputs = keras.Input((2,))
    dense = keras.layers.Dense(1, name="there")
    transpose = DenseTranspose(dense, name="back")
    model = keras.Model(inputs, transpose(dense(inputs)))
    dense.set_weights([np.array([[1.0], [2.0]]), np.array([0.5])])
    transpose.bias.assign([10.0, 20.0])
    return model, dense, transpose


def test_it_multiplies_by_the_transposed_kernel():
    model, _, _ = make_pair()
    coding = 3 * 1 + 4 * 2 + 0.5
    assert model.predict(np.array([[3.0, 4.0]]), verbose=0).tolist() == [[coding + 10, 2 * coding + 20]]


def test_a_change_of_the_kernel_reaches_both():
    model, dense, _ = make_pair()
    dense.kernel.assign([[0.0], [1.0]])
    assert model.predict(np.array([[3.0, 4.0]]), verbose=0).tolist() == [[10, 4.5 + 20]]


def test_the_gradient_adds_what_comes_from_both_uses():
    """For outputs y = k (k x + b) + c and the loss sum(y), d loss / d k is (k x + b) + sum(k) x."""
    import tensorflow as tf

    model, dense, _ = make_pair()
    x = np.array([[3.0, 4.0]], "float32")
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(model(x))
    gradient = tape.gradient(loss, dense.kernel.value)
    np.testing.assert_allclose(gradient, [[11.5 + 3 * 3], [11.5 + 3 * 4]])


def test_its_only_own_weight_is_a_bias():
    model, dense, transpose = make_pair()
    assert model.count_params() == 2 + 1 + 2
    assert transpose.dense is dense


def test_it_is_tied_after_a_reload(tmp_path):
    model, _, _ = make_pair()
    model.compile("sgd", "mse")
    model.save(tmp_path / "model.keras")
    reloaded = keras.saving.load_model(tmp_path / "model.keras")
    assert reloaded.get_layer("back").dense is reloaded.get_layer("there")
    x = np.array([[3.0, 4.0]])
    np.testing.assert_array_equal(reloaded.predict(x, verbose=0), model.predict(x, verbose=0))
    before = reloaded.get_layer("there").kernel.numpy()
    reloaded.fit(x, x, verbose=0)
    assert (reloaded.get_layer("back").dense.kernel.numpy() != before).all()


def test_another_layer_than_a_dense_one_is_refused():
    with pytest.raises(TypeError, match="shares the kernel of a Dense layer, got"):
        DenseTranspose(keras.layers.Flatten())


def test_a_layer_of_another_size_is_refused():
    dense = keras.layers.Dense(3, name="there")
    dense(keras.Input((2,)))
    with pytest.raises(ValueError, match="back takes the 3 outputs of 'there'.*inputs of shape"):
        DenseTranspose(dense, name="back")(keras.Input((4,)))
