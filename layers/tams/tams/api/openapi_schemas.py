"""JSON Schemas that client generators understand: standard keywords, and optional means absent."""

import json
from collections.abc import Mapping
from typing import Any

Schema = dict[str, Any]

_REFERENCE = "#/components/schemas/{}"
_BOUNDS = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
}
"""Pydantic uses its own keywords where one of our validators precedes the bound."""
FLOWS = {
    "urn:x-nmos:format:video": "VideoFlow",
    "urn:x-nmos:format:audio": "AudioFlow",
    "urn:x-tam:format:image": "ImageFlow",
    "urn:x-nmos:format:data": "DataFlow",
    "urn:x-nmos:format:multi": "MultiFlow",
}
_NULL = {"type": "null"}


def tidied(document: Schema) -> Schema:
    """The document with tidy schemas, and one named schema for the five kinds of Flow."""
    schemas = document["components"]["schemas"]
    for name, schema in schemas.items():
        schemas[name] = _object(_tidy(schema))
    document["paths"] = _tidy(document["paths"])
    references = {kind: _REFERENCE.format(name) for kind, name in FLOWS.items()}
    schemas["Flow"] = {
        "title": "Flow",
        "description": "A Flow of any format.",
        "oneOf": [{"$ref": reference} for reference in references.values()],
        "discriminator": {"propertyName": "format", "mapping": references},
    }
    return document


def _tidy(node: Any) -> Any:
    """Drops nulls, which no TAMS body contains: unset properties are absent."""
    if isinstance(node, list):
        return [_tidy(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {
        name: _tidy(value)
        for name, value in node.items()
        if not (name == "default" and value is None) and (name, value) != ("minLength", 0)
    }
    if found.get("propertyNames") == {}:
        del found["propertyNames"]
    for ours, standard in _BOUNDS.items():
        if isinstance(found.get(ours), int | float):
            found[standard] = found.pop(ours)
    if str(found.get("title", "")).startswith("Response "):
        del found["title"]  # derived from the operation; generators would name types by it
    return _named_flow(_without_null(found))


def _without_null(schema: Schema) -> Schema:
    if _NULL not in schema.get("anyOf", ()):
        return schema
    choices = [each for each in schema["anyOf"] if each != _NULL]
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    if len(choices) > 1:
        return {**rest, "anyOf": choices}
    return {**rest, **choices[0]}


def _named_flow(schema: Schema) -> Schema:
    for combined in ("anyOf", "oneOf"):
        choices = {str(each.get("$ref")) for each in schema.get(combined, ())}
        if choices == {_REFERENCE.format(name) for name in FLOWS.values()}:
            return {"$ref": _REFERENCE.format("Flow")}
    return schema


def _object(schema: Schema) -> Schema:
    """Makes a constant required, as it distinguishes kinds, and moves other defaults to the description.

    Generators assume that a property with a default is always there, even in requests.
    """
    properties: Mapping[str, Schema] = schema.get("properties", {})
    for name, each in properties.items():
        if "default" not in each:
            continue
        default = each.pop("default")
        if "const" in each:
            schema["required"] = [name, *schema.get("required", ())]
        else:
            said = f"Default: {json.dumps(default)}."
            each["description"] = " ".join(filter(None, (each.get("description"), said)))
    return schema
