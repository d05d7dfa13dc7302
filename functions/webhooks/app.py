"""/service/webhooks, /service/webhooks/{webhookId}."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse

from tams.api.body import described
from tams.api.deletion import never_kept
from tams.api.dependencies import JsonBody, WebhookId, acting
from tams.api.paging import page_response
from tams.api.query import Limit, PageToken, QueryBool, page_limit
from tams.models.filters import parse_tag_filters
from tams.models.queries import WebhookQuery
from tams.models.webhook import WebhookGet, WebhookPost, WebhookPut
from tams.runtime.http_handler import api_handler
from tams.services.webhooks.webhooks import WebhookService

router = APIRouter(prefix="/service/webhooks", tags=["Webhooks"])

Webhooks = Annotated[WebhookService, Depends(acting(WebhookService))]


@router.get("", response_model=list[WebhookGet])
async def get_webhooks(
    request: Request,
    webhooks: Webhooks,
    limit: Limit = None,
    page: PageToken = None,
    reverse_order: QueryBool = False,
) -> Response:
    """Ordered by URL. Tags filter with `tag.{name}=a,b` and `tag_exists.{name}=true`."""
    asked = WebhookQuery(
        limit=page_limit(limit),
        page=page,
        reverse=reverse_order,
        tags=parse_tag_filters("tag", request.query_params.multi_items()),
    )
    return page_response(request, webhooks.list_, asked, reverse=reverse_order)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    response_model=WebhookGet,
    openapi_extra=described("WebhookPost"),
)
async def post_webhook(body: JsonBody, webhooks: Webhooks) -> JSONResponse:
    created = webhooks.create(WebhookPost.from_body(body))
    return JSONResponse(created.to_json(), HTTPStatus.CREATED)


@router.get("/{webhookId}", response_model=WebhookGet)
async def get_webhook(webhook_id: WebhookId, webhooks: Webhooks) -> JSONResponse:
    return JSONResponse(webhooks.get(webhook_id).to_json())


@router.put(
    "/{webhookId}",
    status_code=HTTPStatus.CREATED,
    response_model=WebhookGet,
    openapi_extra=described("WebhookPut"),
)
async def put_webhook(webhook_id: WebhookId, body: JsonBody, webhooks: Webhooks) -> JSONResponse:
    """Updates a webhook. The specification requires 201, although nothing is created."""
    replaced = webhooks.replace(webhook_id, WebhookPut.from_body(body))
    return JSONResponse(replaced.to_json(), HTTPStatus.CREATED)


@router.delete(
    "/{webhookId}",
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[never_kept("webhooks")],
)
async def delete_webhook(webhook_id: WebhookId, webhooks: Webhooks) -> Response:
    webhooks.delete(webhook_id)
    return Response(status_code=HTTPStatus.NO_CONTENT)


lambda_handler = api_handler(router)
