"""/, /service, /service/storage-backends, and the pages about the service itself: /health, /docs."""

import logging
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from tams.api import docs
from tams.api.body import described
from tams.api.callers import CALLER, caller_of
from tams.api.dependencies import JsonBody, ThisPlatform, acting
from tams.api.paging import page_response
from tams.api.query import Limit, PageToken, QueryBool, page_limit
from tams.models import service as models
from tams.models.caller import Scope
from tams.models.filters import parse_tag_filters
from tams.models.queries import BackendQuery
from tams.models.storage_backend import StorageBackend
from tams.runtime.http_handler import api_handler
from tams.services.service.health import Health as HealthFound
from tams.services.service.health import HealthService
from tams.services.service.service import ServiceService

router = APIRouter(tags=["Service"])

_log = logging.getLogger(__name__)

Service = Annotated[ServiceService, Depends(acting(ServiceService))]


async def _health(platform: ThisPlatform) -> HealthService:
    return HealthService.of(platform)


Health = Annotated[HealthService, Depends(_health)]
router.include_router(docs.router)

PATHS = ["service", "flows", "sources", "objects", "flow-delete-requests"]


@router.get("/", response_model=list[str])
async def get_root() -> JSONResponse:
    return JSONResponse(PATHS)


@router.get("/service", response_model=models.Service)
async def get_service(service: Service) -> JSONResponse:
    return JSONResponse(service.get().to_json())


@router.post("/service", openapi_extra=described("ServicePost"))
async def post_service(body: JsonBody, service: Service) -> Response:
    service.update(models.ServicePost.from_body(body))
    return Response(status_code=HTTPStatus.OK)


@router.get("/service/storage-backends", response_model=list[StorageBackend])
async def get_storage_backends(
    request: Request,
    service: Service,
    limit: Limit = None,
    page: PageToken = None,
    reverse_order: QueryBool = False,
) -> Response:
    """Ordered by label, then id. Tags filter with `tag.{name}=a,b` and `tag_exists.{name}=true`."""
    asked = BackendQuery(
        limit=page_limit(limit),
        page=page,
        reverse=reverse_order,
        tags=parse_tag_filters("tag", request.query_params.multi_items()),
    )
    return page_response(request, service.list_backends, asked, reverse=reverse_order)


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
    HTTPStatus.OK: {"description": "The check passed.", "content": _HEALTH_BODY},
    HTTPStatus.SERVICE_UNAVAILABLE: {
        "description": "The check failed.",
        "content": _HEALTH_BODY,
    },
}


@router.get("/health", tags=["Extensions"], responses=HEALTH)
async def get_health(request: Request, health: Health) -> JSONResponse:
    """200 if all is well: VAST and S3 answer, VAST accepts writes, queues exist, the sweeper runs.

    Otherwise 503. Admins see what is wrong. Not part of TAMS.
    """
    found = health.check()
    status = HTTPStatus.OK if found.is_well else HTTPStatus.SERVICE_UNAVAILABLE
    return _health_answer(request, "ok" if found.is_well else "unavailable", found, status)


@router.get("/health/ready", tags=["Extensions"], responses=HEALTH)
async def get_readiness(request: Request, health: Health) -> JSONResponse:
    """200 if the service can handle requests; `degraded` if background work is held up.

    Otherwise 503. Admins see what is wrong. Not part of TAMS.
    """
    found = health.check()
    if not found.is_ready:
        return _health_answer(request, "unavailable", found, HTTPStatus.SERVICE_UNAVAILABLE)
    return _health_answer(request, "ok" if found.is_well else "degraded", found, HTTPStatus.OK)


def _health_answer(
    request: Request, word: str, found: HealthFound, status: HTTPStatus
) -> JSONResponse:
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        _log.warning("503 for /health: %s", found.states)
    is_admin = CALLER in request.scope and Scope.ADMIN in caller_of(request).scopes
    return JSONResponse({"status": word, **(found.states if is_admin else {})}, status)


lambda_handler = api_handler(router)
