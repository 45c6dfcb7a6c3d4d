"""The reference: a page for each public package or module, a section for each module, from docstrings."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx

import fashion_nets

PACKAGE = Path(fashion_nets.__file__).parent
PUBLIC = (
    "notebook",
    "data",
    "layers",
    "networks",
    "training",
    "inspection",
    "evaluation",
    "filters",
    "plotting",
    "datasets",
)
"""Packages, and a module, whose functions are of use outside a run of this project, too."""


def is_public(node: ast.stmt) -> bool:
    """Whether it is a function or a class that others may use."""
    return isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")


def find_modules(package: str) -> Iterator[str]:
    """The full names of a package's modules that have something public; of a module its own."""
    folder = PACKAGE / package
    for module in sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]:
        if module.name != "__init__.py" and any(map(is_public, ast.parse(module.read_text()).body)):
            yield ".".join(module.relative_to(PACKAGE.parent).with_suffix("").parts)


def write_page(package: str) -> str:
    """The page of a package, for Sphinx to fill."""
    lines = [package, "=" * len(package), ""]
    if (head := PACKAGE / package / "__init__.py").is_file():
        lines += [ast.get_docstring(ast.parse(head.read_text())) or "", ""]
    for module in find_modules(package):
        if module != f"fashion_nets.{package}":
            title = module.removeprefix(f"fashion_nets.{package}.")
            lines += [title, "-" * len(title), ""]
        lines += [f".. automodule:: {module}", "   :members:", ""]
    return "\n".join(lines)


def write_pages(app: Sphinx) -> None:
    """Write the pages, and import what they are about.

    Sphinx changes the annotations of pydantic's classes as it reads them. Then classes that are derived from
    them can no longer be made, so all of them are made before.
    """
    folder = Path(app.srcdir) / "reference"
    folder.mkdir(exist_ok=True)
    for package in PUBLIC:
        for module in find_modules(package):
            importlib.import_module(module)
        (folder / f"{package}.rst").write_text(write_page(package))
    menu = "\n".join(f"   {package}" for package in PUBLIC)
    (folder / "index.rst").write_text(
        "Reference\n=========\n\nFunctions and classes of use in a notebook or in a project of yours.\n\n"
        ".. autofunction:: fashion_nets.load_network\n\n"
        f".. toctree::\n   :maxdepth: 1\n\n{menu}\n"
    )


def leave_out(_app: object, _kind: str, name: str, member: object, skip: bool, *_: object) -> bool | None:
    """Leave out what pydantic adds, and fields of a tuple, which the docstring of its class describes."""
    described = getattr(member, "__doc__", None) or ""
    if name.startswith("model_") or described.startswith("Alias for field number"):
        return True
    return skip or None


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the pages before Sphinx looks for pages."""
    app.connect("builder-inited", write_pages)
    app.connect("autodoc-skip-member", leave_out)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
