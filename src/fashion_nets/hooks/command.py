"""What a run is called, and the command that repeats it."""

import hashlib
import json
import re
import shlex
from collections.abc import Iterable, Mapping
from typing import Any

import click

from fashion_nets.advice import Configuration, as_option, command_with
from fashion_nets.parameters import flatten_parameters

DEFAULT = "__default__"
PARTS = {
    "tags": ("--tags", "tags"),
    "namespaces": ("--namespaces", "namespaces"),
    "node_names": ("--nodes", "nodes"),
    "from_nodes": ("--from-nodes", "from"),
    "to_nodes": ("--to-nodes", "up to"),
    "from_inputs": ("--from-inputs", "from"),
    "to_outputs": ("--to-outputs", "up to"),
}
"""What makes a run a part of its pipelines: the option, and how the name of the run begins to tell it."""
CHOICES = {
    "study": "name",
    "sweep": "name",
    "explain": "network",
    "predict": "network",
    "export": "network",
}
"""Groups of parameters that choose what their pipeline does, and the field that does so."""
SHOWN = 3  # nodes that a name lists
RUNNER_OBJECT = re.compile(r"<(?:kedro\.runner\.[\w.]*\.)?([\w.]+) object at ")


def name_run(run_params: Mapping[str, Any], inputs: Iterable[str], parameters: Mapping[str, Any]) -> str:
    """Say what runs, such as ``cnn+mlp``, ``study losses`` or ``mlp (from mlp.plot_costs)``.

    Args:
        run_params: As Kedro gives them to hooks.
        inputs: Of the pipeline.
        parameters: As conf/ and the command line state them.
    """
    given = set(inputs)
    names = ["+".join(sorted(run_params.get("pipeline_names") or [DEFAULT]))]
    names += [str(parameters[group][field]) for group, field in CHOICES.items() if f"params:{group}" in given]
    parts = [
        f"{word} {_shorten(sorted(chosen))}"
        for option, (_, word) in PARTS.items()
        if (chosen := run_params.get(option))
    ]
    if run_params.get("only_missing_outputs"):
        parts.append("only missing outputs")
    return " ".join([*names, f"({', '.join(parts)})"] if parts else names)


def repeat_command(run_params: Mapping[str, Any], conf: Configuration) -> str:
    """The command that repeats a run from the project's root, for a shell to be pasted into.

    Parameters that ``--params`` cannot carry, such as lists, go by a file, which the command writes first.

    Args:
        run_params: As Kedro gives them to hooks.
        conf: Where its parameters were read.
    """
    options = [
        f"{option}={','.join(chosen)}"
        for name, (option, _) in PARTS.items()
        if (chosen := list(run_params.get(name) or ()))
    ]
    if versions := run_params.get("load_versions"):
        options.append(f"--load-versions={','.join(f'{name}:{each}' for name, each in versions.items())}")
    if run_params.get("only_missing_outputs"):
        options.append("--only-missing-outputs")
    options += _runner(run_params)
    pipelines = sorted(run_params.get("pipeline_names") or ())
    given = run_params.get("runtime_params") or {}
    pairs = _pairs(given)
    if pairs is not None:
        return command_with(conf, pipelines, *options, *([f"--params={pairs}"] if pairs else []))
    content = json.dumps({"run": {"params": given}}, ensure_ascii=False, default=str)
    file = f"run-{hashlib.sha256(content.encode()).hexdigest()[:8]}.yml"
    first = f"printf %s {shlex.quote(content)} > {file}"
    return f"{first} && {command_with(conf, pipelines, f'--config={file}', *options)}"


def _shorten(names: list[str]) -> str:
    more = [f"{len(names) - SHOWN} more"] if len(names) > SHOWN else []
    return ", ".join([*names[:SHOWN], *more])


def _runner(run_params: Mapping[str, Any]) -> list[str]:
    """The options of the runner, of which Kedro tells hooks but the class."""
    context = click.get_current_context(silent=True)
    typed = context.params if context is not None else {}
    named = RUNNER_OBJECT.match(str(run_params.get("runner")))
    runner = typed.get("runner") or (named.group(1) if named else "SequentialRunner")
    options = [] if runner == "SequentialRunner" else [f"--runner={runner}"]
    options += ["--async"] if typed.get("is_async") else []
    pairs = _pairs(typed.get("runner_params") or {})
    return [*options, f"--runner-params={pairs}"] if pairs else options


def _pairs(parameters: Mapping[str, Any]) -> str | None:
    """Parameters as an option takes them; None if it cannot carry one."""
    texts = {name: as_option(value) for name, value in flatten_parameters(parameters).items()}
    if any(text is None for text in texts.values()):
        return None
    return ",".join(f"{name}={text}" for name, text in texts.items())
