"""Numbers as people write them, in messages, tables and figures."""

import textwrap
from collections.abc import Iterable
from datetime import datetime

MEGABYTE = 10**6
NO_BREAK = "\N{NO-BREAK SPACE}"
"""A space at which no title is broken into lines."""

_LEAST_PLAIN, _FIRST_LARGE = 0.01, 100  # between these a number is written without a power of ten
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def format_size(lengths: Iterable[int], sign: str = "x") -> str:
    """The lengths of an image or an array: ``"28 x 28"``."""
    return f" {sign} ".join(map(str, lengths))


def format_bytes(n_bytes: float) -> str:
    """A size in memory: ``"1,234 MB"``."""
    return f"{n_bytes / MEGABYTE:,.0f} MB"


def format_share(share: float, digits: int = 1) -> str:
    """A share of 1 in percent: ``"97.3 %"``, and never 0 or 100 % for what is not certain."""
    least = 10.0 ** -(digits + 2)
    if 1 - least < share < 1:
        return f"over {1 - least:.{digits}%}".replace("%", " %")
    if 0 < share < least:
        return f"under {least:.{digits}%}".replace("%", " %")
    return f"{share:.{digits}%}".replace("%", " %")


def format_share_range(low: float, high: float) -> str:
    """Two shares in whole percent, one of them if they are alike: ``"50 % to 90 %"``."""
    ends = dict.fromkeys(format_share(share, digits=0) for share in (low, high))
    return " to ".join(ends)


def keep_together(words: str) -> str:
    """The same words on one line of a title, such as a number and its interval."""
    return words.replace(" ", NO_BREAK)


def begin_sentence(words: str) -> str:
    """The same words, the first of them with a capital letter and all others as they are."""
    return words[:1].upper() + words[1:]


def wrap(words: str, width: int) -> str:
    """Words in lines of at most so many characters, with each percent sign beside its number."""
    return textwrap.fill(words.replace(" %", f"{NO_BREAK}%"), width)


def format_number(value: float) -> str:
    """Three digits, or all before the point: ``"0.125"``, ``"12,345"``."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def format_count(count: float) -> str:
    """A large count in words, with three digits: ``"7.00 million"``."""
    scale, unit = (1e6, "million") if count >= 1e6 else (1e3, "thousand")
    return f"{f'{count / scale:#.3g}'.rstrip('.')} {unit}"


def count_epochs(epochs: int) -> str:
    """A number of epochs: ``"1 epoch"``, ``"10 epochs"``."""
    return "1 epoch" if epochs == 1 else f"{epochs:,} epochs"


def format_duration(seconds: float) -> str:
    """How long something lasts, as far as it matters: ``"12 s"``, ``"8 min"``, ``"2 h 5 min"``."""
    if round(seconds) < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def format_power(value: float) -> str:
    """Two digits, with a power of ten for what is small or large: ``"0.029"``, ``"2.9·10⁻³"``."""
    if not value or _LEAST_PLAIN <= abs(value) < _FIRST_LARGE:
        return f"{value:.2g}"
    digits, _, power = f"{value:.1e}".partition("e")
    return f"{float(digits):g}·10{str(int(power)).translate(_SUPERSCRIPTS)}"


def now() -> datetime:
    """This point in time, where this machine is."""
    return datetime.now().astimezone()


def format_time(time: datetime | None) -> str:
    """A point in time where this machine is: ``"2026-01-02 03:04 UTC"``; nothing for None."""
    return "" if time is None else time.astimezone().strftime("%Y-%m-%d %H:%M %Z").strip()
