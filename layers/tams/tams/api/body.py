"""Reads request bodies: as JSON, of a bounded size, and described in the OpenAPI document."""

import json
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from tams.api.error_body import error_body
from tams.api.payload import LAMBDA_BYTES_MAX
from tams.errors import InvalidRequestError, TamsError

BODY_BYTES_MAX = 4 * 1024 * 1024
"""A body is stored and returned in one piece, and must still fit through Lambda once escaped."""
LIST_BYTES_MAX = LAMBDA_BYTES_MAX
"""Lists are returned in pages, so they may be as large as Lambda accepts. Its event holds the body as a JSON
string, with a backslash before each quote, and headers: 45,000 Segments of 110 bytes make 5.3 MB of 6.3."""

NO_BODY = object()

_READABLE = (json.JSONDecodeError, UnicodeDecodeError)
"""Texts of these errors help the client; those of other ValueErrors are about Python."""


class RefusedBodyError(TamsError):
    """A body refused before it is parsed."""

    def __init__(
        self, status: HTTPStatus, kind: str, summary: str, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(summary)
        self.status, self.kind, self.headers = status, kind, headers


def install(app: FastAPI) -> None:
    """Answer refused bodies as the gateway answers bodies that it refuses itself."""
    app.add_exception_handler(RefusedBodyError, _refused)


async def json_body(request: Request) -> Any:
    """The decoded body. Raises InvalidRequestError if it is not valid JSON, or missing."""
    return _present(await _decoded(request, BODY_BYTES_MAX))


async def json_list_body(request: Request) -> Any:
    """The same for a body that may be a long list."""
    return _present(await _decoded(request, LIST_BYTES_MAX))


async def optional_json_body(request: Request) -> Any:
    """The decoded body, or NO_BODY: `null` is a body too."""
    return await _decoded(request, BODY_BYTES_MAX)


def described(*models: str, many: bool = False, required: bool = True) -> dict[str, Any]:
    """`openapi_extra` for a route that parses its own body: one of `models`, or also lists of them."""
    schemas: list[dict[str, Any]] = [{"$ref": f"#/components/schemas/{model}"} for model in models]
    if many:
        schemas += [{"type": "array", "items": schema} for schema in list(schemas)]
    schema = schemas[0] if len(schemas) == 1 else {"oneOf": schemas}
    described = described_as(schema)
    described["requestBody"]["required"] = required
    return described


def described_as(schema: dict[str, Any]) -> dict[str, Any]:
    """`openapi_extra` for a route whose body has no model."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def merge_patch(model: str) -> dict[str, Any]:
    """`openapi_extra` for a route that takes a JSON merge patch, by its own media type or as any JSON."""
    described = described_as({"$ref": f"#/components/schemas/{model}"})
    content = described["requestBody"]["content"]
    content["application/merge-patch+json"] = content["application/json"]
    return described


async def _decoded(request: Request, bytes_max: int) -> Any:
    text = await read_body(request, bytes_max)
    return parsed_json(text) if text.strip() else NO_BODY


async def read_body(request: Request, bytes_max: int, instead: str = "") -> bytes:
    """Raises RefusedBodyError, which says what to do `instead` with more bytes than that."""
    _check_coding(request)
    body = await request.body()
    if len(body) > bytes_max:
        raise RefusedBodyError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            "RequestTooLarge",
            f"the body has {len(body)} bytes, but the limit is {bytes_max}{instead}",
        )
    return body


def parsed_json(text: bytes, what: str = "the body") -> Any:
    """Raises InvalidRequestError, which calls it `what`."""

    def no_constant(name: str) -> Any:
        raise InvalidRequestError(f"{what} is not valid JSON: {name} is not a JSON value")

    try:
        return json.loads(text, parse_constant=no_constant)
    except RecursionError as error:
        raise InvalidRequestError(f"{what} is nested too deeply") from error
    except ValueError as error:
        reason = str(error) if isinstance(error, _READABLE) else "a number has too many digits"
        raise InvalidRequestError(f"{what} is not valid JSON: {reason}") from error


def _check_coding(request: Request) -> None:
    codings = request.headers.get("content-encoding", "identity")
    if any(each.strip().lower() not in ("", "identity") for each in codings.split(",")):
        raise RefusedBodyError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "UnsupportedContentEncoding",
            f"Content-Encoding: {codings[:100]!r} is not supported; send the body uncompressed (identity)",
            {"Accept-Encoding": "identity"},
        )


def _present(body: Any) -> Any:
    if body is NO_BODY:
        raise InvalidRequestError("the body must be JSON, but it is empty")
    return body


async def _refused(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RefusedBodyError)
    return JSONResponse(error_body(error.kind, str(error)), error.status, error.headers)
