import numpy as np
import pytest
from sklearn.decomposition import PCA
from tests.evaluation.conf import PROJECTION
from tests.parameters import read_params, stated

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.evaluation.codings import compare_codings
from fashion_nets.evaluation.projection_params import ProjectionParams
from fashion_nets.inspection.prediction import predict
from fashion_nets.networks.autoencoders.dense import DenseAutoencoderParams, build_dense_autoencoder
from fashion_nets.pipelines.embed_and_project.nodes import (
    EmbeddingNodes,
    encode_images,
    project_codings,
    score_codings,
)

SCORING = ProjectionParams(**PROJECTION | {"thumbnails": "pca"})


@pytest.fixture(scope="module")
def model():
    architecture = read_params(
        DenseAutoencoderParams,
        hidden_units=(),
        codings_size=3,
        activation="linear",
        output_activation="linear",
    )
    model = build_dense_autoencoder(architecture, (28, 28), "autoencoder")
    kernel = np.zeros((784, 3), "float32")
    kernel[[100, 400, 700], [0, 1, 2]] = 1  # each coding is one pixel
    model.layers[2].set_weights([kernel, np.zeros(3)])
    return model


@pytest.fixture(scope="module")
def codings(model, train_set, validation_set):
    return encode_images(model, train_set, validation_set)


def test_codings_are_a_row_an_image_in_order(codings, train_set, validation_set):
    assert list(codings.columns) == ["part", "label", "coding_1", "coding_2", "coding_3"]
    for part, images in (("train", train_set), ("validation", validation_set)):
        rows = codings[codings["part"] == part]
        np.testing.assert_array_equal(rows["label"], images.labels)
        pixels = scale_pixels(images.images).reshape(-1, 784)[:, [100, 400, 700]]
        np.testing.assert_allclose(rows.filter(like="coding_"), pixels, atol=1e-6)


def test_projections_show_the_validation_images(codings, train_set, validation_set):
    points, scores = project_codings(codings, train_set, validation_set, SCORING, 42)
    assert list(scores["method"]) == ["pca", "lda"]
    np.testing.assert_array_equal(points.loc[points["method"] == "lda", "label"], validation_set.labels)


def test_thumbnails_are_drawn_by_the_chosen_method(codings, train_set, validation_set, class_names):
    points, scores = project_codings(codings, train_set, validation_set, SCORING, 42)
    figure = EmbeddingNodes("stacked_autoencoder").plot_thumbnails(
        points, scores, validation_set, class_names, SCORING, {}
    )
    assert "PCA" in figure.get_suptitle()


def test_the_page_shows_the_chosen_method(codings, train_set, validation_set, class_names):
    points, scores = project_codings(codings, train_set, validation_set, SCORING, 42)
    page = EmbeddingNodes("stacked_autoencoder").draw_interactive_projection(
        points, scores, validation_set, class_names, SCORING, {}
    )
    assert "by LDA of the codings" in page


def test_scores_are_of_the_network_that_encodes_and_decodes(model, codings, train_set, validation_set):
    scores = score_codings(model, codings, train_set, validation_set, SCORING, 42)
    assert scores["codings_size"] == 3
    errors = predict(model, validation_set.images) - scale_pixels(validation_set.images)
    assert scores["val_mse"] == pytest.approx(np.square(errors).mean(), rel=1e-5)
    assert compare_codings(autoencoder=scores)["network"].tolist() == ["autoencoder"]


def test_an_autoencoder_with_the_weights_of_pca_agrees_with_pca(train_set, validation_set, class_names):
    pca = PCA(2, random_state=0).fit(scale_pixels(train_set.images).reshape(-1, 784))
    architecture = DenseAutoencoderParams.model_validate(stated("linear_autoencoder.architecture"))
    model = build_dense_autoencoder(architecture, (28, 28), "autoencoder")
    model.get_layer("codings").set_weights([pca.components_.T, -pca.components_ @ pca.mean_])
    model.get_layer("intensities").set_weights([pca.components_, pca.mean_])
    codings = encode_images(model, train_set, validation_set)
    numbers, figure = EmbeddingNodes("linear_autoencoder").compare_with_pca(
        model, codings, train_set, validation_set, class_names, {}
    )
    assert numbers["largest_principal_angle"] < 0.1
    assert numbers["val_mse"] == pytest.approx(numbers["pca_val_mse"], rel=1e-4)
    assert numbers["procrustes_disparity"] < 1e-6
    assert "0.0° apart" in figure.get_suptitle()
