"""/sources, /sources/{sourceId} and its properties."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse

from tams.api import query
from tams.api.dependencies import SourceId, Sources, source_properties
from tams.api.paging import paging_headers
from tams.api.properties import mount_properties
from tams.api.query import Limit, PageToken, page_limit
from tams.models.common import ContentFormat
from tams.models.queries import SourceQuery
from tams.models.source import Source
from tams.runtime.handlers import api_handler

router = APIRouter(prefix="/sources", tags=["Sources"])


@router.get("", response_model=list[Source])
def get_sources(
    request: Request,
    sources: Sources,
    limit: Limit = None,
    page: PageToken = None,
    label: str | None = None,
    content_format: Annotated[ContentFormat | None, Query(alias="format")] = None,
) -> JSONResponse:
    asked = SourceQuery(page_limit(limit), page, label, content_format)
    listed = sources.list_(asked)
    body = [source.to_json() for source in listed.items]
    headers = paging_headers(
        request, limit=asked.limit, next_key=listed.next_key, count=len(body), reverse=False
    )
    return JSONResponse(body, headers=headers)


@router.get("/{sourceId}", response_model=Source)
def get_source(source_id: SourceId, sources: Sources) -> JSONResponse:
    return JSONResponse(sources.get(source_id).to_json())


mount_properties(router, "/{sourceId}", query.source_id, source_properties)

lambda_handler = api_handler(router)
