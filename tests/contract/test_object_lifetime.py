"""STO-16, STO-18 and OBJ-28…36: how long allocated and registered Objects are kept."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from local.environment import MEDIA_BUCKET
from local.stack import Stack
from tams.models.flow_segment import parse_segments_post
from tams.services.objects.cleanup import SWEEP_LIMIT
from tests.contract.conftest import Backends
from tests.contract.steps import Json, added, copied, post, segment, segments_of, uploaded
from tests.maker import Maker
from tests.services import Services
from tests.waiting import until, until_gone


@pytest.fixture
def object_id(api: httpx.Client, flow: Json) -> str:
    """Registered by the Flow, as `[0:0_10:0)`, with bytes."""
    (uploaded_id,) = uploaded(api, flow)
    added(api, flow, segment(uploaded_id, 0, 10))
    return uploaded_id


@pytest.fixture
def timeout(api: httpx.Client) -> timedelta:
    """How long the service promises to keep what was only allocated."""
    return timedelta(
        seconds=int(api.get("/service").json()["min_object_timeout"].partition(":")[0])
    )


def status(api: httpx.Client, object_id: str) -> int:
    return api.get(f"/objects/{object_id}").status_code


def urls_of(api: httpx.Client, object_id: str) -> list[str]:
    response = api.get(f"/objects/{object_id}")
    assert response.status_code == 200, response.text
    return [each["url"] for each in response.json()["get_urls"]]


def delete_segments(api: httpx.Client, flow: Json, **query: str) -> None:
    answer = api.delete(f"/flows/{flow['id']}/segments", params=query)
    assert answer.status_code == 204


def sweep(services: Services, after: timedelta) -> None:
    """As the schedule does when so much time has passed."""
    cleanup = replace(services.object_cleanup, clock=lambda: datetime.now(UTC) + after)
    while cleanup.sweep() >= SWEEP_LIMIT:
        pass


def bytes_of(stack: Stack, object_id: str, bucket: str = MEDIA_BUCKET) -> Path:
    """Where the object store keeps them, to check what the API does not show."""
    return stack.data_dir / "s3" / bucket / "media" / object_id


def test_STO_16_unused_storage_is_taken_back_once_the_promised_time_is_over(
    api: httpx.Client, make: Maker, stack: Stack, services: Services, timeout: timedelta
) -> None:
    flow = make.flow(init_segments=True, container="video/iso.segment")
    unused, init_id, media_id = uploaded(api, flow, 3)
    added(api, flow, segment(media_id, 0, 1, init_object_id=init_id))

    sweep(services, timeout - timedelta(minutes=1))
    assert bytes_of(stack, unused).exists()
    sweep(services, timeout + timedelta(minutes=5))

    until(lambda: not bytes_of(stack, unused).exists())
    for used in (init_id, media_id):
        assert bytes_of(stack, used).exists()
        assert status(api, used) == 200


def test_STO_18_storage_is_registered_late_unless_it_was_taken_back(
    api: httpx.Client, make: Maker, flow: Json, services: Services, timeout: timedelta
) -> None:
    late, too_late = make.objects(flow["id"], 2)
    after = timeout + timedelta(minutes=5)
    segments = replace(services.flow_segments, clock=lambda: datetime.now(UTC) + after)
    entries = parse_segments_post(segment(late, 0, 1)).entries

    assert segments.register(flow["id"], entries, single=True) == []
    sweep(services, after)

    assert status(api, late) == 200
    assert post(api, flow, segment(too_late, 1, 2)).status_code == 400


def test_OBJ_28_a_copy_of_an_object_that_goes_leaves_no_bytes(
    api: httpx.Client, flow: Json, stack: Stack, backends: Backends
) -> None:
    objects = uploaded(api, flow, 4, content=b"x" * 1_000_000)
    for object_id in objects:
        added(api, flow, segment(object_id, 0, 1))
        path, body = f"/objects/{object_id}/instances", {"storage_id": backends.archive}

        with ThreadPoolExecutor(2) as pool:
            asked = pool.submit(api.post, path, json=body)
            pool.submit(delete_segments, api, flow).result()

        assert asked.result().status_code in {201, 404, 503}
        assert status(api, object_id) == 404

    places = [bytes_of(stack, each, b) for each in objects for b in (MEDIA_BUCKET, "archive")]
    until(lambda: not any(place.exists() for place in places))


def test_OBJ_29_an_object_lives_while_any_segment_or_object_needs_it(
    api: httpx.Client, make: Maker, backends: Backends, object_id: str, flow: Json
) -> None:
    other = make.flow()
    added(api, other, segment(object_id, 0, 10))
    copied(api, object_id, backends.archive)
    urls = urls_of(api, object_id)

    delete_segments(api, flow)
    assert [httpx.get(url).content for url in urls] == [b"media", b"media"]
    delete_segments(api, other)

    assert status(api, object_id) == 404
    until_gone(*urls)


def test_OBJ_30_bytes_go_when_the_last_segment_does(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    urls = urls_of(api, object_id)

    delete_segments(api, flow)

    until_gone(*urls)


def test_OBJ_31_an_init_object_goes_with_the_last_media_that_needs_it(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow(init_segments=True, container="video/iso.segment")
    init_id, *media = uploaded(api, flow, 3)
    added(
        api,
        flow,
        *(segment(each, n, n + 1, init_object_id=init_id) for n, each in enumerate(media)),
    )
    urls = urls_of(api, init_id)

    delete_segments(api, flow, object_id=media[0])
    assert status(api, init_id) == 200
    delete_segments(api, flow)

    assert status(api, init_id) == 404
    until_gone(*urls)


def test_OBJ_32_one_segment_left_in_the_same_flow_keeps_an_object(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    added(api, flow, segment(object_id, 20, 30, ts_offset="20:0"))

    delete_segments(api, flow, timerange="[0:0_10:0)")
    assert status(api, object_id) == 200
    delete_segments(api, flow, timerange="[20:0_30:0)")

    assert status(api, object_id) == 404


def test_OBJ_33_an_object_that_is_gone_is_not_found(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    (url,) = urls_of(api, object_id)

    delete_segments(api, flow)

    assert status(api, object_id) == api.head(f"/objects/{object_id}").status_code == 404
    assert post(api, flow, segment(object_id, 0, 10)).status_code == 400
    until_gone(url)
    assert segments_of(api, flow) == []


def test_OBJ_34_the_id_of_an_object_that_is_gone_may_be_asked_for_again(
    api: httpx.Client, flow: Json, object_id: str
) -> None:
    delete_segments(api, flow)

    path, body = f"/flows/{flow['id']}/storage", {"object_ids": [object_id]}
    until(lambda: api.post(path, json=body).status_code == 201)

    assert status(api, object_id) == 404
    added(api, flow, segment(object_id, 5, 6))
    assert api.get(f"/objects/{object_id}").json()["timerange"] == "[5:0_6:0)"


def test_OBJ_35_an_object_is_used_again_or_goes_and_never_both(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    other = make.flow()
    for at, object_id in enumerate(uploaded(api, flow, 8)):
        added(api, flow, segment(object_id, at, at + 1))

        with ThreadPoolExecutor(2) as pool:
            deleted = pool.submit(delete_segments, api, flow)
            again = pool.submit(post, api, other, segment(object_id, at, at + 1))
        deleted.result()

        used = segments_of(api, other, object_id=object_id)
        assert len(used) == (again.result().status_code == 201)
        assert status(api, object_id) == (200 if used else 404)
        for url in urls_of(api, object_id) if used else ():
            assert httpx.get(url).content == b"media"


def test_OBJ_36_what_nobody_registered_in_time_is_gone_for_good(
    api: httpx.Client, flow: Json, services: Services, timeout: timedelta
) -> None:
    (unused,) = uploaded(api, flow)

    sweep(services, timeout + timedelta(minutes=5))

    assert status(api, unused) == 404
    assert post(api, flow, segment(unused, 0, 1)).status_code == 400
    assert segments_of(api, flow) == []
