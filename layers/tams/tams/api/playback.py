"""Requests for lists: by credentials, or by the token in the path; and their answers."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Path, Query, Request, Response

from tams.api.callers import caller_of
from tams.api.dependencies import ThisPlatform
from tams.api.etag import UNCHANGED, version_headers
from tams.api.query import query_timerange
from tams.models.versioned import Versioned
from tams.ports import Platform
from tams.services.playback.addresses import Place
from tams.services.playback.exactness import exactness
from tams.services.playback.granting import check_opens, opened_by
from tams.services.playback.playback import Listed, PlaybackService
from tams.services.playback.reading import Asked
from tams.services.playback.secret import kept_tokens
from tams.services.playback.tokens import Grant, Opened

HLS = "application/vnd.apple.mpegurl"
DASH = "application/dash+xml"
EXACT = "X-TAMS-Exact"

_DAY_SECONDS = 86_400
WAIT_MAX = 20
"""Seconds: API Gateway gives up after 30."""
Live = Annotated[
    int | None,
    Query(ge=1, le=_DAY_SECONDS, description="Only the newest seconds; all if absent."),
]
Wait = Annotated[
    int,
    Query(
        ge=0,
        le=WAIT_MAX,
        description="Seconds to wait for the list to be exact, while parts of Objects are rendered.",
    ),
]
Timerange = Annotated[str | None, Query(description="The timerange to play; everything if absent.")]
Token = Annotated[str, Path(description="From `POST /playback/tokens`.")]


@dataclass(frozen=True, slots=True)
class Asking:
    """A request for a list: who reads it, what of it, and where it is."""

    service: PlaybackService
    asked: Asked
    place: Place


async def asking(
    request: Request,
    platform: ThisPlatform,
    timerange: Timerange = None,
    live: Live = None,
    wait: Wait = 0,
) -> Asking:
    """By the caller's credentials. Raises InvalidRequestError."""
    place = Place(kept_tokens(platform).current, query=_query(timerange, live, wait))
    service = PlaybackService.of(platform, caller_of(request))
    return Asking(service, Asked(query_timerange(timerange), live, wait), place)


async def asking_by_token(
    request: Request,
    platform: ThisPlatform,
    token: Token,
    timerange: Timerange = None,
    live: Live = None,
    wait: Wait = 0,
) -> Asking:
    """By the token in the path, for what it opens and no more. Raises ForbiddenError, InvalidRequestError."""
    grant = granted(request, platform, token)
    asked = query_timerange(timerange).intersection(grant.timerange)
    place = Place(kept_tokens(platform).current, grant, _query(timerange, live, wait))
    service = PlaybackService.of(platform, grant.caller)
    return Asking(service, Asked(asked, live, wait), place)


def granted(request: Request, platform: Platform, token: str) -> Grant:
    """What a token opens, which is what the path names. Raises ForbiddenError."""
    grant = opened_by(platform, token)
    named = request.path_params
    if "flowId" in named:
        check_opens(grant, Opened.FLOW, named["flowId"])
    else:
        check_opens(grant, Opened.SOURCE, named["sourceId"])
    return grant


def list_response(listed: Versioned[Listed], media_type: str) -> Response:
    """304 for a client that has this version."""
    headers = version_headers(listed.version)
    if listed.value is None:
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers[EXACT] = exactness(listed.value.inexact)
    return Response(listed.value.text, media_type=media_type, headers=headers)


def described_list(media_type: str) -> dict[int | str, dict[str, Any]]:
    """The answer of a route, for the OpenAPI document."""
    exact = {
        "description": "`true` if a player shows what the Flow shows, frame by frame; otherwise the reasons.",
        "schema": {"type": "string"},
    }
    return {
        HTTPStatus.OK: {
            "description": "A list for players.",
            "content": {media_type: {"schema": {"type": "string"}}},
            "headers": {EXACT: exact},
        },
        **UNCHANGED,
    }


def _query(timerange: str | None, live: int | None, wait: int) -> str:
    """What a list's own lists are asked for as well."""
    given = {"timerange": timerange, "live": live, "wait": wait or None}
    query = urlencode({name: value for name, value in given.items() if value is not None})
    return f"?{query}" if query else ""
