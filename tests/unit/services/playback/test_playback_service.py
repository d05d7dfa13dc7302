"""What the service makes of what is stored: addresses that last, lists that are not too long."""

from dataclasses import replace
from datetime import datetime

import pytest

from tams.errors import ForbiddenError, InvalidRequestError, NotFoundError
from tams.models.caller import EVERYONE
from tams.models.playback import PlaybackTokenPost
from tams.services.playback import reading
from tams.services.playback.addresses import PERIOD_SECONDS, Place, lifetime_seconds
from tams.services.playback.granting import GrantService, object_url, opened_by
from tams.services.playback.playback import PlaybackService
from tams.services.playback.reading import Asked
from tams.services.playback.secret import SECRET_KEPT, kept_tokens
from tams.services.playback.tokens import Grant, Opened
from tams.timing import TimeRange
from tests.in_process import Platform
from tests.integration.local_vast import STORAGE_ID
from tests.unit.services.playback.lists import SECOND, read_media_playlist
from tests.unit.services.world import World

HOUR = 3_600


def uris(world: World, flow_id: str, asked: Asked | None = None) -> list[str]:
    platform = world.platform
    place = Place(kept_tokens(platform).current)
    service = PlaybackService.of(platform, EVERYONE)
    listed = service.hls_of_flow(flow_id, asked or Asked(), place).value
    assert listed is not None
    return [entry.uri for entry in read_media_playlist(listed.text)[1]]


def test_an_object_has_one_address_for_an_hour(world: World) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 2)

    at_once = uris(world, flow_id)
    world.platform.time.pass_(minutes=59)
    later = uris(world, flow_id)
    world.platform.time.pass_(minutes=1)

    assert at_once == later
    assert uris(world, flow_id) != later


@pytest.mark.parametrize("played", [0, 1, HOUR - 1, HOUR, 30 * HOUR])
def test_an_address_outlasts_what_is_listed_with_it(played: int) -> None:
    lasts = lifetime_seconds(played * SECOND, HOUR)

    # Read at the end of a period, and still good to play it all and pause for an hour.
    assert lasts - PERIOD_SECONDS >= played + HOUR
    assert lasts % PERIOD_SECONDS == 0


def test_signatures_that_end_with_a_session_are_made_when_asked_for(world: World) -> None:
    platform = world.platform
    flow_id = world.flow()
    (object_id,) = world.segments(flow_id, 1)
    platform.bytes.with_sessions.add(STORAGE_ID)

    (uri,) = uris(world, flow_id)

    way, token, name = uri.rsplit("/", 2)
    assert (way, name) == ("../../playback", "object.ts")
    assert object_url(opened_by(platform, token), platform) == (f"get:{STORAGE_ID}/{object_id}")
    assert uris(world, flow_id) == [uri]


def test_an_address_of_an_object_is_no_way_to_a_list_nor_a_list_to_an_object(world: World) -> None:
    platform = world.platform
    flow_id = world.flow()
    token, grant = GrantService.of(platform, EVERYONE).grant(PlaybackTokenPost(flow_id=flow_id))

    assert opened_by(platform, token) == grant
    with pytest.raises(ForbiddenError, match="does not give access to this"):
        object_url(grant, platform)
    gone = replace(grant, opened=Opened.OBJECT, identifier=("no backend", "x"))
    with pytest.raises(NotFoundError):
        object_url(gone, platform)


def test_a_secret_that_is_renewed_opens_nothing_after_a_minute(world: World) -> None:
    platform = world.platform
    flow_id = world.flow()
    token, _ = GrantService.of(platform, EVERYONE).grant(PlaybackTokenPost(flow_id=flow_id))
    state = world.read(lambda it: it.deliveries.relay_state())
    kept = kept_tokens(platform)
    secrets = iter(["another", "a third"])
    kept.read = lambda: next(secrets)

    assert opened_by(platform, token)
    platform.time.pass_(seconds=SECRET_KEPT.total_seconds())

    with pytest.raises(ForbiddenError, match="not valid"):
        opened_by(platform, token)
    assert state.page_secret


def test_a_list_that_would_be_too_long_says_what_to_ask_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 5)
    monkeypatch.setattr(reading, "LISTED_MAX", 4)

    for timerange in ("_", "[0:0_5:0)"):
        asked = Asked(TimeRange.parse(timerange))
        with pytest.raises(InvalidRequestError, match="ask for a shorter timerange"):
            uris(world, flow_id, asked)
    assert len(uris(world, flow_id, Asked(TimeRange.parse("[0:0_4:0)")))) == 4
    assert len(uris(world, flow_id, Asked(live_seconds=2))) == 2


def test_a_token_expires_by_the_clock(platform: Platform) -> None:
    tokens = kept_tokens(platform).current()
    now: datetime = platform.clock()
    token = tokens.token(Grant(Opened.FLOW, ("x",), int(now.timestamp()) + 60))

    platform.time.pass_(seconds=59)
    assert opened_by(platform, token)
    platform.time.pass_(seconds=1)
    with pytest.raises(ForbiddenError, match="expired"):
        opened_by(platform, token)
