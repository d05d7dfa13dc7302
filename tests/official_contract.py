"""The BBC's OpenAPI file as the judge of every response: status, headers and body must match it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import yaml

from tests import spec
from tests.official_schemas import DIALECT

METHODS = ("head", "get", "put", "post", "delete")
UNDECLARED = {304, 400, 401, 403, 405, 406, 413, 415, 503}
"""Answers that the file declares nowhere, or not everywhere it needs them (ERR-3, GEN-7, GEN-16).

304 comes only to clients that ask for it with If-None-Match."""
_BASE = "json-schema:///"
_ERROR: Mapping[str, Any] = {"$ref": "schemas/error.json"}
_ANYTHING: Mapping[str, Any] = {}
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
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

    def __init__(self, folder: Path) -> None:
        file = folder / spec.OPENAPI.name
        self.document: dict[str, Any] = yaml.load(file.read_text(), _Loader)  # noqa: S506 - a safe one
        self._registry = jsonschema_rs.Registry(
            [
                (
                    f"{_BASE}schemas/{each.name}",
                    {"$schema": DIALECT, **json.loads(each.read_bytes())},
                )
                for each in (folder / "schemas").glob("*.json")
            ]
        )
        self._validators: dict[int, jsonschema_rs.Validator] = {}
        """By the schema's place in memory: those of the document stay where they are."""

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
        if request.headers.get("content-type", "").startswith("multipart/"):
            return  # an upload, which the file does not know
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
            self._check_body(_ERROR, response, where)
        elif declared is not None:
            content = declared.get("content", {}).get("application/json")
            if content is None:
                assert response.content == b"", f"{where} has a body: {response.text[:200]}"
            elif not (UNSET_READS_AS_NULL.search(raw_path) and response.content == b"null"):
                self._check_body(content.get("schema", _ANYTHING), response, where)
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

    def _check_body(self, schema: Mapping[str, Any], response: httpx.Response, where: str) -> None:
        kind = response.headers.get("content-type", "").partition(";")[0]
        assert kind == "application/json", f"{where} has Content-Type {kind!r}"
        self._validate(schema, response.json(), where)

    def _check_header(self, header: Any, name: str, response: httpx.Response, where: str) -> None:
        text = response.headers.get(name)
        if text is None:
            return
        schema = header.get("schema", _ANYTHING)
        value: Any = text
        if schema.get("type") == "integer":
            assert text.isdecimal(), f"{where}: {name}: {text}"
            value = int(text)
        elif schema.get("type") == "boolean":
            assert text in {"true", "false"}, f"{where}: {name}: {text}"
            value = text == "true"
        self._validate(schema, value, f"{where}: {name}")

    def _validate(self, schema: Mapping[str, Any], value: Any, where: str) -> None:
        if id(schema) not in self._validators:
            self._validators[id(schema)] = jsonschema_rs.validator_for(
                {"$schema": DIALECT, **{k: v for k, v in schema.items() if k != "example"}},
                validate_formats=True,
                registry=self._registry,
                base_uri=_BASE,
            )
        errors = list(self._validators[id(schema)].iter_errors(value))
        assert not errors, f"{where}: {errors[0]}"


def official_contract() -> OfficialContract | None:
    """None where the BBC's files are not at hand."""
    return None if spec.missing() else OfficialContract(spec.SPEC)
