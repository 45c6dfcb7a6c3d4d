"""Parameters of projections, for tests."""

PROJECTION = {
    "methods": ("pca", "lda"),
    "dimensions": 2,
    "thumbnails": "lda",
    "interactive": "lda",
    "tsne_points": 100,
    "n_neighbors": 10,
    "trustworthiness_sample": 2_000,
    "probe_images": 10_000,
    "silhouette_sample": 2_000,
}
