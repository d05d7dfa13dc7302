"""32 clients write to one Flow at the same time, over HTTP, under each of VAST's possible conflict rules."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from local.stack import Stack
from tams.timing import TimeRange
from tests.maker import Maker

WRITERS = 32


@pytest.fixture
def stack(own_stack: Stack, conflicts: str) -> Iterator[Stack]:
    """Its VAST finds conflicts by another rule for a while."""
    own_stack.conflicts = conflicts
    own_stack.restart("vast")
    yield own_stack
    own_stack.conflicts = None
    own_stack.restart("vast")


@pytest.mark.parametrize("conflicts", ["strict", "column", "commit"])
def test_exactly_the_winners_are_stored_and_every_loser_is_told(
    stack: Stack, conflicts: str
) -> None:
    with httpx.Client(base_url=stack.api_url, timeout=120) as api:
        make = Maker(api)
        flow = make.flow()
        path = f"/flows/{flow['id']}/segments"
        # Each wants a stretch that overlaps those of its neighbours.
        wanted = [
            {"object_id": object_id, "timerange": f"[{n * 2}:0_{n * 2 + 3}:0)"}
            for n, object_id in enumerate(make.objects(flow["id"], WRITERS))
        ]
        together = Barrier(WRITERS)

        def post(segment: dict[str, str]) -> httpx.Response:
            together.wait()
            return api.post(path, json=segment)

        with ThreadPoolExecutor(WRITERS) as pool:
            answers = list(pool.map(post, wanted))

        statuses = {answer.status_code for answer in answers}
        assert statuses <= {201, 400}, [answer.text for answer in answers]
        won = [
            segment["timerange"]
            for segment, answer in zip(wanted, answers, strict=True)
            if answer.status_code == 201
        ]
        refused = [answer for answer in answers if answer.status_code == 400]
        assert all("overlaps" in answer.json()["summary"] for answer in refused)
        stored = [each["timerange"] for each in api.get(path).json()]
        assert stored == won
        taken = [TimeRange.parse(text) for text in stored]
        for segment in wanted:
            asked = TimeRange.parse(segment["timerange"])
            assert asked in taken or any(asked.overlaps(each) for each in taken)
