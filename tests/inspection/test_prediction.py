import numpy as np
from tests.parameters import read_params

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.inspection.prediction import predict
from fashion_nets.networks.mlp import MlpParams, build_mlp


def test_every_image_is_predicted_in_order(train_set, capsys):
    model = build_mlp(read_params(MlpParams, hidden_units=(8,), dropout=0.0), (28, 28), 10, "mlp")
    outputs = predict(model, train_set.images)  # 800 images: one whole batch and a part of one
    assert outputs.shape == (800, 10)
    intensities = scale_pixels(train_set.images)
    np.testing.assert_allclose(outputs[[0, 600]], model(intensities[[0, 600]]), rtol=1e-5)
    np.testing.assert_array_equal(predict(model, intensities), outputs)  # both kinds of images are taken
    assert capsys.readouterr().out == ""
