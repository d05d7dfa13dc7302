"""Allocating Objects, and what becomes of uploads (STO, ADR 8)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tams.errors import BackendUnavailableError, ForbiddenError, InvalidRequestError
from tams.models.caller import EVERYONE
from tams.models.flow_storage import AllocatedObject, FlowStoragePost
from tams.models.stored_objects import ObjectState
from tams.models.upload import Upload
from tams.object_stores.object_keys import object_key
from tams.services.deletion.deletion import DeletionService
from tams.services.flows.properties import FlowPropertyService
from tams.services.storage.media_storage import (
    ALLOCATION_DEFAULT,
    ALLOCATION_MAX,
    MediaStorageService,
)
from tams.services.storage.uploads import UploadService
from tests.builders import a_video_flow_body
from tests.in_process import ARCHIVE_ID
from tests.integration.local_vast import STORAGE_ID
from tests.unit.services.world import ALL_TIME, World, holding, of


def allocate(world: World, flow_id: str, **body: Any) -> tuple[AllocatedObject, ...]:
    service = MediaStorageService.of(world.platform, world.caller)
    return service.allocate(flow_id, FlowStoragePost.from_body(body)).media_objects or ()


def uploads(world: World) -> UploadService:
    return UploadService.of(world.platform)


def upload(object_id: str, at_us: int = 1, bucket: str = "media", size: int = 10) -> Upload:
    return Upload(bucket, object_key(object_id), size, f"etag-{at_us}", at_us)


def test_as_many_as_asked_for_ten_unless_said_and_never_too_many(world: World) -> None:
    flow_id = world.flow()

    assert len(allocate(world, flow_id)) == ALLOCATION_DEFAULT
    assert len(allocate(world, flow_id, limit=1)) == 1
    assert len(allocate(world, flow_id, limit=ALLOCATION_MAX + 1)) == ALLOCATION_MAX
    ids = [f"{flow_id}-{at}" for at in range(ALLOCATION_MAX + 1)]
    with pytest.raises(InvalidRequestError, match="at most 1000"):
        allocate(world, flow_id, object_ids=ids)


def test_ids_of_the_clients_own_are_new_or_none_is_allocated(world: World) -> None:
    flow_id = world.flow()
    one, other = f"{flow_id}-1", f"{flow_id}-2"
    assert [each.object_id for each in allocate(world, flow_id, object_ids=[one])] == [one]

    with pytest.raises(InvalidRequestError, match="some or all already exist"):
        allocate(world, flow_id, object_ids=[other, one])
    assert world.object(other) is None


def test_the_backend_is_the_default_or_the_one_that_is_named(world: World) -> None:
    flow_id = world.flow()

    (here,) = allocate(world, flow_id, limit=1)
    (there,) = allocate(world, flow_id, limit=1, storage_id=ARCHIVE_ID)
    (plain,) = allocate(world, flow_id, limit=1, presigned=False)

    assert str(here.put_url.url).startswith(f"put:{STORAGE_ID}/")
    assert str(there.put_url.url).startswith(f"put:{ARCHIVE_ID}/")
    assert str(plain.put_url.url).startswith("plain:")
    with pytest.raises(InvalidRequestError, match=r"storage backend .* does not exist"):
        allocate(world, flow_id, storage_id=str(uuid4()))
    service = MediaStorageService.of(world.platform, EVERYONE)
    archive = tuple(each for each in service.backends if each.id == ARCHIVE_ID)
    with pytest.raises(InvalidRequestError, match="no default storage backend"):
        replace(service, backends=archive).allocate(flow_id, FlowStoragePost.from_body({}))


def test_the_type_is_the_flows_container_or_of_an_init_segment(world: World) -> None:
    essence = a_video_flow_body(init_segments=True)["essence_parameters"]
    plain, with_init = world.flow(), world.flow(essence_parameters=essence)

    (made,) = allocate(world, plain, limit=1)
    assert made.put_url.content_type == "video/mp2t"
    with pytest.raises(InvalidRequestError, match="only for Flows with init_segments"):
        allocate(world, plain, content_type="video/mp4")
    (made,) = allocate(world, with_init, limit=1, content_type="video/mp4")
    assert made.put_url.content_type == "video/mp4"
    with pytest.raises(InvalidRequestError, match="'container' is not set"):
        allocate(world, world.flow(container=None))


def test_who_may_not_write_the_flow_gets_no_storage(world: World) -> None:
    flow_id = world.flow(tags=of("news"))
    with pytest.raises(ForbiddenError):
        allocate(world.as_(holding(read="news")), flow_id)
    FlowPropertyService.of(world.platform, EVERYONE).set_read_only(flow_id, True)
    with pytest.raises(ForbiddenError, match="read-only"):
        allocate(world, flow_id)


def test_segments_of_uploads_may_touch_and_not_overlap(world: World) -> None:
    flow_id = world.flow()
    touching = [{"timerange": "[0:0_1:0)"}, {"timerange": "[1:0_2:0)"}]

    made = allocate(world, flow_id, segments=touching)

    assert [each.put_url.headers for each in made] == [
        {"x-amz-meta-tams-timerange": quoted} for quoted in ("[0:0_1:0)", "[1:0_2:0)")
    ]
    with pytest.raises(InvalidRequestError, match=r"segments\[1\].*overlaps"):
        allocate(world, flow_id, segments=[{"timerange": "[0:0_1:0]"}, {"timerange": "[1:0_2:0)"}])
    with pytest.raises(InvalidRequestError, match="an id that is too long"):
        allocate(world, flow_id, segments=[{"object_id": "x" * 300, "timerange": "[0:0_1:0)"}])


def registering(world: World, timerange: str = "[0:0_1:0)") -> tuple[str, str]:
    """A Flow, and an Object that registers a Segment of it once its bytes have come; they have."""
    flow_id = world.flow()
    (made,) = allocate(world, flow_id, segments=[{"timerange": timerange}])
    world.platform.bytes.kept[STORAGE_ID, made.object_id] = dict(made.put_url.headers or {})
    return flow_id, made.object_id


def test_an_upload_registers_its_segment_once(world: World) -> None:
    flow_id, object_id = registering(world)

    assert uploads(world).take([upload(object_id)]) == []
    assert uploads(world).take([upload(object_id)]) == []

    assert world.listed(flow_id) == ["[0:0_1:0)"]
    assert (stored := world.object(object_id)) is not None
    assert (stored.size_bytes, stored.etag) == (10, "etag-1")


def test_an_upload_never_brings_back_what_was_deleted(world: World) -> None:
    flow_id, object_id = registering(world)
    uploads(world).take([upload(object_id)])
    DeletionService.of(world.platform, EVERYONE).delete_segments(flow_id, ALL_TIME)

    uploads(world).take([upload(object_id, at_us=2)])

    assert world.listed(flow_id) == []


def test_the_latest_upload_counts_in_whatever_order_they_are_told(world: World) -> None:
    (object_id,) = world.allocate(world.flow())

    uploads(world).take([upload(object_id, at_us=5, size=50), upload(object_id, at_us=4, size=40)])
    uploads(world).take([upload(object_id, at_us=3, size=30)])

    assert (stored := world.object(object_id)) is not None
    assert (stored.uploaded_us, stored.size_bytes) == (5, 50)


def test_bytes_in_another_bucket_or_of_nobody_are_no_upload(world: World) -> None:
    (object_id,) = world.allocate(world.flow())

    uploads(world).take(
        [upload(object_id, bucket="archive"), Upload("media", "other/key", 1, None, 1)]
    )

    assert (stored := world.object(object_id)) is not None
    assert stored.uploaded_us is None


def test_what_is_refused_is_kept_on_the_object(world: World) -> None:
    flow_id, object_id = registering(world)
    world.segments(flow_id, 1)

    (refusal,) = uploads(world).take([upload(object_id)])

    assert (refusal.object_id, refusal.flow_id) == (object_id, flow_id)
    assert "overlaps" in refusal.fault.summary
    assert (stored := world.object(object_id)) is not None
    assert stored.state is ObjectState.ALLOCATED
    assert stored.fault is not None
    assert "overlaps" in stored.fault.summary


def test_one_backend_that_is_away_holds_up_no_other(world: World) -> None:
    flow_id, object_id = registering(world)
    (made,) = allocate(world, flow_id, storage_id=ARCHIVE_ID, segments=[{"timerange": "[5:0_6:0)"}])
    world.platform.bytes.away.add(ARCHIVE_ID)

    with pytest.raises(BackendUnavailableError):
        uploads(world).take([upload(object_id), upload(made.object_id, bucket="archive")])

    assert world.listed(flow_id) == ["[0:0_1:0)"]


def test_the_sweeper_looks_for_uploads_that_s3_did_not_report(world: World) -> None:
    flow_id, _ = registering(world)
    service = uploads(world)

    world.platform.time.now += service.reported_within
    service.sweep()
    assert world.listed(flow_id) == [], "S3 has as long as that"
    world.platform.time.now += timedelta(microseconds=1)
    service.sweep()
    assert world.listed(flow_id) == ["[0:0_1:0)"]
