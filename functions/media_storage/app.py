"""/flows/{flowId}/storage."""

from http import HTTPStatus

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from tams.api.body import described
from tams.api.dependencies import FlowId, MediaStorage, OptionalJsonBody
from tams.models.flow_storage import FlowStorage, FlowStoragePost
from tams.runtime.handlers import api_handler

router = APIRouter(prefix="/flows/{flowId}/storage", tags=["MediaStorage"])


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=FlowStorage,
    openapi_extra=described(FlowStoragePost.model_json_schema(), required=False),
)
def post_storage(
    flow_id: FlowId, body: OptionalJsonBody, media_storage: MediaStorage
) -> JSONResponse:
    allocated = media_storage.allocate(flow_id, FlowStoragePost.from_body(body))
    return JSONResponse(allocated.to_json(), HTTPStatus.CREATED)


lambda_handler = api_handler(router)
