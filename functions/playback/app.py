"""Lists for players, HLS and DASH, thumbnails, and tokens to open them: an extension, not part of TAMS."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse

from tams.api.body import described
from tams.api.creation import EXTENSION
from tams.api.dependencies import FlowId, JsonBody, SourceId, ThisPlatform, acting
from tams.api.etag import KnownVersions
from tams.api.playback import (
    DASH,
    HLS,
    Asking,
    Token,
    asking,
    asking_by_token,
    described_list,
    list_response,
)
from tams.api.public_url import absolute
from tams.api.thumbnails import (
    DESCRIBED,
    AskingForFrame,
    asking_for_frame,
    asking_for_frame_by_token,
    frame_response,
)
from tams.models.playback import PlaybackToken, PlaybackTokenPost, playback_token
from tams.models.versioned import Versioned
from tams.runtime.http_handler import api_handler
from tams.services.playback.granting import GrantService, object_url, opened_by

router = APIRouter(tags=[EXTENSION])

FileName = Annotated[str, Path(description="Any name; players look at its suffix.")]
Grants = Annotated[GrantService, Depends(acting(GrantService))]


def mount_lists(prefix: str, asked: Callable[..., Awaitable[Asking]]) -> None:
    """The routes of lists below `prefix`. `asked` decides who may read them."""
    by_whom = Depends(asked)
    hls, dash = described_list(HLS), described_list(DASH)

    @router.get(f"{prefix}/flows/{{flowId}}/output.m3u8", responses=hls, response_class=Response)
    @router.get(f"{prefix}/flows/{{flowId}}/hls.m3u8", responses=hls, response_class=Response)
    async def get_hls_of_flow(
        flow_id: FlowId, by: Annotated[Asking, by_whom], known: KnownVersions
    ) -> Response:
        """A Flow as HLS: its Segments, or the Flows that it collects. Not part of TAMS."""
        listed = by.service.hls_of_flow(flow_id, by.asked, by.place, known)
        return list_response(listed, HLS)

    @router.get(f"{prefix}/flows/{{flowId}}/dash.mpd", responses=dash, response_class=Response)
    async def get_dash_of_flow(
        flow_id: FlowId, by: Annotated[Asking, by_whom], known: KnownVersions
    ) -> Response:
        """A Flow as DASH. Not part of TAMS."""
        listed = by.service.dash_of_flow(flow_id, by.asked, by.place, known)
        return list_response(listed, DASH)

    @router.get(f"{prefix}/sources/{{sourceId}}/hls.m3u8", responses=hls, response_class=Response)
    async def get_hls_of_source(source_id: SourceId, by: Annotated[Asking, by_whom]) -> Response:
        """The Flows of a Source as HLS, to choose from and to play together. Not part of TAMS."""
        listed = by.service.hls_of_source(source_id, by.place)
        return list_response(Versioned(None, listed), HLS)

    @router.get(f"{prefix}/sources/{{sourceId}}/dash.mpd", responses=dash, response_class=Response)
    async def get_dash_of_source(source_id: SourceId, by: Annotated[Asking, by_whom]) -> Response:
        """The Flows of a Source as DASH. Not part of TAMS."""
        listed = by.service.dash_of_source(source_id, by.asked, by.place)
        return list_response(Versioned(None, listed), DASH)


def mount_thumbnails(prefix: str, asked: Callable[..., Awaitable[AskingForFrame]]) -> None:
    """The routes of thumbnails below `prefix`. `asked` decides who may read them."""
    by_whom = Depends(asked)
    redirect: dict[str, Any] = {
        "status_code": HTTPStatus.TEMPORARY_REDIRECT,
        "response_class": RedirectResponse,
        "responses": DESCRIBED,
    }

    @router.get(f"{prefix}/flows/{{flowId}}/thumbnail", **redirect)
    async def get_thumbnail_of_flow(
        flow_id: FlowId, by: Annotated[AskingForFrame, by_whom]
    ) -> Response:
        """Redirects to a JPEG of the frame that a Flow shows at an instant. Not part of TAMS."""
        return frame_response(by.service.of_flow(flow_id, by.asked))

    @router.get(f"{prefix}/sources/{{sourceId}}/thumbnail", **redirect)
    async def get_thumbnail_of_source(
        source_id: SourceId, by: Annotated[AskingForFrame, by_whom]
    ) -> Response:
        """Redirects to a JPEG of the frame that a Source shows at an instant. Not part of TAMS."""
        return frame_response(by.service.of_source(source_id, by.asked))


mount_lists("", asking)
mount_lists("/playback/{token}", asking_by_token)
mount_thumbnails("", asking_for_frame)
mount_thumbnails("/playback/{token}", asking_for_frame_by_token)


@router.post(
    "/playback/tokens",
    status_code=HTTPStatus.CREATED,
    response_model=PlaybackToken,
    openapi_extra=described("PlaybackTokenPost"),
)
async def post_token(request: Request, body: JsonBody, grants: Grants) -> Response:
    """Creates a token for a player, which sends no headers. Not part of TAMS.

    It opens the lists and thumbnails of one Flow or Source to everyone who has it.
    """
    token, grant = grants.grant(PlaybackTokenPost.from_body(body))
    path = f"{grant.opened}/{grant.identifier[0]}"
    made = playback_token(token, grant.expires_at, absolute(request, ""), path)
    return JSONResponse(made.to_json(), HTTPStatus.CREATED)


@router.get(
    "/playback/{token}/{name}",
    status_code=HTTPStatus.TEMPORARY_REDIRECT,
    response_class=RedirectResponse,
    responses={
        HTTPStatus.TEMPORARY_REDIRECT: {
            "description": "The URL of the Object.",
            "headers": {"Location": {"description": "A URL.", "schema": {"type": "string"}}},
        }
    },
)
async def get_object(token: Token, name: FileName, platform: ThisPlatform) -> Response:
    """Redirects to the Object that a list names by this token. Not part of TAMS."""
    del name  # for the player
    url = object_url(opened_by(platform, token), platform)
    return RedirectResponse(url, HTTPStatus.TEMPORARY_REDIRECT)


lambda_handler = api_handler(router)
