"""Sphinx's settings for the site that ``make docs`` builds; tools/make_site.py says from what."""

import sys
from pathlib import Path

import fashion_nets

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project = "fashion-nets"
version = release = fashion_nets.__version__
html_title = "fashion-nets"
language = "en"

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "mathml",
    "reference",
]
html_math_renderer = "mathml"

# Notebooks come with their outputs; headings have the anchors that they have on GitHub.
nb_execution_mode = "off"
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4

# Docstrings as Google writes them. Fields of a class are described in its own, under "Attributes".
napoleon_numpy_docstring = False
napoleon_use_ivar = True
autodoc_member_order = "bysource"
autodoc_typehints = "signature"

html_theme = "pydata_sphinx_theme"
html_static_path = ["static"]
templates_path = ["templates"]
html_css_files = ["site.css"]
html_js_files = [("enlarge.js", {"defer": "defer"}), ("cards.js", {"defer": "defer"})]
html_copy_source = False
html_show_sourcelink = False
html_sidebars = {"**": ["all-pages"]}
html_context = {"default_mode": "auto"}  # light or dark as the reader's system is
html_theme_options = {
    "navbar_center": [],
    "navbar_end": ["theme-switcher"],
    # The last pattern that fits counts. Tables of these pages need the room.
    "secondary_sidebar_items": {"**": ["page-toc"], "docs/lecture": [], "docs/sample": []},
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_prev_next": True,
    "navigation_with_keys": False,
}
copyright = "The fashion-nets authors, MIT license"  # noqa: A001  # Sphinx's name
