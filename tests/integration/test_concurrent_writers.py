"""Many concurrent writers of one resource: of those that exclude one another, exactly one wins."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import uuid4

import pytest

from tams.errors import InvalidRequestError
from tams.models.flow import parse_flow_put
from tams.models.flow_segment import parse_segments_post
from tams.models.flow_storage import FlowStoragePost
from tams.models.queries import FlowQuery
from tams.services.segments.window import PageRequest
from tams.timing import TimeRange
from tests.builders import a_video_flow_body
from tests.integration.local_vast import settings_for
from tests.long_form import SOAK
from tests.services import Services, services_of
from vastlocal.control import Control

WRITERS = 32 if SOAK else 16


def at_once(tasks: list[Callable[[], Any]]) -> list[Any]:
    """What each task returned, or the TAMS error it raised."""

    def outcome(task: Callable[[], Any]) -> Any:
        try:
            return task()
        except InvalidRequestError as error:
            return error

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(outcome, tasks))


def a_flow(services: Services, **fields: Any) -> str:
    body = a_video_flow_body(**{"id": str(uuid4()), "source_id": str(uuid4()), **fields})
    services.flows.put(body["id"], parse_flow_put(body))
    flow_id: str = body["id"]
    return flow_id


def test_of_overlapping_segments_posted_together_exactly_one_is_stored(
    vast_url: str, services: Services
) -> None:
    flow_id = a_flow(services)
    allocated = services.media_storage.allocate(
        flow_id, FlowStoragePost.from_body({"limit": WRITERS})
    )
    # Writer n wants [n/2, n/2 + 1): it overlaps its neighbours, and four of each eight can win.
    posts = [
        {
            "object_id": entry.object_id,
            "timerange": f"[{n // 2}:{n % 2 * 500_000_000}_{n // 2 + 1}:{n % 2 * 500_000_000})",
        }
        for n, entry in enumerate(allocated.media_objects or ())
    ]
    others = [services_of(settings_for(vast_url, patience_seconds=120)) for _ in range(4)]

    def post(n: int) -> Callable[[], Any]:
        entries = parse_segments_post(posts[n]).entries
        writer = others[n % len(others)]
        return lambda: writer.flow_segments.register(flow_id, entries, single=True)

    outcomes = at_once([post(n) for n in range(WRITERS)])

    won = [wanted for wanted, outcome in zip(posts, outcomes, strict=True) if outcome == []]
    lost = [outcome for outcome in outcomes if isinstance(outcome, InvalidRequestError)]
    assert len(won) + len(lost) == WRITERS
    assert all("overlaps" in str(error) for error in lost)
    page = services.flow_segments.list_(flow_id, PageRequest(TimeRange.eternity(), 1000))
    stored = [str(segment.timerange) for segment in page.segments]
    assert sorted(stored) == sorted(str(TimeRange.parse(post["timerange"])) for post in won)
    ranges = [segment.timerange for segment in page.segments]
    assert not any(one.overlaps(next_) for one, next_ in pairwise(ranges))
    # Nothing more would have fitted: a loser always had a winner in its way.
    for wanted, outcome in zip(posts, outcomes, strict=True):
        if outcome != []:
            assert any(TimeRange.parse(wanted["timerange"]).overlaps(taken) for taken in ranges)


def test_segments_that_do_not_overlap_are_all_stored_and_counted(
    vast_url: str, services: Services
) -> None:
    flow_id = a_flow(services)
    allocated = services.media_storage.allocate(flow_id, FlowStoragePost.from_body({"limit": 16}))
    writer = services_of(settings_for(vast_url, patience_seconds=120))

    def post(n: int, object_id: str) -> Callable[[], Any]:
        body = {"object_id": object_id, "timerange": f"[{n}:0_{n + 1}:0)"}
        entries = parse_segments_post(body).entries
        return lambda: writer.flow_segments.register(flow_id, entries, single=True)

    objects = [entry.object_id for entry in allocated.media_objects or ()]
    outcomes = at_once([post(n, object_id) for n, object_id in enumerate(objects)])

    assert outcomes == [[]] * 16
    flow = services.flows.get(flow_id, include_timerange=True)
    assert str(flow.timerange) == "[0:0_16:0)"


def test_one_new_flow_put_many_times_at_once_is_created_once(services: Services) -> None:
    body = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    put = parse_flow_put(body)

    outcomes = at_once([lambda: services.flows.put(body["id"], put)] * 8)

    assert Counter(outcome is None for outcome in outcomes) == {True: 7, False: 1}
    page = services.flows.list_(FlowQuery(source_id=body["source_id"]))
    assert [flow.id for flow in page.items] == [body["id"]]
    services.deletion.delete_flow(body["id"])
    assert not services.flows.list_(FlowQuery(source_id=body["source_id"])).items


def of_one_flow(hosts: Sequence[Services]) -> list[Callable[[], Any]]:
    put = parse_flow_put(a_video_flow_body(id=str(uuid4()), source_id=str(uuid4())))
    return [partial(each.flows.put, put.common.id, put) for each in hosts]


def of_one_new_source(hosts: Sequence[Services]) -> list[Callable[[], Any]]:
    source_id = str(uuid4())
    bodies = [a_video_flow_body(id=str(uuid4()), source_id=source_id) for _ in hosts]
    return [
        partial(each.flows.put, body["id"], parse_flow_put(body))
        for each, body in zip(hosts, bodies, strict=True)
    ]


def of_tags_of_one_flow(hosts: Sequence[Services]) -> list[Callable[[], Any]]:
    flow_id = a_flow(hosts[0])
    return [
        partial(each.flow_properties.set_tag, flow_id, f"tag-{number}", "x")
        for number, each in enumerate(hosts)
    ]


CONTENDING = [of_one_flow, of_one_new_source, of_tags_of_one_flow]


@pytest.mark.parametrize("tasks", CONTENDING)
def test_sixteen_who_write_one_thing_all_succeed(
    vast_url: str, tasks: Callable[[Sequence[Services]], list[Callable[[], Any]]]
) -> None:
    """From two processes, which is where their transactions still collide."""
    hosts = [services_of(settings_for(vast_url, patience_seconds=600)) for _ in range(2)]

    outcomes = at_once(tasks(hosts * 8))

    assert not [each for each in outcomes if isinstance(each, Exception)]


@pytest.mark.parametrize("tasks", CONTENDING)
def test_writers_of_one_process_take_turns_and_none_works_in_vain(
    vast_url: str,
    vast: Control,
    tasks: Callable[[Sequence[Services]], list[Callable[[], Any]]],
) -> None:
    host = services_of(settings_for(vast_url, patience_seconds=600))
    work = tasks([host] * 16)
    vast.reset()

    at_once(work)

    counted = vast.counters()
    assert counted.requests["begin"] == 16
    assert set(counted.statuses) == {200}


def test_one_object_id_is_allocated_once(services: Services) -> None:
    flow_id, object_id = a_flow(services), str(uuid4())
    post = FlowStoragePost.from_body({"object_ids": [object_id]})

    outcomes = at_once([lambda: services.media_storage.allocate(flow_id, post)] * 8)

    refused = [outcome for outcome in outcomes if isinstance(outcome, InvalidRequestError)]
    assert len(refused) == 7


def test_the_last_flow_of_a_source_and_a_new_one_at_once_leave_no_orphan(
    services: Services,
) -> None:
    for _ in range(5):
        source_id = str(uuid4())
        old = a_flow(services, source_id=source_id)
        new = a_video_flow_body(id=str(uuid4()), source_id=source_id)

        def create(body: dict[str, Any] = new) -> Any:
            return services.flows.put(body["id"], parse_flow_put(body))

        def delete(flow_id: str = old) -> None:
            services.deletion.delete_flow(flow_id)

        at_once([create, delete])

        assert services.sources.get(source_id).id == source_id
        services.deletion.delete_flow(new["id"])
