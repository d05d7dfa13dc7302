"""Whatever is killed during ingest: everything acknowledged is there, and nothing is half there."""

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tams.timing import TimeRange
from tests.builders import a_video_flow_body
from tests.e2e.media import needs_ffmpeg
from tests.long_form import SOAK

KILLS = 20 if SOAK else 2
SEGMENTS_A_POST = 5


class Writer(threading.Thread):
    """Ingests one Flow without end: allocate, upload, register; again after any failure, like a client.

    `answered` are the timeranges whose registration was answered with 201.
    """

    def __init__(self, api_url: str) -> None:
        super().__init__(daemon=True)
        self.flow_id = str(uuid4())
        self.answered: list[str] = []
        self.failures: Counter[object] = Counter()
        self.enough = threading.Event()
        self._api = httpx.Client(base_url=api_url, timeout=120)

    def run(self) -> None:
        body = a_video_flow_body(id=self.flow_id, source_id=str(uuid4()))
        with self._api:
            self._until_answered("PUT", f"/flows/{self.flow_id}", body, {201, 204})
            position = 0
            while not self.enough.is_set():
                self._ingest(position)
                position += SEGMENTS_A_POST

    def _ingest(self, position: int) -> None:
        limit = {"limit": SEGMENTS_A_POST}
        path = f"/flows/{self.flow_id}"
        allocated = self._until_answered("POST", f"{path}/storage", limit, {201})
        objects = allocated.json()["media_objects"]
        posts = [
            {
                "object_id": each["object_id"],
                "timerange": f"[{position + n}:0_{position + n + 1}:0)",
            }
            for n, each in enumerate(objects)
        ]
        response = self._until_answered("POST", f"{path}/segments", posts, {200, 201})
        if response.status_code == 201:
            self.answered += [post["timerange"] for post in posts]
        else:
            # Our own earlier try got through although its answer did not; a list says so for each.
            assert len(response.json()["failed_segments"]) == SEGMENTS_A_POST, response.text

    def _until_answered(
        self, method: str, path: str, body: object, good: set[int]
    ) -> httpx.Response:
        while True:
            try:
                response = self._api.request(method, path, json=body)
            except httpx.HTTPError as error:
                self.failures[type(error).__name__] += 1
            else:
                if response.status_code in good:
                    return response
                assert response.status_code in {503, 504}, response.text
                self.failures[response.status_code] += 1
            time.sleep(0.1)


def all_segments(api: httpx.Client, flow_id: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    url = f"/flows/{flow_id}/segments?accept_get_urls=&limit=1000"
    while True:
        response = api.get(url)
        assert response.status_code == 200, response.text
        found += response.json()
        if "next" not in response.links:
            return found
        url = response.links["next"]["url"]


@pytest.mark.timeout(900)
def test_what_was_answered_survives_kill_9_of_vast_and_of_the_gateway(own_stack: Stack) -> None:
    chance = random.Random(20)
    writers = [Writer(own_stack.api_url) for _ in range(3)]
    for writer in writers:
        writer.start()
    for kill in range(KILLS):
        time.sleep(chance.uniform(0.3, 2.5))
        part = ("vast", "gateway")[kill % 2]
        own_stack.kill(part)
        time.sleep(chance.uniform(0.0, 1.0))
        own_stack.restart(part)
    time.sleep(2)
    for writer in writers:
        writer.enough.set()
    for writer in writers:
        writer.join(timeout=120)
        assert not writer.is_alive()

    assert sum(sum(writer.failures.values()) for writer in writers) > 0, "nothing was disturbed"
    with httpx.Client(base_url=own_stack.api_url, timeout=120) as api:
        for writer in writers:
            segments = all_segments(api, writer.flow_id)
            ranges = [each["timerange"] for each in segments]
            assert len(writer.answered) >= SEGMENTS_A_POST
            assert len(set(ranges)) == len(ranges)
            assert set(writer.answered) <= set(ranges)
            # A request is stored whole or not at all, and nothing beyond what was asked for is there.
            assert ranges == [f"[{n}:0_{n + 1}:0)" for n in range(len(ranges))]
            assert len(ranges) % SEGMENTS_A_POST == 0
            flow = api.get(f"/flows/{writer.flow_id}", params={"include_timerange": "true"}).json()
            assert flow["timerange"] == str(TimeRange.between(0, len(ranges) * 10**9))
            for each in random.Random(1).sample(segments, min(20, len(segments))):
                media = api.get(f"/objects/{each['object_id']}", params={"accept_get_urls": ""})
                assert media.json()["referenced_by_flows"] == [writer.flow_id]


def test_a_part_that_is_down_gives_503_and_recovers_without_a_restart_of_the_rest(
    own_stack: Stack,
) -> None:
    with httpx.Client(base_url=own_stack.api_url, timeout=120) as api:
        flow = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
        assert api.put(f"/flows/{flow['id']}", json=flow).status_code == 201

        for part in ("vast", "s3"):
            own_stack.kill(part)
            health = api.get("/health")
            assert health.status_code == 503
            assert health.json()[part] != "ok"
            assert [name for name in ("vast", "s3") if health.json()[name] == "ok"] != []
            if part == "vast":
                for path in ("/flows", f"/flows/{flow['id']}", f"/flows/{flow['id']}/segments"):
                    response = api.get(path)
                    assert response.status_code == 503
                    assert set(response.json()) >= {"type", "summary", "time"}
                response = api.post(f"/flows/{flow['id']}/storage", json={"limit": 1})
                assert response.status_code == 503
            own_stack.restart(part)
            assert api.get("/health").json()["status"] == "ok"
            assert api.get(f"/flows/{flow['id']}").status_code == 200
            assert api.post(f"/flows/{flow['id']}/storage", json={"limit": 1}).status_code == 201


@needs_ffmpeg
@pytest.mark.timeout(900)
def test_an_ingest_comes_to_its_end_through_every_crash(own_stack: Stack, many: Path) -> None:
    """`tams ingest` waits for what is down. If it gives up, the next run resumes."""
    command = [sys.executable, "-m", "cli.main", "ingest", str(many), "--json"]
    command += ["--segment-seconds", "0.2", "--url", own_stack.api_url]
    chance = random.Random(4)
    for kill in range(KILLS):
        with subprocess.Popen(command, stdout=subprocess.DEVNULL) as ingesting:
            time.sleep(chance.uniform(0.8, 2.0))
            part = ("vast", "gateway")[kill % 2]
            own_stack.kill(part)
            time.sleep(chance.uniform(0.0, 0.5))
            own_stack.restart(part)
            time.sleep(chance.uniform(0.0, 0.3))
            ingesting.kill()

    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)
    with httpx.Client(base_url=own_stack.api_url, timeout=120) as api:
        video = all_segments(api, outcome["flow_ids"]["video"])
        assert len({each["timerange"] for each in video}) == len(video) == 120
        ends = [each["timerange"].strip("[)").split("_") for each in video]
        assert all(before[1] == after[0] for before, after in pairwise(ends))
        flow = api.get(f"/flows/{outcome['flow_ids']['video']}?include_timerange=true").json()
        assert flow["timerange"] == "[0:0_24:0)"
        assert flow["status"] == "closed_complete"
