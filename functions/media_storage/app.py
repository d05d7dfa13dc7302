"""/flows/{flowId}/storage."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse

from tams.api.body import NO_BODY, described
from tams.api.dependencies import FlowId, OptionalJsonBody, acting
from tams.models.flow_storage import FlowStorage, FlowStoragePost
from tams.runtime.http_handler import api_handler
from tams.services.storage.media_storage import MediaStorageService

router = APIRouter(prefix="/flows/{flowId}/storage", tags=["MediaStorage"])

MediaStorage = Annotated[MediaStorageService, Depends(acting(MediaStorageService))]


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=FlowStorage,
    openapi_extra=described("FlowStoragePost", required=False),
)
async def post_storage(
    flow_id: FlowId, body: OptionalJsonBody, media_storage: MediaStorage
) -> JSONResponse:
    post = FlowStoragePost.from_body({} if body is NO_BODY else body)
    allocated = media_storage.allocate(flow_id, post)
    return JSONResponse(allocated.to_json(), HTTPStatus.CREATED)


lambda_handler = api_handler(router)
