"""The document that is served is the one the routes make."""

import json
import runpy
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]


def test_the_openapi_document_is_up_to_date() -> None:
    made = runpy.run_path(str(ROOT / "shared" / "docs" / "make_openapi.py"))

    assert made["TARGET"].read_text() == made["text"](), "run `make openapi`"


def test_every_reference_in_the_document_leads_somewhere() -> None:
    document = json.loads((ROOT / "layers/tams/tams/api/openapi.json").read_text())

    def references(node: Any) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*(references(child) for child in node.values()))
        if isinstance(node, list):
            return set().union(*(references(child) for child in node))
        return set()

    schemas = document["components"]["schemas"]
    prefix = "#/components/schemas/"
    missing = {ref for ref in references(document) if ref.removeprefix(prefix) not in schemas}
    assert not missing


def test_the_published_table_of_scopes_is_the_one_the_api_goes_by() -> None:
    made = runpy.run_path(str(ROOT / "shared" / "docs" / "make_scopes.py"))

    assert made["TARGET"].read_text() == made["text"](), "run `make openapi`"


def test_the_published_settings_are_those_of_the_settings_classes() -> None:
    made = runpy.run_path(str(ROOT / "shared" / "docs" / "make_settings.py"))

    assert made["TARGET"].read_text() == made["text"](), "run `make docs`"


def test_every_setting_says_what_it_means() -> None:
    made = runpy.run_path(str(ROOT / "shared" / "docs" / "make_settings.py"))

    rows = [line for line in made["text"]().splitlines() if line.startswith("| `")]

    assert rows
    assert [row for row in rows if row.endswith("|  |")] == []
