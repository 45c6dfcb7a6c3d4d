import pytest
from tests.evaluation.conf import PROJECTION

from fashion_nets.errors import UserError
from fashion_nets.evaluation import projection_params
from fashion_nets.evaluation.projection_params import ProjectionParams


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        (
            {"methods": ["pca", "isomap"]},
            "'methods': there are the methods codings, pca, lda, tsne, umap, pixels_pca, got 'isomap'",
        ),
        ({"methods": []}, "'methods' .*at least 1 item"),
        ({"methods": ["pca", "pca"]}, "each method may be named once, got pca, pca"),
        ({"methods": ["pca"], "thumbnails": "lda"}, "thumbnails must be one of methods, pca; got 'lda'"),
        ({"interactive": "umap"}, "interactive must be one of methods, pca, lda; got 'umap'"),
        ({"dimensions": 4}, "'dimensions' should be 2 or 3, got 4"),
        (
            {"methods": ["tsne"], "thumbnails": "tsne", "dimensions": 3},
            "with dimensions 3 only the first two dimensions of pca, lda, pixels_pca are; got 'tsne'",
        ),
        ({"tsne_points": 30}, "'tsne_points' should be greater than 30, got 30"),
        ({"n_neighbors": 0}, "'n_neighbors' should be greater than 0, got 0"),
        ({"neighbours": 5}, "'neighbours' is not a parameter here"),
    ],
)
def test_wrong_parameters_are_named(params, reason):
    with pytest.raises(UserError, match=reason):
        ProjectionParams.model_validate(PROJECTION | params)


def test_umap_without_its_extra_is_refused_with_the_way_to_install_it(monkeypatch):
    monkeypatch.setattr(projection_params, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r'needs the extra \'umap\'.*pip install -e "\.\[umap\]"'):
        ProjectionParams.model_validate(PROJECTION | {"methods": ["umap"], "thumbnails": "umap"})
