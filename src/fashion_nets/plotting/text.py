"""Text from data in figures: shown as it is, in whatever script it is written."""

import logging
import unicodedata

from matplotlib import font_manager
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

FALLBACK_FONTS = (
    *("Noto Sans CJK SC", "Noto Sans CJK JP", "Noto Sans CJK KR", "WenQuanYi Zen Hei", "Droid Sans Fallback"),
    *("PingFang SC", "Hiragino Sans", "Apple SD Gothic Neo", "Microsoft YaHei", "Yu Gothic", "Malgun Gothic"),
    *("Noto Sans Arabic", "Noto Naskh Arabic", "Noto Sans Devanagari", "Noto Sans Thai", "Noto Sans Hebrew"),
    *("Nirmala UI", "Kohinoor Devanagari", "Arial Unicode MS", "Unifont"),
)
"""What has the scripts that DejaVu Sans lacks, on Linux, macOS and Windows."""

_said: set[str] = set()

logger = logging.getLogger(__name__)


def fallback_fonts() -> list[str]:
    """Those of ``FALLBACK_FONTS`` that are installed: matplotlib warns of every other one."""
    installed = set(font_manager.get_font_names())
    return [font for font in FALLBACK_FONTS if font in installed]


def show_as_it_is(figure: Figure) -> None:
    """Let no dollar sign begin a formula, and say once which characters no font has.

    Formulas are left to matplotlib's own labels of logarithmic axes, which are not there before it draws.
    """
    texts = figure.findobj(Text)
    for text in texts:
        if "$" in text.get_text():
            text.set_parse_math(False)
    characters = {character for text in texts for character in text.get_text() if ord(character) > _LATIN}
    if lacking := sorted(characters - _said - _drawn()):
        _said.update(lacking)
        scripts = sorted({unicodedata.name(character, "UNKNOWN").split()[0].title() for character in lacking})
        logger.warning(
            "No font here has %s (%s), so that figures show boxes: install one, such as the packages "
            "fonts-noto-core and fonts-noto-cjk of Debian and Ubuntu",
            "".join(lacking[:20]),
            ", ".join(scripts),
        )


_LATIN = 0x24F  # what every font for people has


def _drawn() -> set[str]:
    """The characters that the fonts of the figure have."""
    families = ["DejaVu Sans", *fallback_fonts()]
    return {
        chr(code) for family in families for code in FT2Font(font_manager.findfont(family)).get_charmap()
    } | set("\n\u00a0\u200b")
