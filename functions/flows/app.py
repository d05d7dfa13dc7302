"""/flows, /flows/{flowId} and its properties."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse

from tams.api import query
from tams.api.batch import mount_batch
from tams.api.body import described, described_as
from tams.api.coverage import AskedCoverage
from tams.api.creation import CONFLICT, EXTENSION, created
from tams.api.deletion import ACCEPTED, MEMBERS_STAY, NEEDED, Options, deleted, never_kept
from tams.api.dependencies import FlowId, JsonBody, acting
from tams.api.etag import UNCHANGED, KnownVersions, versioned_response
from tams.api.paging import page_response
from tams.api.properties import NO_CONTENT, mount_properties, mount_property
from tams.api.query import Limit, PageToken, QueryBool, page_limit, query_timerange, query_uuid
from tams.api.with_deleted import DeletedToo
from tams.models.batch import FlowTags
from tams.models.collection import FlowCollectionItem
from tams.models.common import ContentFormat
from tams.models.coverage import FlowCoverage
from tams.models.filters import parse_tag_filters
from tams.models.flow import Flow, FlowStatus, parse_flow_put
from tams.models.patterns import STRICT_MIME_TYPE as STRICT_MIME_TYPE_PATTERN
from tams.models.property_values import parse_bit_rate, parse_flag, parse_flow_collection
from tams.models.queries import FlowQuery, FlowSort
from tams.runtime.http_handler import api_handler
from tams.services.batch.batch import BatchItem
from tams.services.coverage.coverage import CoverageService
from tams.services.deletion.deletion import DeletionService
from tams.services.flows.flows import FlowService
from tams.services.flows.properties import FlowPropertyService

router = APIRouter(prefix="/flows", tags=["Flows"])

Flows = Annotated[FlowService, Depends(acting(FlowService))]
FlowProperties = Annotated[FlowPropertyService, Depends(acting(FlowPropertyService))]
Deletion = Annotated[DeletionService, Depends(acting(DeletionService))]
Coverage = Annotated[CoverageService, Depends(acting(CoverageService))]


@router.get("", response_model=list[Flow])
async def get_flows(
    request: Request,
    flows: Flows,
    with_deleted: DeletedToo,
    limit: Limit = None,
    page: PageToken = None,
    sort_by: FlowSort = FlowSort.CREATED,
    reverse_order: QueryBool = False,
    source_id: str | None = None,
    timerange: str | None = None,
    label: str | None = None,
    content_format: Annotated[ContentFormat | None, Query(alias="format")] = None,
    codec: Annotated[str | None, Query(pattern=STRICT_MIME_TYPE_PATTERN)] = None,
    profile_id: str | None = None,
    status: FlowStatus | None = None,
    frame_width: int | None = None,
    frame_height: int | None = None,
    init_segments: QueryBool | None = None,
    collected_by_ids: str | None = None,
    include_timerange: QueryBool = False,
) -> Response:
    """Tags filter with `tag.{name}=a,b` and `tag_exists.{name}=true`.

    `include_timerange` is an extension here: it adds to each Flow the span of its Segments.
    """
    asked = FlowQuery(
        limit=page_limit(limit),
        page=page,
        sort_by=sort_by,
        reverse=reverse_order,
        source_id=query_uuid("source_id", source_id),
        label=label,
        format=content_format,
        codec=codec,
        profile_id=query_uuid("profile_id", profile_id),
        status=status,
        frame_width=frame_width,
        frame_height=frame_height,
        init_segments=init_segments,
        tags=parse_tag_filters("tag", request.query_params.multi_items()),
        collected_by_ids=query.uuid_list("collected_by_ids", collected_by_ids),
        timerange=query_timerange(timerange),
        include_timerange=include_timerange,
    )
    if with_deleted is not None:
        return page_response(request, with_deleted.flows, asked, reverse=reverse_order)
    return page_response(request, flows.list_, asked, reverse=reverse_order)


FLOW_MODELS = ("VideoFlow", "AudioFlow", "ImageFlow", "DataFlow", "MultiFlow")
FLOW_BODY = described(*FLOW_MODELS)


@router.post(
    "",
    tags=[EXTENSION],
    status_code=HTTPStatus.CREATED,
    response_model=Flow,
    responses=CONFLICT,
    openapi_extra=FLOW_BODY,
)
async def post_flow(request: Request, body: JsonBody, flows: Flows) -> Response:
    """Creates a Flow, but replaces none. Not part of TAMS."""
    made = flows.create(parse_flow_put(body))
    return created(request, "flows", made.id, made.to_json())


def _flow_item(body: object) -> BatchItem:
    put = parse_flow_put(body)
    flow_id, source_id = put.common.id, put.common.source_id
    return BatchItem(
        flow_id, lambda it, caller: FlowService.of(it, caller).create(put), (flow_id, source_id)
    )


def _tags_item(body: object) -> BatchItem:
    given = FlowTags.from_body(body)
    return BatchItem(
        given.id,
        lambda it, caller: FlowPropertyService.of(it, caller).set_tags(given.id, given.tags),
        (given.id,),
    )


mount_batch(
    router,
    "/batch",
    done=HTTPStatus.CREATED,
    parse=_flow_item,
    models=FLOW_MODELS,
    summary="Create Flows",
)
mount_batch(
    router,
    "/tags/batch",
    done=HTTPStatus.NO_CONTENT,
    parse=_tags_item,
    models=["FlowTags"],
    summary="Replace the tags of Flows",
)


@router.get("/{flowId}", response_model=Flow, responses=UNCHANGED)
async def get_flow(
    flow_id: FlowId,
    flows: Flows,
    known: KnownVersions,
    with_deleted: DeletedToo,
    timerange: str | None = None,
    include_timerange: QueryBool = False,
) -> Response:
    if with_deleted is not None:
        return JSONResponse(with_deleted.flow(flow_id).to_json())
    found = flows.get_versioned(
        flow_id,
        include_timerange=include_timerange,
        timerange=query_timerange(timerange),
        known=known,
    )
    return versioned_response(found)


@router.get(
    "/{flowId}/coverage", tags=[EXTENSION], response_model=FlowCoverage, responses=UNCHANGED
)
async def get_flow_coverage(
    flow_id: FlowId, asked: AskedCoverage, coverage: Coverage, known: KnownVersions
) -> Response:
    """Which time the Flow's Segments cover: runs, gaps, and sums by buckets. Not part of TAMS.

    It takes as long for ten million Segments as for a thousand.
    """
    return versioned_response(coverage.of_flow(flow_id, asked, known))


@router.put(
    "/{flowId}",
    status_code=HTTPStatus.CREATED,
    response_model=Flow,
    responses={HTTPStatus.NO_CONTENT: {"description": "The Flow was replaced."}},
    openapi_extra=FLOW_BODY,
)
async def put_flow(flow_id: FlowId, body: JsonBody, flows: Flows) -> Response:
    new = flows.put(flow_id, parse_flow_put(body))
    if new is None:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return JSONResponse(new.to_json(), HTTPStatus.CREATED)


@router.delete("/{flowId}", status_code=HTTPStatus.NO_CONTENT, responses=ACCEPTED | NEEDED)
async def delete_flow(
    request: Request, flow_id: FlowId, deletion: Deletion, options: Options
) -> Response:
    return deleted(request, deletion.delete_flow(flow_id, options))


mount_properties(router, "/{flowId}", query.flow_id, acting(FlowPropertyService))
BIT_RATE = {"type": "integer", "minimum": 0}
for bit_rate in ("max_bit_rate", "avg_bit_rate"):
    path = f"/{{flowId}}/{bit_rate}"
    mount_property(
        router, path, bit_rate, query.flow_id, acting(FlowPropertyService), parse_bit_rate, BIT_RATE
    )


@router.get("/{flowId}/read_only", response_model=bool)
async def get_read_only(flow_id: FlowId, properties: FlowProperties) -> JSONResponse:
    return JSONResponse(bool(properties.get(flow_id).read_only))


@router.put(
    "/{flowId}/read_only",
    status_code=HTTPStatus.NO_CONTENT,
    openapi_extra=described_as({"type": "boolean"}),
)
async def put_read_only(flow_id: FlowId, properties: FlowProperties, body: JsonBody) -> Response:
    properties.set_read_only(flow_id, parse_flag(body))
    return NO_CONTENT


@router.get("/{flowId}/flow_collection", response_model=list[FlowCollectionItem])
async def get_flow_collection(flow_id: FlowId, properties: FlowProperties) -> JSONResponse:
    items = properties.get(flow_id).flow_collection or ()
    return JSONResponse([item.to_json() for item in items])


@router.put(
    "/{flowId}/flow_collection",
    status_code=HTTPStatus.NO_CONTENT,
    openapi_extra=described_as(
        {"type": "array", "items": {"$ref": "#/components/schemas/FlowCollectionItem"}}
    ),
)
async def put_flow_collection(
    flow_id: FlowId, properties: FlowProperties, body: JsonBody
) -> Response:
    properties.set_collection(flow_id, parse_flow_collection(body))
    return NO_CONTENT


@router.delete(
    "/{flowId}/flow_collection",
    status_code=HTTPStatus.NO_CONTENT,
    dependencies=[never_kept("properties", MEMBERS_STAY)],
)
async def delete_flow_collection(flow_id: FlowId, properties: FlowProperties) -> Response:
    properties.set_collection(flow_id, ())
    return NO_CONTENT


lambda_handler = api_handler(router)
