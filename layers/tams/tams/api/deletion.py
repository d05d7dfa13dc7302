"""The answer to a DELETE of Flows or Segments: done, or where to see how far it is (FLW-51, SEG-51)."""

from http import HTTPStatus
from typing import Any

from fastapi import Response
from fastapi.responses import JSONResponse

from tams.models.deletion_request import DeletionRequest

ACCEPTED: dict[int | str, dict[str, Any]] = {
    HTTPStatus.ACCEPTED: {
        "model": DeletionRequest,
        "description": "Gone for readers; the store follows in the background.",
    }
}


def deleted(request: DeletionRequest | None) -> Response:
    if request is None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    location = {"Location": f"/flow-delete-requests/{request.id}"}
    return JSONResponse(request.to_json(), HTTPStatus.ACCEPTED, headers=location)
