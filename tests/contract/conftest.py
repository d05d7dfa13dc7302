"""The contract tests have a stack of their own, with three storage backends to tell apart."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tams.container import Container
from tams.models.event import EventType
from tams.runtime.aws import build_from
from tams.runtime.settings import Settings
from tests.api.maker import Maker
from tests.contract.steps import Json, added, copied, segment, uploaded
from tests.receiver import Receiver, receiver

ARCHIVE = "0f6c3c5e-5f0a-4a3e-8d0a-0c8f5b8f9a01"
AT_ONCE_SEGMENTS = 20
"""More Segments than these are deleted in the background: 202."""

UNLABELLED = "0f6c3c5e-5f0a-4a3e-8d0a-0c8f5b8f9a02"

Subscribe = Callable[..., dict[str, Any]]


@dataclass(frozen=True)
class Backends:
    """Ids of the storage backends: `local` is the default one, `unlabelled` has no tags either."""

    local: str
    archive: str = ARCHIVE
    unlabelled: str = UNLABELLED


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    data = tmp_path_factory.mktemp("contract")
    with Stack(data, keep_going=True) as first:
        (local,) = json.loads(first.settings_env()["TAMS_STORAGE_BACKENDS"])
        ports = first.config.ports
    described: list[dict[str, Any]] = [
        {"tags": {"tier": "hot", "site": ["london", "salford"]}},
        {"id": ARCHIVE, "label": "archive", "bucket": "archive", "tags": {"tier": "cold"}},
        {"id": UNLABELLED, "label": None, "bucket": "unlabelled", "tags": {}},
    ]
    backends = [{**local, "default_storage": not at, **each} for at, each in enumerate(described)]
    for backend in backends:
        (data / "s3" / backend["bucket"] / "media").mkdir(parents=True, exist_ok=True)
    env = {
        "TAMS_STORAGE_BACKENDS": json.dumps(backends),
        "TAMS_DELETION__AT_ONCE_SEGMENTS": str(AT_ONCE_SEGMENTS),
        "TAMS_DELETION__STEP_SEGMENTS": "10",
        "TAMS_WEBHOOKS__TIMEOUT_SECONDS": "1",
        "TAMS_WEBHOOKS__RETRY_FIRST_SECONDS": "0.2",
        "TAMS_WEBHOOKS__RETRY_LONGEST_SECONDS": "1",
        "TAMS_WEBHOOKS__GIVE_UP_SECONDS": "4",
    }
    with Stack(data, ports=ports, keep_going=True, env=env) as running:
        yield running


@pytest.fixture(scope="session")
def backends(stack: Stack) -> Backends:
    listed = httpx.get(f"{stack.api_url}/service/storage-backends").json()
    return Backends(next(each["id"] for each in listed if each.get("default_storage")))


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
def container(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Container:
    """What the functions are built from, in this process, on what the stack has stored."""
    for name, value in stack.settings_env().items():
        monkeypatch.setenv(name, value)
    return build_from(Settings())


@pytest.fixture
def make(api: httpx.Client) -> Maker:
    return Maker(api)


@pytest.fixture
def used(api: httpx.Client, make: Maker, backends: Backends) -> tuple[Json, str]:
    """A Flow, and the Object its Segment uses: on three backends, and at two URLs of its client's.

    So is its init Object, but for the URLs.
    """
    flow = make.flow(init_segments=True, container="video/iso.segment")
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
