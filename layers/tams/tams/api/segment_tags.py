"""/flows/{flowId}/segments/tags (an extension): tags of many Segments, by time."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse

from tams.api.body import described_as
from tams.api.creation import EXTENSION
from tams.api.deletion import never_kept
from tams.api.dependencies import FlowId, JsonBody, acting
from tams.api.properties import TAG_SCHEMA, TAGS_SCHEMA, tag_name
from tams.api.query import QueryBool, query_timerange
from tams.api.trailing_slash import ends_in_slash
from tams.errors import InvalidRequestError
from tams.models.property_values import parse_tag_value, parse_tags
from tams.models.segment_tags import ChangedTags
from tams.services.flows.segment_tags import SegmentTagService

SegmentTags = Annotated[SegmentTagService, Depends(acting(SegmentTagService))]
TagName = Annotated[str, Depends(tag_name)]


def mount_segment_tags(router: APIRouter) -> None:
    """Add the routes to those of a Flow's Segments."""

    @router.put(
        "/tags",
        tags=[EXTENSION],
        response_model=ChangedTags,
        openapi_extra=described_as(TAGS_SCHEMA),
    )
    async def put_segment_tags(
        flow_id: FlowId,
        body: JsonBody,
        segments: SegmentTags,
        timerange: str | None = None,
        replace: QueryBool = False,
    ) -> JSONResponse:
        """Adds these tags to each Segment that `timerange` covers completely, or to all if it is absent.

        With `replace`, they get these tags and no others. Not part of TAMS.
        """
        tags = parse_tags(body)
        change = segments.replace if replace else segments.merge
        return JSONResponse(change(flow_id, query_timerange(timerange), tags).to_json())

    @router.delete(
        "/tags",
        tags=[EXTENSION],
        response_model=ChangedTags,
        dependencies=[never_kept("tags")],
    )
    async def delete_segment_tags(
        request: Request,
        flow_id: FlowId,
        segments: SegmentTags,
        timerange: str | None = None,
        names: Annotated[
            list[str] | None,
            Query(alias="name", description="A tag to remove; may be repeated."),
        ] = None,
    ) -> JSONResponse:
        """Removes tags from each Segment that `timerange` covers completely, or from all if it is absent.

        Without `name`, this removes all of their tags. Not part of TAMS.
        """
        if ends_in_slash(request):
            raise InvalidRequestError(
                "the path ends where the name of a tag is expected: to remove all tags, leave out the slash "
                "at its end; to remove a tag with a question mark in its name, use name=… in the query"
            )
        return JSONResponse(segments.remove(flow_id, query_timerange(timerange), names).to_json())

    @router.put(
        "/tags/{name:path}",
        tags=[EXTENSION],
        response_model=ChangedTags,
        openapi_extra=described_as(TAG_SCHEMA),
    )
    async def put_segment_tag(
        flow_id: FlowId,
        name: TagName,
        body: JsonBody,
        segments: SegmentTags,
        timerange: str | None = None,
    ) -> JSONResponse:
        """Sets one tag of each Segment that `timerange` covers completely. Not part of TAMS."""
        tags = {name: parse_tag_value(body)}
        return JSONResponse(segments.merge(flow_id, query_timerange(timerange), tags).to_json())

    @router.delete(
        "/tags/{name:path}",
        tags=[EXTENSION],
        response_model=ChangedTags,
        dependencies=[never_kept("tags")],
    )
    async def delete_segment_tag(
        flow_id: FlowId, name: TagName, segments: SegmentTags, timerange: str | None = None
    ) -> JSONResponse:
        """Removes one tag from each Segment that `timerange` covers completely. Not part of TAMS."""
        return JSONResponse(segments.remove(flow_id, query_timerange(timerange), [name]).to_json())
