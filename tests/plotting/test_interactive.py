import base64
import gzip
import html
import io
import json
import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from PIL import Image

from fashion_nets.data.image_set import scale_pixels
from fashion_nets.plotting.interactive import draw_interactive_projection
from fashion_nets.plotting.style import class_colours

SCORES = pd.DataFrame(
    {"method": ["pca", "tsne"], "scored_by": "training images", "n_neighbors": 10, "knn_accuracy": [0.6, 0.7]}
)


@pytest.fixture(scope="module")
def projections(validation_set):
    places = np.random.default_rng(0).normal(size=(200, 2)).astype("float32")
    pca = pd.DataFrame(
        {
            "method": "pca",
            "image": range(200),
            "label": validation_set.labels,
            "x": places[:, 0],
            "y": places[:, 1],
        }
    )
    return pd.concat([pca, pca.iloc[:50].assign(method="tsne")], ignore_index=True)


def _draw(projections, validation_set, class_names, method="pca"):
    return draw_interactive_projection(
        projections, SCORES, validation_set.images, class_names, "stacked_autoencoder", method
    )


@pytest.fixture(scope="module")
def page(projections, validation_set, class_names):
    return _draw(projections, validation_set, class_names)


def _objects(page, name):
    """All objects of one kind in the document that the page holds."""
    (document,) = re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', page, flags=re.DOTALL)
    found, rest = [], [json.loads(document)]
    while rest:
        value = rest.pop()
        rest.extend(value.values() if isinstance(value, dict) else value if isinstance(value, list) else [])
        if isinstance(value, dict) and value.get("name") == name and "attributes" in value:
            found.append(value["attributes"])
    return found


def _columns(page):
    """The column data of each class, as the browser decodes them, by the class's name."""
    sources = []
    for source in _objects(page, "ColumnDataSource"):
        columns = {key: _decode(value) for key, value in source["data"]["entries"]}
        if len(columns["image"]):
            sources.append((columns["class_name"][0], columns))
    return dict(sources)


def _decode(column):
    if isinstance(column, list):
        return column
    array = column["array"]
    if isinstance(array, list):
        return array
    return np.frombuffer(gzip.decompress(base64.b64decode(array["data"])), dtype=column["dtype"])


def test_the_page_needs_nothing_from_elsewhere(page):
    assert re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=[\"']?(?:https?:)?//", page) == []
    assert len(page) < 2_000_000


def test_title_and_axes(page):
    title = "stacked autoencoder, 200 validation images by PCA of the codings: 10-NN accuracy 0.60 ± 0.07"
    assert f"<title>{title}</title>" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert {axis["axis_label"] for axis in _objects(page, "LinearAxis")} == {
        "principal component 1",
        "principal component 2",
    }


def test_each_class_has_its_points(page, projections, class_names):
    columns = _columns(page)
    for label, name in enumerate(class_names):
        members = projections[(projections["method"] == "pca") & (projections["label"] == label)]
        np.testing.assert_array_equal(columns[name]["image"], members["image"])
        np.testing.assert_allclose(columns[name]["x"], members["x"])
        np.testing.assert_allclose(columns[name]["y"], members["y"])


def test_a_click_on_the_legend_hides_a_class_of_the_usual_colour(page, validation_set, class_names):
    (legend,) = _objects(page, "Legend")
    assert legend["click_policy"] == "hide"
    n_members = np.bincount(validation_set.labels)
    labels = [item["label"]["value"] for item in _objects(page, "LegendItem") if item["label"]]
    assert sorted(labels) == sorted(
        f"{name} ({count})" for name, count in zip(class_names, n_members, strict=True)
    )
    for colour in class_colours(10):
        assert to_hex(colour) in page


def test_the_picture_is_the_image_of_its_point(page, validation_set):
    columns = _columns(page)["Trouser"]
    for image, picture in zip(columns["image"], columns["picture"], strict=True):
        drawn = np.asarray(Image.open(io.BytesIO(base64.b64decode(picture))).convert("L"))
        np.testing.assert_allclose(
            1 - drawn / 255, scale_pixels(validation_set.images[image]), atol=0.5 / 15 + 1e-6
        )


def test_of_tsne_only_the_shown_images_are_drawn(projections, validation_set, class_names):
    columns = _columns(_draw(projections, validation_set, class_names, "tsne"))
    assert sorted(image for column in columns.values() for image in column["image"]) == list(range(50))


def test_other_images_are_refused(projections, validation_set, class_names):
    with pytest.raises(
        ValueError, match="got 100 images and a point of the method 'pca' for image number 199"
    ):
        draw_interactive_projection(
            projections, SCORES, validation_set.images[:100], class_names, "stacked_autoencoder", "pca"
        )


def test_names_of_classes_are_text_whatever_they_hold(projections, validation_set, class_names):
    names = ["<script>alert(1)</script>", "</script><b>Coat</b>", "$$x$$", *class_names[3:]]
    page = _draw(projections, validation_set, names)
    assert "<script>alert(1)" not in page
    assert "</script><b>" not in page
    assert "{safe}" not in page  # Bokeh escapes what a tooltip shows, unless it is told not to
    assert {html.unescape(name) for name in _columns(page)} == set(names)  # as Bokeh's script does
