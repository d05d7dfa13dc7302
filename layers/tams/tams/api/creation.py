"""The answer to a POST that creates a resource (an extension): 201 and where it is, or 409."""

from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse

from tams.api.public_url import absolute
from tams.api.raw_path import as_path_part, form_of
from tams.models.error import Error

EXTENSION = "Extensions"
CONFLICT: dict[int | str, dict[str, Any]] = {
    HTTPStatus.CONFLICT: {"model": Error, "description": "The id is taken."}
}


def located(request: Request, kind: str, identifier: str) -> dict[str, str]:
    """The `Location` header of a resource. `kind` is the first part of the path, such as `flows`."""
    usual = request.app.state.platform.settings.gateway_path
    form = form_of(request.scope["aws.event"], usual)
    return {"Location": absolute(request, f"/{kind}/{as_path_part(identifier, form)}")}


def created(request: Request, kind: str, identifier: str, body: dict[str, Any]) -> JSONResponse:
    return JSONResponse(body, HTTPStatus.CREATED, located(request, kind, identifier))
