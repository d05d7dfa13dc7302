"""The document that is served is the one that the routes generate."""

import json
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT / "layers/tams/tams/api/openapi.json"


def test_the_openapi_document_is_up_to_date() -> None:
    made = runpy.run_path(str(ROOT / "shared" / "docs" / "make_openapi.py"))

    assert made["TARGET"].read_text() == made["text"](), "run `make openapi`"


def test_every_reference_in_the_document_leads_somewhere() -> None:
    document = json.loads(DOCUMENT.read_text())

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


def nodes(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            yield from nodes(child)


def test_schemas_use_the_words_of_json_schema_and_leave_out_what_is_not_set() -> None:
    document = json.loads(DOCUMENT.read_text())

    for node in nodes(document):
        assert not {"ge", "gt", "le", "lt"} & node.keys()
        assert node.get("default", "") is not None
        assert {"type": "null"} not in node.get("anyOf", ())
    segment = document["components"]["schemas"]["FlowSegmentPost"]
    assert segment["required"] == ["object_id", "timerange"]
    channels = document["components"]["schemas"]["AudioEssenceParameters"]["properties"]["channels"]
    assert channels["exclusiveMinimum"] == 0


def test_kinds_of_flow_are_told_apart_by_their_format() -> None:
    schemas = json.loads(DOCUMENT.read_text())["components"]["schemas"]

    mapping = schemas["Flow"]["discriminator"]["mapping"]
    assert len(mapping) == 5
    for content_format, reference in mapping.items():
        flow = schemas[reference.rpartition("/")[2]]
        assert flow["properties"]["format"]["const"] == content_format
        assert "format" in flow["required"]


def test_every_operation_has_a_name_of_its_own_and_says_what_it_takes() -> None:
    paths = json.loads(DOCUMENT.read_text())["paths"]
    operations = [(method, path, it) for path, item in paths.items() for method, it in item.items()]

    names = [it["operationId"] for _, _, it in operations]
    assert len(set(names)) == len(names)
    assert {"GET_events", "GET_health"} <= set(names)
    for method, path, operation in operations:
        takes_a_body = method in {"put", "post", "patch"} and not path.endswith("}/restore")
        takes_a_body = takes_a_body and not path.endswith("/segments/restore")
        assert ("requestBody" in operation) is takes_a_body, f"{method} {path}"
        for status, response in operation["responses"].items():
            for content in response.get("content", {}).values():
                assert content["schema"], f"{method} {path} {status}"
