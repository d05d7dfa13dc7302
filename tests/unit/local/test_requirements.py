"""`make run` installs less than the tests have, so what it imports must be in its own requirements."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[3]
SHARED = ("backup", "cli", "local", "sql", "vastlocal")
FOLDERS = ("layers/tams/tams", "functions", *(f"shared/{each}" for each in SHARED))
FOR_TESTS = {ROOT / "shared/vastlocal/control.py"}
OURS = {"tams", "functions", "backup", "cli", "local", "sql", "vastlocal"}

OPTIONAL = {"confluent_kafka"}
"""Packages that one command needs, which names them if they are missing."""


def imported(folder: str) -> set[str]:
    """The outermost packages that its modules import, wherever in the module."""
    found: set[str] = set()
    for path in {*(ROOT / folder).rglob("*.py")} - FOR_TESTS:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {each.name for each in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module)
    return {each.partition(".")[0] for each in found}


def test_the_local_requirements_have_all_that_is_imported() -> None:
    pinned = set(
        re.findall(r"^([\w.-]+)==", (ROOT / "requirements/local.txt").read_text(), re.MULTILINE)
    )
    installed = packages_distributions()
    foreign = {name for folder in FOLDERS for name in imported(folder)} - OURS - OPTIONAL
    missing = {
        name
        for name in foreign - set(sys.stdlib_module_names)
        if not {_normal(each) for each in installed.get(name, [name])}
        & {_normal(it) for it in pinned}
    }
    assert missing == set()


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
