"""No select bypasses `repositories/visible.py`, which decides what a read may return."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CODE = Path(__file__).parents[3] / "layers/tams/tams"
REPOSITORIES = CODE / "repositories"

SCHEMA = {"provision.py", "reconcile.py", "schema_status.py", "schema_version.py", "versioned.py"}
"""Modules about the tables themselves, independent of any reader."""
OPERATORS = {
    "backlog.py",
    "projections.py",
    "snapshot.py",
    "storage_ids.py",
    "store_status.py",
}
"""Modules of operators' programs, which see all rows. No request loads them."""
RAW = {"database.py", "transaction.py", "store.py", "visible.py", *SCHEMA, *OPERATORS}
"""Modules that may have a transaction that lets everything through."""
HIDING = {"flow_rows.py", "visible.py"}
"""Modules of repositories that may read what a running deletion covers."""


def modules(folder: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        name = path.relative_to(folder).as_posix()
        # Migrations change all rows, independent of any reader, and probes have tables of their own.
        if not name.startswith(("migrations/", "probes/", "repositories/probes/")):
            yield name, ast.parse(path.read_text())


def names(module: ast.AST) -> set[str]:
    """What it imports from others, and the attributes it asks for."""
    found = set()
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
    return found


def naming(folder: Path, *wanted: str) -> set[str]:
    return {name for name, module in modules(folder) if names(module) & set(wanted)}


def without_outline(module: ast.AST) -> set[str]:
    """Public methods that return Segments without knowing which of them are hidden."""
    return {
        node.name
        for kind in ast.walk(module)
        for node in (kind.body if isinstance(kind, ast.ClassDef) else ())
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and node.returns is not None
        and {"StoredSegment", "Stretch"} & set(_annotated(node.returns))
        and "FlowOutline" not in {name for arg in node.args.args for name in _annotated(arg)}
    }


def _annotated(node: ast.AST) -> Iterator[str]:
    return (each.id for each in ast.walk(node) if isinstance(each, ast.Name))


def test_repositories_have_transactions_that_read_what_may_be_seen() -> None:
    assert naming(REPOSITORIES, "VastTransaction") <= RAW
    assert naming(REPOSITORIES, "_unfiltered") == {"visible.py"}


def test_only_the_store_opens_transactions_for_services() -> None:
    opening = naming(CODE, "Database", "VersionedDatabase") - {"repositories/database.py"}
    schema = {f"repositories/{name}" for name in SCHEMA | OPERATORS}
    schema.add("repositories/migrations/migration.py")

    assert opening - schema == {"repositories/store.py", "runtime/deployment.py"}


def test_only_operators_programs_know_the_modules_for_operators() -> None:
    programs = {f"runtime/{each}.py" for each in ("clean", "projections", "status")}
    theirs = {f"repositories/{name}" for name in OPERATORS} | {"repositories/schema_status.py"}
    modules_of = {name.removesuffix(".py").replace("/", ".") for name in OPERATORS}

    knowing = {
        name
        for name, module in modules(CODE)
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").removeprefix("tams.repositories.") in modules_of
    }

    assert knowing <= programs | theirs
    assert "runtime/status.py" in knowing


def test_classes_are_judged_in_one_place() -> None:
    assert naming(REPOSITORIES, "classed") == {"visible.py"}


def test_what_a_deletion_hides_is_judged_in_one_place() -> None:
    assert naming(REPOSITORIES, "deleting") <= HIDING
    knowing = {"coverage.py", "flow_segments.py", "flows.py"}
    assert naming(REPOSITORIES, "shown", "shows") == knowing


def test_who_reads_segments_says_what_is_hidden() -> None:
    module = ast.parse((REPOSITORIES / "flow_segments.py").read_text())

    assert without_outline(module) == set()


@pytest.mark.parametrize(
    "source",
    [
        "from tams.repositories.transaction import Row, VastTransaction",
        "class Flows:\n    def find(self):\n        return self._transaction._unfiltered.select(FLOWS)",
        "from tams.repositories.predicates import classed",
    ],
)
def test_a_way_round_is_noticed(source: str) -> None:
    assert names(ast.parse(source)) & {"VastTransaction", "_unfiltered", "classed"}


def test_a_select_of_segments_that_forgets_deletions_is_noticed() -> None:
    source = "class Segments:\n    def all(self, flow_id: str) -> list[StoredSegment]: ..."

    assert without_outline(ast.parse(source)) == {"all"}
