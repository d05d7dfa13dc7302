"""/flows/{flowId}/segments."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse
from pydantic_core import to_json

from tams.api.body import described
from tams.api.creation import located
from tams.api.deletion import ACCEPTED, Options, deleted
from tams.api.dependencies import Backends, FlowId, IsHead, ThisPlatform, acting
from tams.api.error_body import error_body
from tams.api.listing import decode_listed_key, decode_segment_key, encode_segment_key, surely_fit
from tams.api.paging import array_response, paging_headers
from tams.api.payload import fitting_array
from tams.api.query import Limit, PageToken, QueryBool, page_limit, query_timerange
from tams.api.segment_tags import mount_segment_tags
from tams.api.upload_body import JsonOrUpload
from tams.api.url_query import url_filter
from tams.api.with_deleted import with_deleted
from tams.models.filters import UrlFilter, parse_tag_filters
from tams.models.flow_segment import (
    BulkFailure,
    FailedSegment,
    FlowSegment,
    SegmentFault,
    parse_segments_post,
)
from tams.models.upload_form import UploadPost
from tams.runtime.http_handler import api_handler
from tams.services.deletion.deletion import DeletionService
from tams.services.objects.get_urls import GetUrls
from tams.services.recycle_bin.deleted_segments import DeletedSegmentService, ListedPage
from tams.services.segments.documents import segment_json
from tams.services.segments.segments import FlowSegmentService, SegmentPage
from tams.services.segments.window import PageRequest
from tams.services.storage.direct_uploads import DirectUploadService

router = APIRouter(prefix="/flows/{flowId}/segments", tags=["FlowSegments"])

FlowSegments = Annotated[FlowSegmentService, Depends(acting(FlowSegmentService))]
DirectUploads = Annotated[DirectUploadService, Depends(acting(DirectUploadService))]
Deletion = Annotated[DeletionService, Depends(acting(DeletionService))]
DeletedToo = Annotated[DeletedSegmentService | None, Depends(with_deleted(DeletedSegmentService))]


@router.get("", response_model=list[FlowSegment])
async def get_segments(
    request: Request,
    flow_id: FlowId,
    segments: FlowSegments,
    platform: ThisPlatform,
    backends: Backends,
    is_head: IsHead,
    urls: Annotated[UrlFilter, Depends(url_filter)],
    limit: Limit = None,
    page: PageToken = None,
    timerange: str | None = None,
    object_id: str | None = None,
    reverse_order: QueryBool = False,
    include_object_timerange: QueryBool = False,
    deleted_too: DeletedToo = None,
) -> Response:
    """A page may be short, or even empty, and still lead to a next one.

    This happens with filters by the tags of Segments, which are not part of TAMS.
    """
    tags = parse_tag_filters("tag", request.query_params.multi_items())
    asked = PageRequest(
        query_timerange(timerange),
        page_limit(limit),
        reverse_order,
        None if deleted_too else decode_segment_key(page),
    )
    found: SegmentPage | ListedPage
    if deleted_too is None:
        found = segments.list_(flow_id, asked, object_id, tags)
    else:
        found = deleted_too.list_(flow_id, asked, decode_listed_key(page), object_id, tags)
    body = b"[]"
    if not (is_head and surely_fit(found.segments)):
        get_urls = GetUrls(platform.object_stores.get_url, backends, urls)
        body, count = fitting_array(
            to_json(
                segment_json(segment, get_urls, include_object_timerange=include_object_timerange)
                | told
            )
            for segment, told in zip(found.segments, found.told, strict=True)
        )
        found = found.first(count)
    headers = paging_headers(
        request,
        limit=asked.limit,
        next_key=encode_segment_key(found.next_key),
        count=len(found.segments),
        reverse=reverse_order,
        timerange=str(found.timerange),
    )
    return array_response(body, headers)


@router.post(
    "",
    status_code=HTTPStatus.CREATED,
    responses={
        HTTPStatus.CREATED: {
            "description": "All Segments are registered.",
            "headers": {
                "Location": {
                    "description": "After an upload (an extension), the URL of the Object.",
                    "schema": {"type": "string"},
                }
            },
        },
        HTTPStatus.OK: {
            "model": BulkFailure,
            "description": "Some of the Segments could not be registered.",
        },
    },
    openapi_extra=described("FlowSegmentPost", many=True),
)
async def post_segments(
    request: Request,
    flow_id: FlowId,
    body: JsonOrUpload,
    segments: FlowSegments,
    uploads: DirectUploads,
) -> Response:
    """As an extension, not part of TAMS, the body may be `multipart/form-data` with a Segment and its media.

    Its parts are `segment` (JSON; the service generates the `object_id` if it is absent), `file`, and if you
    like `storage_id` and `sha256`. `Location` is then the URL of the Object.
    """
    if isinstance(body, UploadPost):
        object_id = uploads.upload(flow_id, body)
        return Response(
            status_code=HTTPStatus.CREATED, headers=located(request, "objects", object_id)
        )
    post = parse_segments_post(body)
    faults = segments.register(flow_id, post.entries, single=not post.is_list)
    if not faults:
        return Response(status_code=HTTPStatus.CREATED)
    failure = BulkFailure(failed_segments=tuple(_failed(fault) for fault in faults))
    return JSONResponse(failure.to_json(), HTTPStatus.OK)


@router.delete("", status_code=HTTPStatus.NO_CONTENT, responses=ACCEPTED)
async def delete_segments(
    request: Request,
    flow_id: FlowId,
    deletion: Deletion,
    options: Options,
    timerange: str | None = None,
    object_id: str | None = None,
) -> Response:
    """Deletes the Segments that `timerange` covers completely, or all if it is absent (SEG-48, SEG-49)."""
    begun = deletion.delete_segments(flow_id, query_timerange(timerange), object_id, options)
    return deleted(request, begun)


mount_segment_tags(router)


def _failed(fault: SegmentFault) -> FailedSegment:
    return FailedSegment.model_validate(
        {
            "object_id": fault.segment.object_id,
            "timerange": fault.segment.timerange,
            "error": error_body("InvalidRequest", fault.reason),
        }
    )


lambda_handler = api_handler(router)
