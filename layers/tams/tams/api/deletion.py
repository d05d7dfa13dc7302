"""The response to a DELETE of Flows or Segments: done, or where to follow its progress (FLW-51, SEG-51)."""

from http import HTTPStatus
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from tams.api.public_url import absolute
from tams.models.deletion_request import DeletionRequest

ACCEPTED: dict[int | str, dict[str, Any]] = {
    HTTPStatus.ACCEPTED: {
        "model": DeletionRequest,
        "description": "Readers no longer see the content; the service deletes it in the background.",
    }
}


def deleted(request: Request, deletion: DeletionRequest | None) -> Response:
    if deletion is None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    location = {"Location": absolute(request, f"/flow-delete-requests/{deletion.id}")}
    return JSONResponse(deletion.to_json(), HTTPStatus.ACCEPTED, headers=location)
