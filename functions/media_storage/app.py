"""/flows/{flowId}/storage."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from tams.api.body import NO_BODY, described
from tams.api.dependencies import FlowId, MediaStorage, OptionalJsonBody
from tams.models.flow_storage import FlowStorage, FlowStoragePost
from tams.runtime.handlers import api_handler

router = APIRouter(prefix="/flows/{flowId}/storage", tags=["MediaStorage"])


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=FlowStorage,
    openapi_extra=described("FlowStoragePost", required=False),
)
def post_storage(
    flow_id: FlowId, body: OptionalJsonBody, media_storage: MediaStorage
) -> JSONResponse:
    post = FlowStoragePost.from_body({} if body is NO_BODY else body)
    allocated = media_storage.allocate(flow_id, post)
    return JSONResponse(allocated.to_json(), HTTPStatus.CREATED)


lambda_handler = api_handler(router)
