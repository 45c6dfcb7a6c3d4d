"""What the options of ``kedro run`` may say, beyond what Kedro makes of them."""

import copy
import json
import re
from collections.abc import Sequence
from typing import Any

import click
import yaml

from fashion_nets.errors import UserError

WITH_LEADING_ZEROS = re.compile(r"0[0-9]+")
RUNNERS = ("SequentialRunner", "ThreadRunner", "ParallelRunner")


def check_runner(name: str | None) -> None:
    """Refuse a runner that Kedro does not have; the path of a class of one's own is left to Kedro.

    Raises:
        UserError: Names those that there are.
    """
    if name and "." not in name and name not in RUNNERS:
        raise UserError(f"There is no runner '{name}'; there are {', '.join(RUNNERS)}.")


def with_plain_values(options: Sequence[click.Parameter]) -> list[click.Parameter]:
    """The options, of which ``--params`` takes a value as the text that it is where it is no other YAML."""
    return [_plain(option) if option.name == "params" else option for option in options]


def _plain(option: click.Parameter) -> click.Parameter:
    read, plain = option.callback, copy.copy(option)

    def callback(context: click.Context, parameter: click.Parameter, value: Any) -> Any:
        quoted = quote_values(value) if isinstance(value, str) else value
        return read(context, parameter, quoted) if read else quoted

    plain.callback = callback
    return plain


def quote_values(pairs: str) -> str:
    """Quote the values of ``name=value,name=value`` that YAML would cut or not read.

    A file may be called ``holiday #1.jpg``, ``[1].jpg`` or ``a: b.jpg``: without quotes YAML takes what
    follows `` #`` for a comment, and the others for a list and a mapping. A run may be called ``007``, which
    YAML takes for the number 7, and ``010`` for 8.
    """
    return ",".join(_quote(pair) for pair in pairs.split(","))


def _quote(pair: str) -> str:
    name, equals, value = pair.partition("=")
    return f"{name}={json.dumps(value, ensure_ascii=False)}" if equals and _is_plain_text(value) else pair


def _is_plain_text(value: str) -> bool:
    text = value.strip()
    if text.startswith(("'", '"')) and text.endswith(text[0]):
        return False
    if WITH_LEADING_ZEROS.fullmatch(text):
        return True
    try:
        read = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):  # a date that there is not is no YAML either
        return True
    return " #" in text or text.startswith("#") or (isinstance(read, dict | list) and text[0] not in "{[")
