"""The BBC's own JSON schemas, where they are available."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from referencing import Registry, Resource

DIALECT = "https://json-schema.org/draft/2020-12/schema"


class OfficialSchemas:
    """Validates against the schemas of a folder."""

    def __init__(self, folder: Path) -> None:
        resources = [
            (
                path.name,
                Resource.from_contents({"$schema": DIALECT, **json.loads(path.read_text())}),
            )
            for path in folder.glob("*.json")
        ]
        registry: Registry[Any] = Registry().with_resources(resources).crawl()

        @cache
        def validator(name: str) -> jsonschema.Draft202012Validator:
            return jsonschema.Draft202012Validator({"$ref": name}, registry=registry)

        self._validator = validator

    def check(self, name: str, document: object) -> None:
        """Raises jsonschema.ValidationError."""
        self._validator(name).validate(document)

    def check_each(self, name: str, documents: list[Any]) -> None:
        for document in documents:
            self.check(name, document)
