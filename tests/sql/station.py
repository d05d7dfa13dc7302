"""A small station: a camera with Flows of every kind, gaps, shared Objects, and things that were deleted."""

from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.builders import a_multi_flow_body, a_video_flow_body, an_audio_flow_body
from tests.contract.steps import uploaded
from tests.maker import Maker, all_pages

Json = dict[str, Any]

MIDNIGHT = 1_767_225_637
"""2026-01-01T00:00:00Z, in seconds of TAI."""
DAY = 86_400
CAMERA, COMMENTARY, PROGRAMME = (f"{digit * 8}-0000-4000-8000-000000000000" for digit in "123")
HD, PROXY, SOUND, MULTI, TAKE = (f"{digit * 8}-0000-4000-8000-000000000000" for digit in "45678")
ELSEWHERE = "an interview"
"""An Object whose media is not in the store."""


_VERBOSE = {"verbose_storage": True}
"""Instances are then shown with their storage backends."""


@dataclass
class Station:
    """`uploads` are the bytes of each Object that was uploaded."""

    api: httpx.Client
    uploads: dict[str, int] = field(default_factory=dict)

    def fill(self) -> None:
        make = Maker(self.api)
        tags = {"camera": "1", "site": ["london", "salford"]}
        make.flow(id=HD, source_id=CAMERA, label="HD", tags=tags, avg_bit_rate=5_000)
        make.flow(id=PROXY, source_id=CAMERA, label="proxy", tags={"camera": "1"})
        make.flow(an_audio_flow_body, id=SOUND, source_id=COMMENTARY, label="sound")
        make.flow(a_multi_flow_body, id=MULTI, source_id=PROGRAMME, label="programme")
        members = [{"id": HD, "role": "video"}, {"id": SOUND, "role": "audio"}]
        self._put(f"/flows/{MULTI}/flow_collection", members)
        self._put(f"/sources/{CAMERA}/label", "camera 1")
        self._put(f"/sources/{CAMERA}/description", 'on the "roof"')
        seconds = [0, 2, 4, 10, 12, DAY, DAY + 2]
        self._add(HD, seconds, self._upload(HD, len(seconds)), tags={"take": "1"})
        self._add(PROXY, seconds[:3], make.objects(PROXY, 3))
        (shared,) = self._upload(SOUND, 1)
        self._add(SOUND, [0, 2], [shared, shared])
        self._post("/objects", {"id": ELSEWHERE, "get_urls": [_url("archive"), _url("vault")]})
        self._post("/objects", {"id": "unused", "get_urls": [_url("archive")]})
        self._add(SOUND, [4], [ELSEWHERE])
        make.flow(a_video_flow_body, id=TAKE, source_id=CAMERA, label="a bad take")
        self._add(TAKE, [0, 2], self._upload(TAKE, 2))

    def delete_some(self) -> None:
        """Once S3 has reported the uploads, so that their sizes are known in the recycle bin."""
        assert self.api.delete(f"/flows/{TAKE}").is_success
        timerange = f"[{MIDNIGHT + 4}:0_{MIDNIGHT + 6}:0)"
        assert self.api.delete(
            f"/flows/{PROXY}/segments", params={"timerange": timerange}
        ).is_success

    def _upload(self, flow_id: str, count: int) -> list[str]:
        made: list[str] = []
        for number in range(count):
            content = b"m" * (1_000 + 100 * number)
            made += uploaded(self.api, {"id": flow_id}, content=content)
            self.uploads[made[-1]] = len(content)
        return made

    def _add(self, flow_id: str, seconds: list[int], objects: list[str], **fields: Any) -> None:
        """Segments of two seconds that start so many seconds after midnight."""
        posts = [
            {
                "object_id": object_id,
                "timerange": f"[{MIDNIGHT + second}:0_{MIDNIGHT + second + 2}:0)",
                "ts_offset": f"{MIDNIGHT + second}:0",
                **fields,
            }
            for second, object_id in zip(seconds, objects, strict=True)
        ]
        self._post(f"/flows/{flow_id}/segments", posts)

    def _post(self, path: str, body: object) -> None:
        response = self.api.post(path, json=body)
        assert response.status_code == 201, response.text

    def _put(self, path: str, body: object) -> None:
        response = self.api.put(path, json=body)
        assert response.is_success, response.text

    def all(self, path: str, **parameters: Any) -> list[Json]:
        """Everything that a listing of the API has."""
        return [each for page in all_pages(self.api, path, **parameters) for each in page]

    def events(self) -> list[Json]:
        """The event log, of which every page leads to another."""
        found: list[Json] = self.api.get("/events", params={"limit": 1000}).json()
        assert len(found) < 1000
        return found

    def segments(self) -> list[tuple[Json, Json]]:
        """All Segments, each with its Flow."""
        return [
            (flow, segment)
            for flow in self.all("/flows")
            for segment in self.all(
                f"/flows/{flow['id']}/segments", include_object_timerange=True, **_VERBOSE
            )
        ]

    def objects(self) -> dict[str, Json]:
        """The Objects that the API shows, as far as Segments and this module know of them."""
        known = {each["object_id"] for _, each in self.segments()} | {ELSEWHERE, "unused"}
        answers = {
            each: self.api.get(f"/objects/{each}", params=_VERBOSE)
            for each in known | self.uploads.keys()
        }
        return {each: answer.json() for each, answer in answers.items() if answer.is_success}


def _url(name: str) -> Json:
    return {"url": f"https://{name}.example/interview", "label": name}
