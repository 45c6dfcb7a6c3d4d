"""Kedro's configuration, completed by shared blocks and by what a network takes from its architecture."""

import copy
import hashlib
import os
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import yaml
from kedro.config import OmegaConfigLoader
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from fashion_nets.advice import where_to_change
from fashion_nets.errors import UserError
from fashion_nets.faults import describe_fault
from fashion_nets.networks.registry import NETWORKS
from fashion_nets.parameters import LIKE, merge_groups, value_at
from fashion_nets.project import project_root
from fashion_nets.remembered import Remembered
from fashion_nets.training.recipe import complete_network

_loaders: dict[Path, "NetworkConfigLoader"] = {}
"""The latest loader of each project that this process works in."""

_read: Remembered[dict[str, Any]] = Remembered(most=16)
"""What this process has read last, by what it was made from."""
KINDS_OF_FILES = (".yml", ".yaml", ".json")  # as Kedro reads them


class NetworkConfigLoader(OmegaConfigLoader):
    """Kedro's own loader, which completes the parameters.

    A group that says ``_like: _block`` takes what it does not state from the block of that name at the top of
    the parameters. A network takes the settings of its architecture, where that has any. What is stated in
    the group itself, in an environment or for one run, wins over these. The loader does it, since every tool
    that reads the project asks it, Kedro-Viz and notebooks included; it does it after environments are
    merged, so that an environment may change a block: an interpolation would be resolved before.

    The catalog may say ``${parameters:study.name}`` for a folder that a parameter names.
    """

    def __init__(
        self,
        conf_source: str,
        env: str | None = None,
        runtime_params: dict[str, Any] | None = None,
        **arguments: Any,
    ) -> None:
        self._archive = object()  # what an archive has is read once by each loader
        super().__init__(conf_source, env, runtime_params, **arguments)
        OmegaConf.register_resolver("parameters", self._parameter, replace=True, use_cache=True)
        _loaders[project_root()] = self

    def __getitem__(self, key: str) -> dict[str, Any]:
        """Load one kind of configuration.

        Raises:
            UserError: If a file is not valid YAML, there is no block of the name that a group is like, or no
                architecture of the name that a network states.
        """
        return _complete(self._load_parameters(), self) if key == "parameters" else self._load(key)

    def _load_parameters(self) -> dict[str, Any]:
        """The parameters without blocks, read once: a session asks for them half a dozen times."""
        made_from = (project_root(), self.env, repr(self.runtime_params), self._digest())
        return copy.deepcopy(_read.get(made_from, lambda: _without_blocks(self._load("parameters"))))

    def _digest(self) -> Hashable:
        """What changes when a person changes a file of conf/, as beside a notebook."""
        source = Path(self.conf_source)
        if not source.is_dir():
            return self._archive
        digest = hashlib.sha256()
        for env in (self.base_env, self.env or self.default_run_env):
            for file in sorted((source / env).rglob("*")):
                if file.suffix in KINDS_OF_FILES and file.is_file():
                    content = file.read_bytes()
                    digest.update(f"{file} {len(content)} ".encode() + content)
        return digest.digest()

    def _load(self, key: str) -> dict[str, Any]:
        try:
            return super().__getitem__(key)
        except (yaml.YAMLError, OmegaConfBaseException, UnicodeDecodeError, AttributeError) as error:
            folders = (
                Path(self.conf_source) / env for env in (self.base_env, self.env or self.default_run_env)
            )
            if fault := describe_fault(folders, error):
                raise UserError(fault) from error
            raise

    def of_base(self) -> dict[str, Any]:
        """The parameters as the base environment states them, completed from its blocks alone."""
        given, self.runtime_params = self.runtime_params, {}
        env, self.env = self.env, self.base_env
        try:
            return self._load_parameters()
        finally:
            self.runtime_params, self.env = given, env

    def without_runtime_params(self) -> dict[str, Any]:
        """The parameters as conf/ states them, without those of the command line."""
        given, self.runtime_params = self.runtime_params, {}
        try:
            return self["parameters"]
        finally:
            self.runtime_params = given

    def _parameter(self, path: str) -> Any:
        return value_at(self["parameters"], path)


def project_loader() -> NetworkConfigLoader:
    """The loader of the session at work, or else one for the environment ``KEDRO_ENV``.

    For the registry of pipelines: Kedro asks for it without saying which configuration the session has.
    """
    root = project_root()
    if root in _loaders:
        return _loaders[root]
    from fashion_nets.settings import CONFIG_LOADER_ARGS  # here, as settings import this module

    return NetworkConfigLoader(str(root / "conf"), os.environ.get("KEDRO_ENV"), **CONFIG_LOADER_ARGS)


def _without_blocks(parameters: Mapping[str, Any]) -> dict[str, Any]:
    blocks = {name: group for name, group in parameters.items() if str(name).startswith("_")}
    return {name: _fill_in(group, blocks) for name, group in parameters.items() if name not in blocks}


def _fill_in(group: Any, blocks: Mapping[str, Any]) -> Any:
    """Complete a group, and what is in it, from the blocks that they say they are like."""
    if not isinstance(group, Mapping):
        return group
    stated = {name: _fill_in(value, blocks) for name, value in group.items() if name != LIKE}
    if LIKE not in group:
        return stated
    block = group[LIKE]
    if not isinstance(block, str) or block not in blocks:
        raise UserError(
            f"A group of parameters in conf/ says '{LIKE}: {block}', but there is no such block; there are "
            f"{', '.join(blocks)}."
        )
    others = {name: value for name, value in blocks.items() if name != block}
    return merge_groups(_fill_in(blocks[block], others), stated)


def _complete(parameters: Mapping[str, Any], loader: NetworkConfigLoader) -> dict[str, Any]:
    completed = dict(parameters)
    _check_group("architecture_settings", parameters["architecture_settings"])
    for name, (kind, *_) in NETWORKS.items():
        if name not in parameters:
            raise UserError(
                f"The network {name} is in networks/registry.py, but conf/ has no parameters of it."
            )
        _check_group(name, parameters[name])
        try:
            completed[name] = complete_network(parameters[name], parameters["architecture_settings"], kind)
        except UserError as error:
            group = f"{name}.architecture"
            raise UserError(f"{group}: {error}. {where_to_change(group, ['name'], loader)}") from error
    return completed


def _check_group(name: str, group: Any) -> None:
    if not isinstance(group, Mapping):
        raise UserError(
            f"{name} is a group of parameters, got {group!r}. State its parameters by name, as conf/base "
            f'does, or with --params "{name}.NAME=VALUE".'
        )
