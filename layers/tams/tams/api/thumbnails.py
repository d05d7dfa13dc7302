"""Requests for a frame: by credentials, or by the token in the path; and their answers."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from tams.api.callers import caller_of
from tams.api.dependencies import ThisPlatform
from tams.api.playback import granted
from tams.errors import ForbiddenError, InvalidRequestError
from tams.services.playback.frames import AskedFrame
from tams.services.playback.thumbnails import ThumbnailService
from tams.timing import TimeRange, Timestamp

WIDTH_MIN, WIDTH_MAX, WIDTH_DEFAULT = 16, 1_280, 320

At = Annotated[
    str | None,
    Query(description="The instant, such as `10:40000000`; the first frame if absent."),
]
Width = Annotated[
    int,
    Query(
        ge=WIDTH_MIN,
        le=WIDTH_MAX,
        description="The maximum width in pixels; the height follows from it.",
    ),
]

DESCRIBED: dict[int | str, dict[str, Any]] = {
    HTTPStatus.TEMPORARY_REDIRECT: {
        "description": "The URL of the JPEG.",
        "headers": {"Location": {"description": "A URL.", "schema": {"type": "string"}}},
    },
    HTTPStatus.UNPROCESSABLE_ENTITY: {
        "description": "The Object is damaged, too large, or of a codec that cannot be decoded.",
    },
}


@dataclass(frozen=True, slots=True)
class AskingForFrame:
    """A request for a frame: who asks, and which."""

    service: ThumbnailService
    asked: AskedFrame


async def asking_for_frame(
    request: Request, platform: ThisPlatform, at: At = None, width: Width = WIDTH_DEFAULT
) -> AskingForFrame:
    """By the caller's credentials. Raises InvalidRequestError."""
    service = ThumbnailService.of(platform, caller_of(request))
    return AskingForFrame(service, AskedFrame(_instant(at), width))


async def asking_for_frame_by_token(
    request: Request,
    platform: ThisPlatform,
    token: Annotated[str, Path(description="From `POST /playback/tokens`.")],
    at: At = None,
    width: Width = WIDTH_DEFAULT,
) -> AskingForFrame:
    """By the token in the path, within what it opens. Raises ForbiddenError, InvalidRequestError."""
    grant = granted(request, platform, token)
    asked = AskedFrame(_instant(at), width, grant.timerange)
    if asked.at_ns is not None and not grant.timerange.contains(TimeRange.at(asked.at_ns)):
        raise ForbiddenError(f"the token in this URL gives access only to {grant.timerange}")
    return AskingForFrame(ThumbnailService.of(platform, grant.caller), asked)


def frame_response(url: str) -> Response:
    return RedirectResponse(url, HTTPStatus.TEMPORARY_REDIRECT)


def _instant(text: str | None) -> int | None:
    """Raises InvalidRequestError."""
    if text is None:
        return None
    try:
        return Timestamp.parse(text).ns
    except InvalidRequestError as error:
        error.add_place("at")
        raise
