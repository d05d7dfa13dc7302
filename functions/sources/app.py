"""/sources, /sources/{sourceId} and its properties."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from tams.api import query
from tams.api.batch import mount_batch
from tams.api.body import described
from tams.api.coverage import AskedCoverage
from tams.api.creation import CONFLICT, EXTENSION, created
from tams.api.deletion import ACCEPTED, NEEDED, Options, deleted
from tams.api.dependencies import JsonBody, SourceId, acting
from tams.api.etag import UNCHANGED, KnownVersions, versioned_response
from tams.api.paging import page_response, paging_headers
from tams.api.properties import mount_properties
from tams.api.query import Limit, PageToken, QueryBool, page_limit
from tams.api.with_deleted import DeletedToo
from tams.models.common import ContentFormat
from tams.models.coverage import COVERAGE_FLOWS_MAX, SourceCoverage
from tams.models.filters import parse_tag_filters
from tams.models.queries import FlowQuery, SourceQuery, SourceSort
from tams.models.source import Source, SourcePost, SourcePut
from tams.runtime.http_handler import api_handler
from tams.services.batch.batch import BatchItem
from tams.services.coverage.coverage import CoverageService
from tams.services.deletion.sources import SourceDeletionService
from tams.services.flows.kept_sources import KeptSourceService
from tams.services.flows.source_properties import SourcePropertyService
from tams.services.flows.sources import SourceService

router = APIRouter(prefix="/sources", tags=["Sources"])

Sources = Annotated[SourceService, Depends(acting(SourceService))]
Coverage = Annotated[CoverageService, Depends(acting(CoverageService))]
Deletion = Annotated[SourceDeletionService, Depends(acting(SourceDeletionService))]
KeptSources = Annotated[KeptSourceService, Depends(acting(KeptSourceService))]
SourceProperties = Annotated[SourcePropertyService, Depends(acting(SourcePropertyService))]


@router.get("", response_model=list[Source])
async def get_sources(
    request: Request,
    sources: Sources,
    with_deleted: DeletedToo,
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
    if with_deleted is not None:
        return page_response(request, with_deleted.sources, asked, reverse=reverse_order)
    return page_response(request, sources.list_, asked, reverse=reverse_order)


@router.get("/{sourceId}", response_model=Source, responses=UNCHANGED)
async def get_source(
    source_id: SourceId,
    sources: Sources,
    known: KnownVersions,
    with_deleted: DeletedToo,
) -> Response:
    if with_deleted is not None:
        return JSONResponse(with_deleted.source(source_id).to_json())
    return versioned_response(sources.get_versioned(source_id, known))


@router.get(
    "/{sourceId}/coverage", tags=[EXTENSION], response_model=SourceCoverage, responses=UNCHANGED
)
async def get_source_coverage(
    request: Request,
    source_id: SourceId,
    asked: AskedCoverage,
    coverage: Coverage,
    known: KnownVersions,
    limit: Limit = None,
    page: PageToken = None,
) -> Response:
    """Which time the Segments of the Source's Flows cover, together and by Flow. Not part of TAMS.

    A page has up to 50 Flows, with buckets of the same width.
    """
    flows = FlowQuery(limit=min(limit or COVERAGE_FLOWS_MAX, COVERAGE_FLOWS_MAX), page=page)
    found, next_key = coverage.of_source(source_id, asked, flows, known)
    response = versioned_response(found)
    response.headers.update(paging_headers(request, limit=flows.limit, next_key=next_key))
    return response


@router.post(
    "",
    tags=[EXTENSION],
    status_code=HTTPStatus.CREATED,
    response_model=Source,
    responses=CONFLICT,
    openapi_extra=described("SourcePost"),
)
async def post_source(request: Request, body: JsonBody, sources: KeptSources) -> Response:
    """Creates a Source that needs no Flows, and stays when its last Flow is deleted. Not part of TAMS."""
    made = sources.create(SourcePost.from_body(body))
    return created(request, "sources", made.id, made.to_json())


def _source_item(body: object) -> BatchItem:
    post = SourcePost.from_body(body)
    return BatchItem(
        post.id, lambda it, caller: KeptSourceService.of(it, caller).create(post), (post.id,)
    )


mount_batch(
    router,
    "/batch",
    done=HTTPStatus.CREATED,
    parse=_source_item,
    models=["SourcePost"],
    summary="Create Sources",
)


@router.put(
    "/{sourceId}",
    tags=[EXTENSION],
    status_code=HTTPStatus.NO_CONTENT,
    openapi_extra=described("SourcePut"),
)
async def put_source(source_id: SourceId, body: JsonBody, properties: SourceProperties) -> Response:
    """Replaces label, description and tags; absent ones are unset. Not part of TAMS."""
    properties.replace(source_id, SourcePut.from_body(body))
    return Response(status_code=HTTPStatus.NO_CONTENT)


@router.delete(
    "/{sourceId}",
    tags=[EXTENSION],
    status_code=HTTPStatus.NO_CONTENT,
    responses=ACCEPTED | NEEDED,
)
async def delete_source(
    request: Request, source_id: SourceId, sources: Deletion, options: Options
) -> Response:
    """Deletes a Source without Flows or, with `cascade=true`, with its Flows. Not part of TAMS."""
    return deleted(request, sources.delete(source_id, options))


mount_properties(router, "/{sourceId}", query.source_id, acting(SourcePropertyService))

lambda_handler = api_handler(router)
