"""Uploads through the API: rules before bytes, and nothing left behind by what fails."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from tams.errors import (
    BackendUnavailableError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
)
from tams.models.caller import EVERYONE
from tams.models.stored_objects import ObjectState
from tams.models.upload_form import Part, UploadPost, parse_upload
from tams.services.deletion.deletion import DeletionService
from tams.services.flows.properties import FlowPropertyService
from tams.services.objects.cleanup import ObjectCleanupService
from tams.services.storage.direct_uploads import LATE_SECONDS, DirectUploadService
from tests.in_process import ARCHIVE_ID
from tests.integration.local_vast import STORAGE_ID
from tests.unit.services.world import World, holding, of
from vastlocal.control import Control
from vastlocal.http.faults import FaultAction

CONTAINER = "video/mp2t"


def form(timerange: str = "[0:0_1:0)", **segment: Any) -> UploadPost:
    media = Part(b"media", CONTAINER)
    return parse_upload({"file": media}, {"timerange": timerange, **segment})


def upload(world: World, flow_id: str, post: UploadPost) -> str:
    return DirectUploadService.of(world.platform, world.caller).upload(flow_id, post)


def forget_doomed(world: World) -> None:
    ObjectCleanupService.of(world.platform).clean(world.platform.noted.object_cleanup.bodies)


def nothing_is_left(world: World, object_id: str) -> None:
    """Once the cleanup has done what it was asked to."""
    forget_doomed(world)
    assert world.object(object_id) is None
    assert world.platform.bytes.kept == {}


def test_an_upload_is_an_object_and_its_segment(world: World) -> None:
    flow_id = world.flow()

    object_id = upload(world, flow_id, form("[5:0_6:0)", ts_offset="5:0"))

    stored = world.object(object_id)
    assert stored is not None
    assert (stored.state, stored.reference_count) == (ObjectState.REFERENCED, 1)
    assert [each.storage_id for each in stored.instances] == [STORAGE_ID]
    assert str(stored.timerange) == "[0:0_1:0)"
    assert world.listed(flow_id) == ["[5:0_6:0)"]
    kept = {"content-type": CONTAINER, "content-length": "5"}
    assert world.platform.bytes.kept == {(STORAGE_ID, object_id): kept}
    assert world.event_types(flow_id) == ["flows/created", "flows/segments_added"]
    assert world.platform.noted.object_cleanup.sent == []


def test_the_client_may_choose_the_id_and_the_backend(world: World) -> None:
    flow_id, chosen = world.flow(), f"a/b {uuid4()}"
    post = parse_upload(
        {"file": Part(b"media"), "storage_id": Part(f" {ARCHIVE_ID}\n".encode())},
        {"object_id": chosen, "timerange": "[0:0_1:0)"},
    )

    assert upload(world, flow_id, post) == chosen

    assert list(world.platform.bytes.kept) == [(ARCHIVE_ID, chosen)]
    with pytest.raises(InvalidRequestError, match=r"segment: object_id .* exists already"):
        upload(world, flow_id, form("[1:0_2:0)", object_id=chosen))
    assert world.object(chosen) is not None
    assert world.listed(flow_id) == ["[0:0_1:0)"]


@pytest.mark.parametrize(
    ("fields", "segment", "reason"),
    [
        ({}, {"timerange": "[0:500000000_2:0)"}, "overlaps an existing segment"),
        ({}, {"timerange": "[1:0_2:0)", "init_object_id": "x"}, "init_object_id is not allowed"),
        ({"container": None}, {"timerange": "[1:0_2:0)"}, "'container' is not set"),
        (
            {"container": "video/mp4"},
            {"timerange": "[1:0_2:0)"},
            "the container of the Flow is video/mp4",
        ),
    ],
)
def test_rules_are_checked_before_anything_is_stored(
    world: World, fields: dict[str, Any], segment: dict[str, Any], reason: str
) -> None:
    flow_id, mine = world.flow(**fields), f"mine {uuid4()}"
    if not fields:
        world.segments(flow_id, 1)

    with pytest.raises(InvalidRequestError, match=reason):
        upload(world, flow_id, form(object_id=mine, **segment))

    assert world.object(mine) is None
    assert world.platform.bytes.kept == {}
    assert world.platform.noted.object_cleanup.sent == []


def test_a_backend_that_is_not_there_is_refused(world: World) -> None:
    for wrong, reason in ((str(uuid4()), "does not exist"), ("x", "must be a lower-case UUID")):
        parts = {"file": Part(b"media"), "storage_id": Part(wrong.encode())}
        post = parse_upload(parts, {"timerange": "[0:0_1:0)"})
        with pytest.raises(InvalidRequestError, match=f"^storage_id: .*{reason}"):
            upload(world, world.flow(), post)
    assert world.platform.bytes.kept == {}


def test_who_may_not_add_segments_uploads_nothing(world: World) -> None:
    flow_id = world.flow(tags=of("news"))
    for classes in ({"read": "news"}, {"delete": "news"}):
        with pytest.raises(ForbiddenError):
            upload(world.as_(holding(**classes)), flow_id, form())
    with pytest.raises(NotFoundError):
        upload(world.as_(holding(write="sport")), flow_id, form())
    with pytest.raises(NotFoundError):
        upload(world, str(uuid4()), form())
    FlowPropertyService.of(world.platform, EVERYONE).set_read_only(flow_id, True)
    with pytest.raises(ForbiddenError, match="read-only"):
        upload(world, flow_id, form())
    assert world.platform.bytes.kept == {}


def test_a_store_that_does_not_answer_leaves_no_object(world: World) -> None:
    flow_id, mine = world.flow(), f"mine {uuid4()}"
    world.platform.bytes.away.add(STORAGE_ID)

    with pytest.raises(BackendUnavailableError):
        upload(world, flow_id, form(object_id=mine))

    sent = world.platform.noted.object_cleanup.sent
    assert sent == [(mine, LATE_SECONDS)], "the bytes may still arrive"
    world.platform.bytes.away.clear()
    nothing_is_left(world, mine)
    assert upload(world, flow_id, form(object_id=mine)) == mine


def goes_read_only(world: World, flow_id: str) -> None:
    FlowPropertyService.of(world.platform, EVERYONE).set_read_only(flow_id, True)


def goes(world: World, flow_id: str) -> None:
    DeletionService.of(world.platform, EVERYONE).delete_flow(flow_id)


def is_filled(world: World, flow_id: str) -> None:
    world.segments(flow_id, 1)


@pytest.mark.parametrize(
    ("meanwhile", "error"),
    [(goes_read_only, ForbiddenError), (goes, NotFoundError), (is_filled, InvalidRequestError)],
)
def test_what_changes_while_the_bytes_are_stored_is_noticed(
    world: World, meanwhile: Callable[[World, str], None], error: type[Exception]
) -> None:
    flow_id, mine = world.flow(), f"mine {uuid4()}"
    world.platform.bytes.on_put = lambda: meanwhile(world, flow_id)

    with pytest.raises(error):
        upload(world, flow_id, form(object_id=mine))

    assert (mine, 0) in world.platform.noted.object_cleanup.sent
    nothing_is_left(world, mine)


def test_a_failure_between_the_bytes_and_the_commit_leaves_neither(world: World) -> None:
    flow_id, mine = world.flow(), f"mine {uuid4()}"
    vast = Control(world.platform.settings.vast.endpoint, "K", "S")
    vast.inject(FaultAction.ERROR, "insert_rows", path_contains="segments")

    with pytest.raises(BackendUnavailableError):
        upload(world, flow_id, form(object_id=mine))

    assert world.listed(flow_id) == []
    nothing_is_left(world, mine)


def test_an_upload_whose_commit_was_not_answered_is_not_undone(world: World) -> None:
    flow_id, mine = world.flow(), f"mine {uuid4()}"
    vast = Control(world.platform.settings.vast.endpoint, "K", "S")

    def lose_the_answer() -> None:
        vast.inject(FaultAction.DROP_AFTER, "commit")

    world.platform.bytes.on_put = lose_the_answer

    assert upload(world, flow_id, form(object_id=mine)) == mine
    assert world.listed(flow_id) == ["[0:0_1:0)"]
    assert world.platform.noted.object_cleanup.sent == []


def test_when_vast_is_gone_too_the_sweeper_finds_what_was_left(world: World) -> None:
    flow_id, mine = world.flow(), f"mine {uuid4()}"
    vast = Control(world.platform.settings.vast.endpoint, "K", "S")

    def go_away() -> None:
        vast.inject(FaultAction.ERROR, times=None)

    world.platform.bytes.on_put = go_away
    try:
        with pytest.raises(BackendUnavailableError):
            upload(world, flow_id, form(object_id=mine))
    finally:
        vast.clear_faults()

    left = world.object(mine)
    assert left is not None
    assert left.state is ObjectState.ALLOCATED
    assert world.platform.noted.object_cleanup.sent == []
    assert world.listed(flow_id) == []


def test_an_object_that_is_in_use_by_then_is_not_discarded(world: World) -> None:
    """As when the answer to the registration was lost for good."""
    flow_id, mine = world.flow(), f"mine {uuid4()}"

    def register_and_fail() -> None:
        world.register(flow_id, {"object_id": mine, "timerange": "[0:0_1:0)"})
        raise BackendUnavailableError("no answer")

    world.platform.bytes.on_put = register_and_fail
    with pytest.raises(BackendUnavailableError):
        upload(world, flow_id, form(object_id=mine))

    assert world.platform.noted.object_cleanup.sent == []
    stored = world.object(mine)
    assert stored is not None
    assert stored.state is ObjectState.REFERENCED


def test_an_upload_takes_two_transactions(world: World) -> None:
    """Begin and commit included: an allocation takes 4, checking the rules 2, and appending a Segment 8."""
    flow_id = world.flow()
    upload(world, flow_id, form("[0:0_1:0)"))
    vast = Control(world.platform.settings.vast.endpoint, "K", "S")
    vast.reset()

    upload(world, flow_id, form("[1:0_2:0)"))

    costs = [sum(each.values()) for _, each in sorted(vast.counters().transactions.items())]
    assert costs == [6, 8]
