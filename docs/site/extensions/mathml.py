"""Formulas as MathML, which browsers draw by themselves: a page needs no script and nothing from the net."""

import re

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

SPELLINGS = [
    (r"\\dots(?![a-zA-Z])", r"\\ldots"),
    (r"\\[bB]igg?(?![a-zA-Z])", ""),  # brackets grow by themselves
    (r"\\([td]?frac)\s*(\d)\s*(\d)", r"\\\1{\2}{\3}"),
]
"""What TeX and MathJax know and docutils does not, and what it knows for it."""


def translate(formula: str, *, is_block: bool) -> str:
    """The MathML of a formula in TeX.

    Raises:
        MathError: If docutils does not know what is in it.
    """
    for spelling, known in SPELLINGS:
        formula = re.sub(spelling, known, formula)
    return tex2mathml(formula.strip(), as_block=is_block)


def draw(translator: HTML5Translator, node: nodes.math | nodes.math_block) -> None:
    """Write a formula; one that docutils cannot translate is a warning."""
    is_block = isinstance(node, nodes.math_block)
    try:
        formula = translate(node.astext(), is_block=is_block)
    except MathError as error:
        logger.warning("The formula %r cannot be drawn: %s", node.astext(), error, location=node)
        formula = translator.encode(node.astext())
    tag = "div" if is_block else "span"
    translator.body += [translator.starttag(node, tag, "", CLASS="formula"), formula, f"</{tag}>"]
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Draw formulas by this, instead of by MathJax, which pages would ask the net for."""
    app.add_html_math_renderer("mathml", (draw, None), (draw, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
