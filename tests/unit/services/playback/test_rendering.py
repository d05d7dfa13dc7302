"""Parts of Objects are asked for once they are wanted, used once they are there, and not without end."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tams.models.caller import EVERYONE
from tams.models.piece import RENEWED_AFTER, PieceTask, StoredPiece
from tams.services.playback import rendering
from tams.services.playback.addresses import Place
from tams.services.playback.granting import object_url, opened_by
from tams.services.playback.playback import Listed, PlaybackService
from tams.services.playback.reading import Asked
from tams.services.playback.secret import kept_tokens
from tams.timing import TimeRange
from tests.integration.local_vast import STORAGE_ID
from tests.unit.services.playback.lists import read_media_playlist
from tests.unit.services.world import World

SECOND = 1_000_000_000
CUT = TimeRange.parse("[0:500000000_2:500000000)")


def an_edit(world: World, **fields: Any) -> str:
    """A Flow of three Objects of a second each: the timerange above cuts the first and the last."""
    flow_id = world.flow(container="video/mp2t", **fields)
    world.segments(flow_id, 3)
    return flow_id


def listed(world: World, flow_id: str, timerange: TimeRange = CUT) -> tuple[str | None, Listed]:
    """With its version."""
    service = PlaybackService.of(world.platform, EVERYONE)
    place = Place(kept_tokens(world.platform).current)
    found = service.hls_of_flow(flow_id, Asked(timerange), place)
    assert found.value is not None
    return found.version, found.value


def uris(made: Listed) -> list[str]:
    return [entry.uri for entry in read_media_playlist(made.text)[1]]


def asked_for(world: World) -> list[PieceTask]:
    return [PieceTask.from_json(json.loads(each)) for each in world.platform.noted.renders.bodies]


def render(world: World, *tasks: PieceTask, size_bytes: int = 1) -> None:
    """As renderer would."""
    for task in tasks:
        piece = StoredPiece(size_bytes, world.platform.clock())
        world.platform.rendered.kept[task.storage_id, task.name] = piece


def test_the_parts_that_a_list_cuts_are_asked_for(world: World) -> None:
    version, made = listed(world, an_edit(world))

    assert (version, sorted(made.inexact)) == (None, ["cut", "rendering"])
    assert [(task.from_ns, task.until_ns) for task in asked_for(world)] == [
        (SECOND // 2, SECOND),
        (2 * SECOND, 5 * SECOND // 2),
    ]
    assert {task.muxer for task in asked_for(world)} == {"mpegts"}


def test_what_is_rendered_takes_the_place_of_what_is_cut(world: World) -> None:
    flow_id = an_edit(world)
    listed(world, flow_id)
    render(world, *asked_for(world))

    version, made = listed(world, flow_id)

    assert version is not None
    assert made.inexact == set()
    _, entries = read_media_playlist(made.text)
    assert [each.length_ns for each in entries] == [SECOND // 2, SECOND, SECOND // 2]
    pieces = [each.uri.startswith("lasting-piece:") for each in entries]
    assert pieces == [True, False, True]
    assert made.text.count("#EXT-X-DISCONTINUITY\n") == 2
    assert len(asked_for(world)) == 2, "nothing more is asked for"


def test_a_list_that_cuts_nothing_asks_neither_s3_nor_the_queue(world: World) -> None:
    version, made = listed(world, an_edit(world), TimeRange.eternity())

    assert version is not None
    assert made.inexact == set()
    assert world.platform.rendered.asked == 0
    assert asked_for(world) == []


def test_what_cannot_be_rendered_is_not_asked_for_again(world: World) -> None:
    flow_id = an_edit(world)
    listed(world, flow_id)
    render(world, *asked_for(world), size_bytes=0)
    world.platform.noted.renders.sent.clear()

    version, made = listed(world, flow_id)

    assert (version is None, sorted(made.inexact)) == (False, ["cut"])
    assert asked_for(world) == []


def test_what_will_go_soon_is_used_and_made_again(world: World) -> None:
    flow_id = an_edit(world)
    listed(world, flow_id)
    render(world, *asked_for(world))
    world.platform.noted.renders.sent.clear()
    world.platform.time.pass_(seconds=(RENEWED_AFTER + timedelta(seconds=1)).total_seconds())

    _, made = listed(world, flow_id)

    assert made.inexact == set()
    assert len(asked_for(world)) == 2


def test_one_request_asks_for_a_few_and_nobody_for_parts_without_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow_id = an_edit(world)
    monkeypatch.setattr(rendering, "ASKED_MAX", 1)
    listed(world, flow_id)
    assert len(asked_for(world)) == 1

    render(world, *asked_for(world))
    monkeypatch.setattr(rendering, "KEPT_MAX", 0)
    _, made = listed(world, flow_id)

    assert sorted(made.inexact) == ["cut"], "and it is not promised either"
    assert len(asked_for(world)) == 1


def test_an_object_that_has_the_id_of_an_earlier_one_has_parts_of_its_own(world: World) -> None:
    flow_id = an_edit(world)
    listed(world, flow_id)
    (first, *_) = asked_for(world)
    world.platform.time.pass_(seconds=1)

    def again(repositories: Any) -> None:
        (stored,) = repositories.objects.find_many([first.origins[-1].object_id]).values()
        repositories.objects.save([replace(stored, created_us=stored.created_us + 1)])

    world.write(again)
    world.platform.noted.renders.sent.clear()
    listed(world, flow_id)

    assert first.name not in {task.name for task in asked_for(world)}


@pytest.mark.parametrize("container", ["audio/aac", "video/mp4"])
def test_what_no_piece_can_be_wrapped_in_is_near(world: World, container: str) -> None:
    """MP4 without an initialisation is a file, not a stretch of a stream."""
    flow_id = world.flow(container=container)
    world.segments(flow_id, 1)

    _, made = listed(world, flow_id)

    assert sorted(made.inexact) == ["cut"]
    assert asked_for(world) == []


def test_a_piece_has_a_short_address_where_signatures_end_with_a_session(world: World) -> None:
    platform = world.platform
    flow_id = an_edit(world)
    listed(world, flow_id)
    render(world, *asked_for(world))
    platform.rendered.with_sessions.add(STORAGE_ID)

    uri, *_ = uris(listed(world, flow_id)[1])

    token = uri.split("/")[-2]
    task = asked_for(world)[0]
    assert object_url(opened_by(platform, token), platform) == f"get-piece:{STORAGE_ID}/{task.name}"


def test_a_growing_list_has_nothing_rendered(world: World) -> None:
    flow_id = an_edit(world, status="ingesting")

    version, made = listed(world, flow_id, TimeRange.parse("[0:500000000_9:0)"))

    assert version is not None
    assert sorted(made.inexact) == ["cut"]
    assert asked_for(world) == []
