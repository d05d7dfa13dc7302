"""/objects/{objectId}. An Object id may hold any character, slashes too."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import JSONResponse

from tams.api.dependencies import Built, Objects
from tams.api.listing import object_json, page_of_ids
from tams.api.paging import paging_headers
from tams.api.query import Limit, PageToken, page_limit
from tams.api.url_query import url_filter
from tams.models.filters import UrlFilter
from tams.models.media_object import MediaObject
from tams.runtime.handlers import api_handler
from tams.services.get_urls import GetUrls

router = APIRouter(prefix="/objects", tags=["Objects"])


@router.get("/{objectId:path}", response_model=MediaObject)
def get_object(
    request: Request,
    object_id: Annotated[str, Path(alias="objectId")],
    objects: Objects,
    built: Built,
    urls: Annotated[UrlFilter, Depends(url_filter)],
    limit: Limit = None,
    page: PageToken = None,
) -> JSONResponse:
    """Paging is of `referenced_by_flows` (PAG-13)."""
    view = objects.get(object_id)
    in_force = page_limit(limit)
    flow_ids, next_key = page_of_ids(view.flow_ids, page, in_force)
    get_urls = GetUrls(built.object_stores, built.backends, urls)
    headers = paging_headers(request, limit=in_force, next_key=next_key)
    return JSONResponse(object_json(view, flow_ids, get_urls), headers=headers)


lambda_handler = api_handler(router)
