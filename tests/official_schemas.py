"""The BBC's own JSON schemas, where they are at hand."""

import json
from pathlib import Path
from typing import Any

import jsonschema
from referencing import Registry, Resource

SCHEMAS = Path(__file__).parents[2] / "shared" / "tams-8.2" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"


class OfficialSchemas:
    """Validates against the BBC's own JSON schemas, where they are at hand."""

    def __init__(self, folder: Path) -> None:
        resources = [
            (
                path.name,
                Resource.from_contents({"$schema": DIALECT, **json.loads(path.read_text())}),
            )
            for path in folder.glob("*.json")
        ]
        self._registry: Registry[Any] = Registry().with_resources(resources)

    def check(self, name: str, document: object) -> None:
        """Raises jsonschema.ValidationError."""
        schema = {"$ref": name}
        jsonschema.Draft202012Validator(schema, registry=self._registry).validate(document)

    def check_each(self, name: str, documents: list[Any]) -> None:
        for document in documents:
            self.check(name, document)
