"""/sources, /sources/{sourceId} and its properties."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from tams.api import query
from tams.api.dependencies import SourceId, acting
from tams.api.etag import UNCHANGED, KnownVersions, versioned_response
from tams.api.paging import page_response
from tams.api.properties import mount_properties
from tams.api.query import Limit, PageToken, QueryBool, page_limit
from tams.models.common import ContentFormat
from tams.models.filters import parse_tag_filters
from tams.models.queries import SourceQuery, SourceSort
from tams.models.source import Source
from tams.runtime.http_handler import api_handler
from tams.services.flows.source_properties import SourcePropertyService
from tams.services.flows.sources import SourceService

router = APIRouter(prefix="/sources", tags=["Sources"])

Sources = Annotated[SourceService, Depends(acting(SourceService))]


@router.get("", response_model=list[Source])
async def get_sources(
    request: Request,
    sources: Sources,
    limit: Limit = None,
    page: PageToken = None,
    sort_by: SourceSort = SourceSort.CREATED,
    reverse_order: QueryBool = False,
    label: str | None = None,
    content_format: Annotated[ContentFormat | None, Query(alias="format")] = None,
    collected_by_ids: str | None = None,
) -> Response:
    """Tags filter with `tag.{name}=a,b` and `tag_exists.{name}=true`."""
    asked = SourceQuery(
        limit=page_limit(limit),
        page=page,
        sort_by=sort_by,
        reverse=reverse_order,
        label=label,
        format=content_format,
        tags=parse_tag_filters("tag", request.query_params.multi_items()),
        collected_by_ids=query.uuid_list("collected_by_ids", collected_by_ids),
    )
    return page_response(request, sources.list_, asked, reverse=reverse_order)


@router.get("/{sourceId}", response_model=Source, responses=UNCHANGED)
async def get_source(source_id: SourceId, sources: Sources, known: KnownVersions) -> Response:
    return versioned_response(sources.get_versioned(source_id, known))


mount_properties(router, "/{sourceId}", query.source_id, acting(SourcePropertyService))

lambda_handler = api_handler(router)
