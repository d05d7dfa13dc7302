"""The response to a DELETE of Flows or Segments: done, or where to follow its progress (FLW-51, SEG-51)."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from tams.api.public_url import absolute
from tams.api.query import QueryBool
from tams.errors import InvalidRequestError
from tams.models.deletion_request import DeletionRequest
from tams.models.error import Error
from tams.services.deletion.disposal import DeletionOptions

ACCEPTED: dict[int | str, dict[str, Any]] = {
    HTTPStatus.ACCEPTED: {
        "model": DeletionRequest,
        "description": "Readers no longer see the content; the service deletes it in the background.",
    }
}

NEEDED: dict[int | str, dict[str, Any]] = {
    HTTPStatus.CONFLICT: {
        "model": Error,
        "description": "Something depends on it, and it is not to be deleted too.",
    }
}


async def _options(
    soft_delete: Annotated[
        QueryBool | None,
        Query(
            description="Whether the recycle bin keeps what is deleted. By default it does, if the service "
            "has one. Not part of TAMS."
        ),
    ] = None,
    cascade: Annotated[
        QueryBool | None,
        Query(
            description="Whether to delete what depends on it too. If not, the answer is 409 when something "
            "does. Not part of TAMS."
        ),
    ] = None,
    deleted_by: Annotated[
        str | None,
        Query(
            max_length=256,
            description="Who deletes it, for a service that needs no credentials. Not part of TAMS.",
        ),
    ] = None,
) -> DeletionOptions:
    """Raises InvalidRequestError."""
    if deleted_by is not None and not (deleted_by.strip() and deleted_by.isprintable()):
        raise InvalidRequestError("deleted_by: must have 1 to 256 printable characters")
    return DeletionOptions(soft_delete, cascade, deleted_by)


Options = Annotated[DeletionOptions, Depends(_options)]
"""How to delete: extensions that every DELETE of a resource takes."""


def deleted(request: Request, deletion: DeletionRequest | None) -> Response:
    if deletion is None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    location = {"Location": absolute(request, f"/flow-delete-requests/{deletion.id}")}
    return JSONResponse(deletion.to_json(), HTTPStatus.ACCEPTED, headers=location)
