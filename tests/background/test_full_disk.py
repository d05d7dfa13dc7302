"""A full disk: writes that need room are rejected with the reason, nothing dies, and work resumes later."""

from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.builders import a_video_flow_body
from tests.receiver import receiver
from tests.small_disk import SmallDisk
from tests.waiting import until

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def small(disk: SmallDisk | None) -> Iterator[SmallDisk]:
    if disk is None:
        pytest.skip("a full disk was NOT tested: none can be mounted here")
    yield disk
    disk.free()


@pytest.fixture
def client(stack: Stack) -> Iterator[httpx.Client]:
    """One connection, which must last."""
    limits = httpx.Limits(max_connections=1)
    with httpx.Client(base_url=stack.api_url, timeout=120, limits=limits) as it:
        yield it


def put_flow(client: httpx.Client) -> tuple[str, httpx.Response]:
    body = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    return body["id"], client.put(f"/flows/{body['id']}", json=body)


def sweeps(stack: Stack) -> int:
    """How many came to a good end, as far as the log could take it."""
    return stack.log("poller").read_text().count('"uploads": ')


def test_writing_is_refused_because_vast_is_full_and_reading_goes_on(
    stack: Stack, client: httpx.Client, small: SmallDisk
) -> None:
    kept, answer = put_flow(client)
    assert answer.status_code == 201

    small.fill()

    for _ in range(10):
        _, refused = put_flow(client)
        assert refused.status_code == 503
        assert "VAST is full" in refused.json()["summary"]
        assert client.get(f"/flows/{kept}").status_code == 200
    stack.check()


@pytest.mark.parametrize("path", ["/health", "/health/ready"])
def test_health_says_what_is_full(client: httpx.Client, small: SmallDisk, path: str) -> None:
    small.fill()

    found = client.get(path)

    assert found.status_code == 503
    assert "VAST is full" in found.json()["vast"]
    small.free()
    until(lambda: client.get(path).status_code == 200)


def test_with_room_again_nothing_that_was_answered_is_lost_and_all_goes_on(
    stack: Stack, client: httpx.Client, small: SmallDisk
) -> None:
    with receiver() as it:
        hook = {"url": it.url, "events": ["flows/created"]}
        subscribed = client.post("/service/webhooks", json=hook)
        assert subscribed.status_code == 201
        answered = [put_flow(client)[0] for _ in range(3)]
        with small.full():
            assert put_flow(client)[1].status_code == 503
            stack.kill("vast")  # and comes back on a full disk
            stack.restart("vast")
            until(lambda: client.get(f"/flows/{answered[0]}").status_code == 200)
        swept = sweeps(stack)

        until(lambda: sweeps(stack) > swept)
        for flow_id in answered:
            assert client.get(f"/flows/{flow_id}").status_code == 200
        flow_id, answer = put_flow(client)
        assert answer.status_code == 201
        wanted = {*answered, flow_id}
        it.wait_for(lambda it: wanted <= {each.flow_id for each in it.distinct})
        assert upload(client, flow_id).status_code == 200
        until(lambda: client.get("/health").status_code == 200)
        client.delete(f"/service/webhooks/{subscribed.json()['id']}")


def upload(client: httpx.Client, flow_id: str) -> httpx.Response:
    stored = client.post(f"/flows/{flow_id}/storage", json={"limit": 1})
    put = stored.json()["media_objects"][0]["put_url"]
    headers = {"Content-Type": put["content-type"]}
    return httpx.put(put["url"], content=b"x" * 10_000, headers=headers)
