"""The BBC's OpenAPI file as a judge of every answer: status, headers and body, as declared there."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import yaml
from referencing import Registry, Resource

from tests.official_schemas import DIALECT, SCHEMAS

OPENAPI = SCHEMAS.parent / "TimeAddressableMediaStore.yaml"
METHODS = ("head", "get", "put", "post", "delete")
UNDECLARED = {400, 401, 403, 405, 406, 413, 415, 503}
"""Answers that the file declares nowhere, or not everywhere it needs them (ERR-3, GEN-7, GEN-16)."""
UNSET_READS_AS_NULL = re.compile(r"/(label|description|max_bit_rate|avg_bit_rate)$")
"""FLW-47: the file leaves open what a property answers that is not set."""


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    declared: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.path}"


class OfficialContract:
    """Raises AssertionError for an answer that the BBC's file does not allow."""

    def __init__(self, file: Path) -> None:
        self.document: dict[str, Any] = yaml.safe_load(file.read_text())
        folder = file.parent
        named = [
            *(
                (f"schemas/{each.name}", yaml.safe_load(each.read_text()))
                for each in SCHEMAS.glob("*.json")
            ),
            *(
                (f"examples/{each.name}", yaml.safe_load(each.read_text()))
                for each in (folder / "examples").glob("*.json")
            ),
            ("", self.document),
        ]
        self._registry: Registry[Any] = Registry().with_resources(
            (name, Resource.from_contents({"$schema": DIALECT, **content}))
            for name, content in named
            if isinstance(content, dict)
        )

    @cached_property
    def operations(self) -> list[Operation]:
        """All of them, in the order of the file."""
        return [
            Operation(method, path, item[method])
            for path, item in self.document["paths"].items()
            for method in METHODS
            if method in item
        ]

    @cached_property
    def _routes(self) -> list[tuple[re.Pattern[str], Operation]]:
        return [
            (re.compile(re.sub(r"\{[^}]+}", "[^/]+", each.path) + "$"), each)
            for each in sorted(self.operations, key=lambda each: each.path.count("{"))
        ]

    def operation(self, method: str, raw_path: str) -> Operation | None:
        """The operation that a request means, by its path before decoding."""
        for pattern, operation in self._routes:
            if operation.method == method.lower() and pattern.match(raw_path):
                return operation
        return None

    def check(self, response: httpx.Response) -> None:
        """One answer; of requests that the file does not know, nothing is asked."""
        request = response.request
        raw_path = request.url.raw_path.decode().partition("?")[0]
        operation = self.operation(request.method, raw_path)
        where = f"{request.method} {request.url} → {response.status_code}"
        assert response.status_code != 500, f"{where}: {response.text}"
        if operation is None:
            return
        status = str(response.status_code)
        declared = self.resolve(operation.declared["responses"].get(status))
        if declared is None:
            assert response.status_code in UNDECLARED, f"{where} is not declared"
        if request.method == "HEAD":
            assert response.content == b"", f"{where} has a body"
        elif response.status_code >= 400:
            self._check_body({"$ref": "schemas/error.json"}, response, where)
        elif declared is not None:
            content = declared.get("content", {}).get("application/json")
            if content is None:
                assert response.content == b"", f"{where} has a body: {response.text[:200]}"
            elif not (UNSET_READS_AS_NULL.search(raw_path) and response.content == b"null"):
                self._check_body(content.get("schema", {}), response, where)
        for name, header in ((declared or {}).get("headers") or {}).items():
            self._check_header(self.resolve(header), name, response, where)

    def resolve(self, node: Any) -> Any:
        """What a reference within the file leads to."""
        while isinstance(node, dict) and str(node.get("$ref", "")).startswith("#/"):
            found: Any = self.document
            for part in node["$ref"][2:].split("/"):
                found = found[part]
            node = found
        return node

    def _check_body(self, schema: dict[str, Any], response: httpx.Response, where: str) -> None:
        kind = response.headers.get("content-type", "").partition(";")[0]
        assert kind == "application/json", f"{where} has Content-Type {kind!r}"
        self._validate({k: v for k, v in schema.items() if k != "example"}, response.json(), where)

    def _check_header(self, header: Any, name: str, response: httpx.Response, where: str) -> None:
        text = response.headers.get(name)
        if text is None:
            return
        schema = header.get("schema", {})
        value: Any = text
        if schema.get("type") == "integer":
            assert text.isdecimal(), f"{where}: {name}: {text}"
            value = int(text)
        elif schema.get("type") == "boolean":
            assert text in {"true", "false"}, f"{where}: {name}: {text}"
            value = text == "true"
        self._validate(schema, value, f"{where}: {name}")

    def _validate(self, schema: dict[str, Any], value: Any, where: str) -> None:
        validator = jsonschema.Draft202012Validator(
            {"$schema": DIALECT, **schema},
            registry=self._registry,
            format_checker=jsonschema.FormatChecker(),
        )
        error = jsonschema.exceptions.best_match(validator.iter_errors(value))
        assert error is None, f"{where}: at {error.json_path}: {error.message}"


def official_contract() -> OfficialContract | None:
    """None where the BBC's file is not beside this checkout."""
    return OfficialContract(OPENAPI) if OPENAPI.is_file() else None
