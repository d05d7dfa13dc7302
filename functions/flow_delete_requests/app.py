"""/flow-delete-requests, /flow-delete-requests/{requestId}."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse

from tams.api.dependencies import acting
from tams.api.paging import page_response
from tams.api.query import Limit, PageToken, QueryBool, page_limit
from tams.models.deletion_request import DeletionRequest
from tams.models.queries import DeletionQuery, DeletionSort
from tams.runtime.http_handler import api_handler
from tams.services.deletion.requests import DeletionRequestService

router = APIRouter(prefix="/flow-delete-requests", tags=["FlowDeleteRequests"])

DeletionRequests = Annotated[DeletionRequestService, Depends(acting(DeletionRequestService))]


@router.get("", response_model=list[DeletionRequest])
async def get_deletion_requests(
    request: Request,
    deletion_requests: DeletionRequests,
    limit: Limit = None,
    page: PageToken = None,
    sort_by: DeletionSort = DeletionSort.CREATED,
    reverse_order: QueryBool = False,
) -> Response:
    asked = DeletionQuery(
        limit=page_limit(limit), page=page, sort_by=sort_by, reverse=reverse_order
    )
    return page_response(request, deletion_requests.list_, asked, reverse=reverse_order)


@router.get("/{requestId}", response_model=DeletionRequest)
async def get_deletion_request(
    request_id: Annotated[str, Path(alias="requestId")], deletion_requests: DeletionRequests
) -> JSONResponse:
    """An id that does not exist is 404, whatever its form (DEL-3)."""
    return JSONResponse(deletion_requests.get(request_id).to_json())


lambda_handler = api_handler(router)
