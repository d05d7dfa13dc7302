"""The functions in this process, on a VAST of their own, and what operations start from."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from functions.deletion_worker import app as deletion_worker
from functions.object_cleanup import app as object_cleanup
from functions.object_copy import app as object_copy
from functions.object_created import app as object_created
from functions.sweeper import app as sweeper
from functions.webhook_delivery import app as webhook_delivery
from functions.webhook_fanout import app as webhook_fanout
from local.stack import Stack
from tams.object_stores.object_keys import object_key
from tams.settings.behaviour import RecycleBinSettings, RetentionSettings
from tests.benchmark.handlers import Handlers
from tests.benchmark.operations import Ground
from tests.builders import a_multi_flow_body
from tests.in_process import Platform, a_vast_in_process
from tests.integration.local_vast import STORAGE_ID
from tests.maker import Maker
from vastlocal.control import Control

Json = dict[str, Any]
AT_ONCE_SEGMENTS = 10
"""A DELETE of more Segments continues in the background."""


class World:
    def __init__(self, platform: Platform, api: httpx.Client) -> None:
        self.platform, self.api = platform, api
        self.make = Maker(api)
        self.ground = Ground(api)
        self.control = Control(platform.settings.vast.endpoint, "K", "S")

    def ask(self, method: str, path: str, *, status: int = 200, **arguments: Any) -> Any:
        """The document, if there is one."""
        response = self.api.request(method, path, **arguments)
        assert response.status_code == status, f"{method} {path}: {response.text}"
        return response.json() if response.content else None

    @contextmanager
    def earlier(self, **duration: float) -> Iterator[None]:
        """What is done inside is done so long ago."""
        now = self.platform.time.now
        self.platform.time.now = now - timedelta(**duration)
        yield
        self.platform.time.now = now

    @property
    def now(self) -> datetime:
        return self.platform.time.now

    def collection(self, *members: str) -> Json:
        """A Flow that collects these."""
        items = [{"id": each, "role": "picture"} for each in members]
        made: Json = self.make.flow(a_multi_flow_body, flow_collection=items)
        return made

    def flow_with_segments(self, count: int, **fields: Any) -> tuple[str, list[str]]:
        """Its id, and those of its Objects."""
        flow_id = str(self.make.flow(**fields)["id"])
        return flow_id, [each["object_id"] for each in self.make.segments(flow_id, count)]

    def webhook(self, **fields: Any) -> str:
        body = {"url": "https://example.com/hook", "events": ["flows/updated"], **fields}
        return str(self.ask("POST", "/service/webhooks", json=body, status=201)["id"])

    def sweep(self) -> None:
        sweeper.process(self.platform)

    def relay(self) -> None:
        webhook_fanout.process(self.platform, None)

    def deliver(self) -> None:
        webhook_delivery.process(self.platform, self._taken("deliveries"))

    def delete(self) -> None:
        deletion_worker.process(self.platform, self._taken("deletions"))

    def clean(self) -> None:
        object_cleanup.process(self.platform, self._taken("object_cleanup"))

    def copy(self) -> None:
        object_copy.process(self.platform, self._taken("copies"))

    def uploaded(self, object_id: str) -> None:
        """S3 has the bytes, and says so."""
        record = {
            "eventName": "ObjectCreated:Put",
            "eventTime": self.now.isoformat(),
            "s3": {
                "bucket": {"name": "media"},
                "object": {"key": object_key(object_id), "size": 5},
            },
        }
        object_created.process(self.platform, [{"Records": [record]}])

    def store_bytes(self, *object_ids: str, headers: Json | None = None) -> None:
        for each in object_ids:
            self.platform.bytes.kept[STORAGE_ID, each] = dict(headers or {})

    def _taken(self, name: str) -> list[str]:
        queue = getattr(self.platform.noted, name)
        bodies = list(queue.bodies)
        queue.sent.clear()
        return bodies


@contextmanager
def a_world(data: Path) -> Iterator[World]:
    with Stack(data / "stack", only=(), provision=False) as stack:
        routes = stack.application.routes
    (data / "vast").mkdir()
    with a_vast_in_process(data / "vast") as url:
        platform = Platform(url)
        settings = platform.settings
        few = {"at_once_segments": AT_ONCE_SEGMENTS, "step_segments": AT_ONCE_SEGMENTS}
        platform.settings = settings.model_copy(
            update={
                "recycle_bin": RecycleBinSettings(kept_seconds=7 * 86_400),
                "retention": RetentionSettings(enabled=True),
                "deletion": settings.deletion.model_copy(update=few),
            }
        )
        with httpx.Client(transport=Handlers(routes, platform), base_url="http://tams") as api:
            yield World(platform, api)


def a_profile() -> Json:
    flow = {
        "format": "urn:x-nmos:format:video",
        "codec": "video/h264",
        "container": "video/mp2t",
        "essence_parameters": {
            "frame_width": 1280,
            "frame_height": 720,
            "frame_rate": {"numerator": 25, "denominator": 1},
        },
    }
    return {"id": str(uuid4()), "label": "720p", "flow_metadata": flow}
