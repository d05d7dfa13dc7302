"""/, /service, /service/storage-backends, and what tells of the service itself: /health, /docs."""

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from tams.api import docs
from tams.api.body import described
from tams.api.callers import CALLER, caller
from tams.api.dependencies import Health, JsonBody, Service
from tams.api.paging import page_response
from tams.api.query import Limit, PageToken, QueryBool, page_limit
from tams.models import service as models
from tams.models.caller import Scope
from tams.models.filters import parse_tag_filters
from tams.models.storage_backend import StorageBackend
from tams.runtime.handlers import api_handler

router = APIRouter(tags=["Service"])
router.include_router(docs.router)

PATHS = ["service", "flows", "sources", "objects", "flow-delete-requests"]


@router.get("/", response_model=list[str])
def get_root() -> JSONResponse:
    return JSONResponse(PATHS)


@router.get("/service", response_model=models.Service)
def get_service(service: Service) -> JSONResponse:
    return JSONResponse(service.get().to_json())


@router.post("/service", openapi_extra=described("ServicePost"))
def post_service(body: JsonBody, service: Service) -> Response:
    service.update(models.ServicePost.from_body(body))
    return Response(status_code=HTTPStatus.OK)


@router.get("/service/storage-backends", response_model=list[StorageBackend])
def get_storage_backends(
    request: Request,
    service: Service,
    limit: Limit = None,
    page: PageToken = None,
    reverse_order: QueryBool = False,
) -> Response:
    """By label, then id. Also takes `tag.{name}=a,b` and `tag_exists.{name}=true`."""
    tags = parse_tag_filters("tag", request.query_params.multi_items())
    return page_response(
        request,
        lambda limit: service.list_backends(
            limit=limit, page=page, reverse=reverse_order, tags=tags
        ),
        limit=page_limit(limit),
        reverse=reverse_order,
    )


_HEALTH_BODY = {
    "application/json": {
        "schema": {
            "type": "object",
            "properties": {"status": {"type": "string"}},
            "required": ["status"],
        }
    }
}
HEALTH: dict[int | str, dict[str, Any]] = {
    HTTPStatus.OK: {"description": "VAST and S3 answer.", "content": _HEALTH_BODY},
    HTTPStatus.SERVICE_UNAVAILABLE: {
        "description": "One of them does not.",
        "content": _HEALTH_BODY,
    },
}


@router.get("/health", tags=["Extensions"], responses=HEALTH)
def get_health(request: Request, health: Health) -> JSONResponse:
    """200 when VAST and S3 answer, otherwise 503; to admins, which of them. Not part of TAMS."""
    states: dict[str, Any] = health.check()
    well = all(state == "ok" for state in states.values())
    if CALLER not in request.scope or Scope.ADMIN not in caller(request).scopes:
        states = {}
    status = HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse({"status": "ok" if well else "unavailable", **states}, status)


lambda_handler = api_handler(router)
