"""The response to a DELETE of Flows or Segments: done, or where to follow its progress (FLW-51, SEG-51)."""

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from tams.api.dependencies import ThisCaller, ThisPlatform
from tams.api.public_url import absolute
from tams.api.query import QueryBool
from tams.errors import InvalidRequestError
from tams.models.deletion_request import DeletionRequest
from tams.models.error import Error
from tams.services.deletion.disposal import DeletionOptions, check_unkept

ACCEPTED: dict[int | str, dict[str, Any]] = {
    HTTPStatus.ACCEPTED: {
        "model": DeletionRequest,
        "description": "Readers no longer see the content; the service deletes it in the background.",
    }
}

NEEDED: dict[int | str, dict[str, Any]] = {
    HTTPStatus.CONFLICT: {
        "model": Error,
        "description": "Something depends on it, and the request does not delete that too.",
    }
}


_SoftDelete = Annotated[
    QueryBool | None,
    Query(
        description="Whether the recycle bin keeps what is deleted. By default it does, if the service "
        "has one. Not part of TAMS."
    ),
]
_Cascade = Annotated[
    QueryBool | None,
    Query(
        description="Whether to delete what depends on it too. If not, the answer is 409 when something "
        "does. Not part of TAMS."
    ),
]


async def _options(
    soft_delete: _SoftDelete = None,
    cascade: _Cascade = None,
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


MEMBERS_STAY = "Flows stay when they leave a collection: delete them with DELETE /flows/{flowId}"


def never_kept(what: str, others_stay: str | None = None) -> Any:
    """A dependency of a DELETE whose object the recycle bin does not keep: see `check_unkept`.

    It takes `soft_delete` and `cascade` like all others, under the same rules. Nothing depends on what it
    deletes, so `cascade` makes no difference.
    """

    async def check(
        platform: ThisPlatform,
        caller: ThisCaller,
        soft_delete: Annotated[
            QueryBool | None,
            Query(
                description="May be false: the recycle bin does not keep this. Not part of TAMS."
            ),
        ] = None,
        cascade: Annotated[
            QueryBool | None,
            Query(
                description=f"May be false: {others_stay}. Not part of TAMS."
                if others_stay
                else "Makes no difference: nothing depends on this. Not part of TAMS."
            ),
        ] = None,
    ) -> None:
        check_unkept(
            platform.settings, caller, DeletionOptions(soft_delete, cascade), what, others_stay
        )

    return Depends(check)


def deleted(request: Request, deletion: DeletionRequest | None) -> Response:
    if deletion is None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    location = {"Location": absolute(request, f"/flow-delete-requests/{deletion.id}")}
    return JSONResponse(deletion.to_json(), HTTPStatus.ACCEPTED, headers=location)
