"""/events (an extension): the event log, to replay and to follow."""

from http import HTTPStatus
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import Response
from pydantic_core import to_json

from tams.api.dependencies import acting
from tams.api.event_stream import as_stream
from tams.api.paging import array_response, next_link
from tams.api.payload import fitting_array
from tams.api.query import Limit, PageToken, QueryBool, page_limit, query_moment
from tams.api.url_query import url_filter
from tams.errors import InvalidRequestError, quoted
from tams.models.event import EventType
from tams.models.filters import UrlFilter, parse_list, parse_uuid_list
from tams.runtime.http_handler import api_handler
from tams.services.events.log import EventLog, EventQuery
from tams.timing.microseconds import to_us

router = APIRouter(prefix="/events", tags=["Extensions"])

Events = Annotated[EventLog, Depends(acting(EventLog))]

WAIT_MAX = 20
"""Seconds: API Gateway gives up after 30."""

STREAM: dict[int | str, dict[str, Any]] = {
    HTTPStatus.OK: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}
}
"""With `follow`."""

Since = Annotated[
    str | None, Query(description="Only events from this RFC 3339 time on.", alias="since")
]
Types = Annotated[
    str | None,
    Query(description="Comma-separated event types. If absent, all types.", alias="event_types"),
]
Ids = Annotated[str | None, Query(description="Comma-separated ids.")]
Wait = Annotated[
    int | None,
    Query(ge=0, le=WAIT_MAX, description="Seconds to wait for an event if there is none yet."),
]
Follow = Annotated[
    Literal["sse"] | None,
    Query(
        description="`sse` streams the events as server-sent events, for a browser's EventSource."
    ),
]
LastEventId = Annotated[str | None, Header(alias="Last-Event-ID", include_in_schema=False)]


@router.get("", response_model=list[dict[str, Any]], responses=STREAM)
async def get_events(
    request: Request,
    events: Events,
    urls: Annotated[UrlFilter, Depends(url_filter)],
    limit: Limit = None,
    page: PageToken = None,
    since: Since = None,
    event_types: Types = None,
    flow_ids: Ids = None,
    source_ids: Ids = None,
    include_object_timerange: QueryBool = False,
    wait: Wait = None,
    follow: Follow = None,
    last_event_id: LastEventId = None,
) -> Response:
    """The events as webhooks receive them, oldest first, each with its `event_id`.

    There is always a `next` link. Its page may be empty until another event happens.
    """
    in_force = page_limit(limit)
    after = (last_event_id or page) if follow else page
    query = EventQuery(
        limit=in_force,
        after=after,
        since_us=to_us(moment) if (moment := query_moment("since", since)) else 0,
        event_types=_types(event_types),
        flow_ids=parse_uuid_list("flow_ids", flow_ids or ""),
        source_ids=parse_uuid_list("source_ids", source_ids or ""),
        url_filter=urls,
        include_object_timerange=include_object_timerange,
    )
    seconds = wait if wait is not None else WAIT_MAX if follow else 0
    found = events.page(query, seconds)
    body, count = fitting_array(to_json(item) for _, item in found.items)
    items, next_key = found.items, found.next_key
    if count < len(items):
        items, next_key = items[:count], items[count - 1][0]
    if follow:
        return Response(as_stream(items, next_key), media_type="text/event-stream")
    return array_response(body, next_link(request, in_force, next_key))


def _types(text: str | None) -> tuple[str, ...]:
    found = parse_list("event_types", text or "") or ()
    for name in found:
        if name not in set(EventType):
            known = ", ".join(EventType)
            raise InvalidRequestError(f"event_types: {quoted(name)} is not one of {known}")
    return tuple(found)


lambda_handler = api_handler(router)
