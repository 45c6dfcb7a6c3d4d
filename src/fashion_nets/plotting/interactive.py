"""Images as points to explore in a browser: one page that needs neither a server nor the net."""

import base64
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex
from PIL import Image

from fashion_nets.data.image_set import intensities
from fashion_nets.plotting.projection_words import title_of
from fashion_nets.plotting.projections import AXIS_NAMES, points_of
from fashion_nets.plotting.style import class_colours
from fashion_nets.provenance.digests import digest_arrays
from fashion_nets.remembered import Remembered

if TYPE_CHECKING:
    from bokeh.plotting import figure as BokehFigure  # noqa: N812

_GREY_LEVELS = 16  # four bits a pixel: what the eye tells apart in a picture this small
_PICTURE_PIXELS = 112
_pictures: Remembered[list[str]] = Remembered(most=1)  # the pages of all networks show the same images
_TOOLTIP = f"""
<div style="text-align: center">
  <img src="data:image/png;base64,@picture" width="{_PICTURE_PIXELS}" height="{_PICTURE_PIXELS}"
       style="image-rendering: pixelated">
  <div><b>@class_name</b>, image @image</div>
</div>
"""


def draw_interactive_projection(
    projections: pd.DataFrame,
    scores: pd.DataFrame,
    images: np.ndarray,
    class_names: Sequence[str],
    network: str,
    method: str,
) -> str:
    """Draw one projection as a page: pointing at a point shows its image, a click on a class hides it.

    Args:
        projections: As for ``plot_thumbnails``; of three dimensions the first two are drawn.
        scores: As for ``plot_projections``.
        images: Those that were projected, grey levels or intensities, shape (n, height, width).
        class_names: One for each class, in the order of the labels.
        network: Its namespace, such as ``"stacked_autoencoder"``.
        method: Which projection.

    Returns:
        HTML with everything that it needs: 1 MB of JavaScript and about 0.5 kB for each image.

    Raises:
        ValueError: If there is no image for one of the points of ``method``.
    """
    from bokeh.embed import file_html
    from bokeh.models import HoverTool
    from bokeh.resources import INLINE

    points = points_of(projections, method, len(images))
    pictures = _pictures.get(digest_arrays(images), lambda: [_picture(each) for each in intensities(images)])
    points = points.assign(
        picture=[pictures[image] for image in points["image"]],
        class_name=[class_names[label] for label in points["label"]],
    )
    title = title_of(projections, scores, network, method)
    page = _empty_page(title, AXIS_NAMES.get(method, "dimension"))
    _scatter_classes(page, points, class_names)
    page.add_tools(HoverTool(tooltips=_TOOLTIP, point_policy="snap_to_data"))
    return file_html(page, INLINE, title)


def _empty_page(title: str, axis: str) -> "BokehFigure":
    from bokeh.models.annotations import Legend, Title
    from bokeh.plotting import figure

    page = figure(
        title=Title(text=title, text_font_size="13pt"),
        x_axis_label=f"{axis} 1",
        y_axis_label=f"{axis} 2",
        match_aspect=True,
        sizing_mode="stretch_both",
        min_height=500,
        tools="pan,wheel_zoom,box_zoom,reset,save",
        active_scroll="wheel_zoom",
    )
    page.toolbar.logo = None
    page.grid.grid_line_alpha = 0.4
    page.add_layout(Legend(title="Click to hide", click_policy="hide"), "right")
    return page


def _scatter_classes(page: "BokehFigure", points: pd.DataFrame, class_names: Sequence[str]) -> None:
    """Draw the points of each class in its colour, with an entry of the legend that hides them."""
    from bokeh.models import ColumnDataSource

    columns = ["x", "y", "image", "picture", "class_name"]
    for label, (name, colour) in enumerate(zip(class_names, class_colours(len(class_names)), strict=True)):
        members = points.loc[points["label"] == label, columns]
        page.scatter(
            "x",
            "y",
            source=ColumnDataSource({column: members[column].to_numpy() for column in columns}),
            size=6,
            alpha=0.6,
            color=to_hex(colour),
            line_color=None,
            hover_alpha=1.0,
            legend_label=f"{name} ({len(members):,})",
        )


def _picture(image: np.ndarray) -> str:
    """An image as a small PNG, ink on white paper, in base64."""
    highest = _GREY_LEVELS - 1
    picture = Image.fromarray(np.rint((1 - image.clip(0, 1)) * highest).astype(np.uint8), mode="L")
    picture.putpalette([level * 255 // highest for level in range(_GREY_LEVELS) for _ in range(3)])
    file = io.BytesIO()
    picture.save(file, "PNG", bits=4, optimize=True)
    return base64.b64encode(file.getvalue()).decode()
