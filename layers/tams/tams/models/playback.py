"""Tokens for players, which send no headers (an extension)."""

from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from tams.models.base import ClosedModel
from tams.models.common import Text, UtcDateTime, Uuid, WholeNumber
from tams.timing import TimeRange

SECONDS_MIN, SECONDS_MAX, SECONDS_DEFAULT = 60, 7 * 86_400, 86_400


class PlaybackTokenPost(ClosedModel):
    """What a token is to open, a Flow or a Source, and for how long."""

    flow_id: Uuid | None = None
    source_id: Uuid | None = None
    timerange: TimeRange | None = Field(
        default=None, description="The timerange that can be played; everything if absent."
    )
    expires_in: Annotated[WholeNumber, Field(ge=SECONDS_MIN, le=SECONDS_MAX)] = Field(
        default=SECONDS_DEFAULT, description="Seconds until the token expires."
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.flow_id is None) is (self.source_id is None):
            raise PydanticCustomError("one_of", "must name either flow_id or source_id")
        return self


class PlaybackToken(ClosedModel):
    """A token, and the addresses that carry it. They open media to everyone who has them."""

    token: Text
    expires: UtcDateTime
    hls: Text
    dash: Text
    thumbnail: Text


def playback_token(token: str, expires: datetime, base_url: str, path: str) -> PlaybackToken:
    """`path` is that of the Flow or Source below `base_url`."""
    place = f"{base_url}/playback/{token}/{path}"
    return PlaybackToken(
        token=token,
        expires=expires,
        hls=f"{place}/hls.m3u8",
        dash=f"{place}/dash.mpd",
        thumbnail=f"{place}/thumbnail",
    )
