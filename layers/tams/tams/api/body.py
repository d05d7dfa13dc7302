"""Reading request bodies: as JSON, of a bounded size, and described in the OpenAPI document."""

import json
from http import HTTPStatus
from typing import Any

from fastapi import HTTPException, Request

from tams.errors import InvalidRequestError

BODY_BYTES_MAX = 4 * 1024 * 1024
"""Lambda takes 6 MB with its own wrapping; more is refused here, in words, rather than there."""

NO_BODY = object()


async def json_body(request: Request) -> Any:
    """The decoded body. Raises InvalidRequestError for what is no JSON, or is not there."""
    body = await optional_json_body(request)
    if body is NO_BODY:
        raise InvalidRequestError("the body must be JSON, and there is none")
    return body


async def optional_json_body(request: Request) -> Any:
    """The decoded body, or NO_BODY: `null` is a body too."""
    text = await request.body()
    if len(text) > BODY_BYTES_MAX:
        raise HTTPException(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"the body has {len(text)} bytes, more than the {BODY_BYTES_MAX} allowed",
        )
    if not text.strip():
        return NO_BODY
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise InvalidRequestError("the body is nested too deeply") from error
    except ValueError as error:
        raise InvalidRequestError(f"the body is no JSON: {error}") from error


def described(*models: str, many: bool = False, required: bool = True) -> dict[str, Any]:
    """`openapi_extra` for a route that reads its body by itself: one of `models`, or also lists of them."""
    schemas: list[dict[str, Any]] = [{"$ref": f"#/components/schemas/{model}"} for model in models]
    if many:
        schemas += [{"type": "array", "items": schema} for schema in list(schemas)]
    schema = schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
    described = described_as(schema)
    described["requestBody"]["required"] = required
    return described


def described_as(schema: dict[str, Any]) -> dict[str, Any]:
    """`openapi_extra` for a route that reads a body which no model has."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON value")
