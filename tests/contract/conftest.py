"""Fixtures of the contract tests, on the shared stack."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tams.models.event import EventType
from tests.contract.listings import Listing, prepared
from tests.contract.steps import Json, added, copied, segment, uploaded
from tests.maker import Maker
from tests.receiver import Receiver, receiver
from tests.services import Services, services_on
from tests.stacks import AT_ONCE_SEGMENTS, Backends

__all__ = ["AT_ONCE_SEGMENTS", "Backends", "Subscribe"]

Subscribe = Callable[..., dict[str, Any]]


@pytest.fixture
def subscribe(api: httpx.Client) -> Iterator[Subscribe]:
    """Registers a webhook, for the events of a Source of one's own; it is deleted after the test."""
    made: list[str] = []

    def create(to: Receiver, source_id: str, **fields: Any) -> dict[str, Any]:
        body = {"url": to.url, "events": list(EventType), "source_ids": [source_id], **fields}
        response = api.post("/service/webhooks", json=body)
        assert response.status_code == 201, response.text
        made.append(response.json()["id"])
        created: dict[str, Any] = response.json()
        return created

    yield create
    for webhook_id in made:
        api.delete(f"/service/webhooks/{webhook_id}")


@pytest.fixture
def services(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Services:
    """What the functions are built from, in this process, on what the stack has stored."""
    return services_on(stack, monkeypatch)


@pytest.fixture
def make(api: httpx.Client) -> Maker:
    return Maker(api)


@pytest.fixture
def flow(make: Maker) -> Json:
    """A Flow without Segments."""
    made: Json = make.flow()
    return made


@pytest.fixture(scope="session")
def known_listings() -> dict[str, Listing]:
    """By the path in LISTINGS. Tests only read them."""
    return {}


@pytest.fixture
def listing(
    api: httpx.Client, make: Maker, known_listings: dict[str, Listing]
) -> Callable[[str], Listing]:
    """Path and filters of a listing with three items at least."""

    def once(path: str) -> Listing:
        if path not in known_listings:
            made = prepared(api, make, path, at_once_segments=AT_ONCE_SEGMENTS)
            known_listings[path] = made
        return known_listings[path]

    return once


@pytest.fixture(scope="session")
def used(stack: Stack, backends: Backends) -> tuple[Json, str]:
    """A Flow, and the Object its Segment uses: on three backends, and at two URLs of its client's.

    So is its init Object, but for the URLs. Tests share them, and only read.
    """
    with httpx.Client(base_url=stack.api_url, timeout=120) as api:
        flow = Maker(api).flow(init_segments=True, container="video/iso.segment")
        init_id, object_id = uploaded(api, flow, 2)
        added(api, flow, segment(object_id, 0, 1, init_object_id=init_id))
        for name in ("cdn", "tape"):
            body = {"url": f"https://{name}.example.com/{object_id}", "label": name}
            assert api.post(f"/objects/{object_id}/instances", json=body).status_code == 201
        for storage_id in (backends.archive, backends.unlabelled):
            for each in (init_id, object_id):
                copied(api, each, storage_id)
        return flow, object_id


@pytest.fixture
def inbox() -> Iterator[Receiver]:
    with receiver() as it:
        yield it


@pytest.fixture
def source_id() -> str:
    return str(uuid4())
