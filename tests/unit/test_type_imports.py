"""What the core names for its types only. The contracts of imports are about what runs, and do not see it."""

import ast
from pathlib import Path

import pytest

CODE = Path(__file__).parents[2] / "layers/tams/tams"
ALLOWED = {
    "ports.py": {"tams.repositories.store", "tams.settings"},
    "services/service/service.py": {"tams.settings.behaviour"},
    "services/webhooks/retry_policy.py": {"tams.settings.behaviour"},
}
"""The rules are kept in VAST, so they may name its repositories; of other adapters they know ports."""


def for_types(source: str) -> set[str]:
    """The modules of ours that are imported under `if TYPE_CHECKING`."""
    return {
        node.module
        for guarded in ast.walk(ast.parse(source))
        if isinstance(guarded, ast.If) and ast.unparse(guarded.test) == "TYPE_CHECKING"
        for node in ast.walk(ast.Module(guarded.body, []))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("tams.")
    }


def test_the_core_names_no_adapters_but_the_repositories() -> None:
    core = [CODE / "ports.py"]
    core += [
        path for each in ("models", "services", "timing") for path in CODE.glob(f"{each}/**/*.py")
    ]

    found = {path.relative_to(CODE).as_posix(): for_types(path.read_text()) for path in core}

    assert {name: modules for name, modules in found.items() if modules} == ALLOWED


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("if TYPE_CHECKING:\n    from tams.api.app import App", {"tams.api.app"}),
        ("from tams.models.flow import Flow\nif TYPE_CHECKING:\n    import vastdb", set[str]()),
    ],
)
def test_what_is_imported_for_types_is_found(source: str, modules: set[str]) -> None:
    assert for_types(source) == modules
