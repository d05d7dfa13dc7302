"""Segments found by their tags (an extension), in every combination with what else chooses Segments."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.stack import Stack
from tams.models.filters import TagFilter, parse_tag_filters
from tams.timing import TimeRange
from tests.contract.steps import Json, added, segment, segments_of, timeranges
from tests.maker import Maker, all_pages
from tests.waiting import until
from vastlocal.control import Control

KINDS: list[Any] = ["news", "News", "new", "", "a\nb", "x\x1fy", ["news"], ["sport", "news"], []]
NAMES = ("kind", "ki", "kind\x1f", "{", "x/y z")


@dataclass(frozen=True)
class Found:
    """A Flow whose Segments have all sorts of tags, as they are listed without a filter."""

    flow: Json
    segments: list[Json]
    object_id: str
    """Several Segments use it."""


@pytest.fixture(scope="module")
def tagged(stack: Stack) -> Iterator[Found]:
    chance = random.Random(7)
    with httpx.Client(base_url=stack.api_url, timeout=120) as api:
        make = Maker(api)
        flow = make.flow()
        objects = make.objects(flow["id"], 20)
        posts = []
        for n in range(40):
            names = chance.sample(NAMES, chance.randint(0, 3))
            some = {"tags": {name: chance.choice(KINDS) for name in names}} if names else {}
            start = 2 * n + (100 if n > 30 else 0)
            at = chance.choice(objects) if n >= len(objects) else objects[n]
            posts.append(segment(at, start, start + 2, ts_offset=f"{start}:0", **some))
        added(api, flow, *posts)
        yield Found(flow, segments_of(api, flow, accept_get_urls=""), objects[0])


def matches(each: Json, filters: tuple[TagFilter, ...]) -> bool:
    return all(it.matches(each.get("tags", {})) for it in filters)


VALUES = st.sampled_from(["news", "News", "sport", "", "a\nb", "x\x1fy", "news,sport", "nobody"])
FILTERS = st.dictionaries(
    st.sampled_from([f"tag.{name}" for name in NAMES]), VALUES, max_size=2
).flatmap(
    lambda values: st.dictionaries(
        st.sampled_from([f"tag_exists.{name}" for name in NAMES]),
        st.sampled_from(["true", "false"]),
        min_size=0 if values else 1,
        max_size=2,
    ).map(lambda exists: values | exists)
)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    filters=FILTERS,
    timerange=st.sampled_from(["_", "[10:0_50:0)", "(11:0_161:0]", "[70:0_", "()"]),
    reverse=st.booleans(),
    limit=st.integers(1, 50),
    of_object=st.booleans(),
)
def test_all_pages_together_are_what_passes_the_filter(
    api: httpx.Client,
    tagged: Found,
    filters: dict[str, str],
    timerange: str,
    reverse: bool,
    limit: int,
    of_object: bool,
) -> None:
    asked = {**filters, "timerange": timerange, "limit": str(limit), "accept_get_urls": ""}
    asked |= {"reverse_order": "true"} if reverse else {}
    asked |= {"object_id": tagged.object_id} if of_object else {}

    pages = all_pages(api, f"/flows/{tagged.flow['id']}/segments", **asked)

    wanted, chosen = TimeRange.parse(timerange), parse_tag_filters("tag", filters)
    expected = [
        each
        for each in tagged.segments
        if matches(each, chosen)
        and TimeRange.parse(each["timerange"]).overlaps(wanted)
        and (not of_object or each["object_id"] == tagged.object_id)
    ]
    assert [each for page in pages for each in page] == (expected[::-1] if reverse else expected)
    assert all(len(page) <= limit for page in pages)


def test_head_tells_the_same_as_get(api: httpx.Client, tagged: Found) -> None:
    where = f"/flows/{tagged.flow['id']}/segments"
    for filters in (
        {"tag_exists.kind": "true"},
        {"tag_exists.kind": "false"},
        {"tag.kind": "none"},
    ):
        got, head = (
            api.request(method, where, params={**filters, "limit": "2"})
            for method in ("GET", "HEAD")
        )
        assert head.content == b""
        for name in got.headers:
            if name.startswith("x-paging") or name == "link":
                assert head.headers[name] == got.headers[name]
        assert int(got.headers["X-Paging-Count"]) == len(got.json())


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"tag.kind": "a,"}, "tag.kind: 'a,' has an empty member"),
        ({"tag_exists.kind": "yes"}, "tag_exists.kind: must be true or false"),
        ({"tags.kind": "a"}, "did you mean 'tag.kind'?"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(
    api: httpx.Client, tagged: Found, query: Json, words: str
) -> None:
    for method in ("GET", "HEAD"):
        response = api.request(method, f"/flows/{tagged.flow['id']}/segments", params=query)
        assert response.status_code == 400
    assert words in api.get(f"/flows/{tagged.flow['id']}/segments", params=query).json()["summary"]


def test_tags_of_segments_and_of_backends_are_different_filters(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    one, two = make.objects(flow["id"], 2)
    added(api, flow, segment(one, 0, 1, tags={"tier": "a"}), segment(two, 1, 2))

    both = segments_of(api, flow, **{"tag.tier": "a", "storage_backend_tag.tier": "cold"})

    assert timeranges(both) == ["[0:0_1:0)"]
    assert both[0]["get_urls"] == []
    assert len(segments_of(api, flow, **{"storage_backend_tag.tier": "hot"})) == 2


def test_segments_of_a_filter_are_not_deleted_by_it(api: httpx.Client, tagged: Found) -> None:
    where = f"/flows/{tagged.flow['id']}/segments"

    response = api.delete(where, params={"tag.kind": "news"})

    assert response.status_code == 400
    assert "unknown query parameter 'tag.kind'" in response.json()["summary"]


@pytest.mark.parametrize(
    ("query", "selects"),
    [
        ({}, 2),
        ({"tag.a": "1"}, 2),
        ({"tag.a": "1", "limit": "5"}, 2),
        ({"tag.a": "nobody"}, 2),
        ({"tag_exists.b": "true"}, 2),
        ({"tag_exists.a": "false"}, 2),
        ({"tag_exists.b": "false"}, 3),
    ],
)
def test_in_a_short_flow_only_the_absence_of_a_tag_costs_a_select_of_its_own(
    api: httpx.Client, make: Maker, vast: Control, query: Json, selects: int
) -> None:
    flow = make.flow()
    make.segments(flow["id"], 40)
    api.put(f"/flows/{flow['id']}/segments/tags", json={"a": "1"})

    vast.reset()
    segments_of(api, flow, **query)

    until(lambda: {"begin": 1, "query_rows": selects, "commit": 1} in transactions(vast))


def transactions(vast: Control) -> list[dict[str, int]]:
    return [dict(each) for each in vast.counters().transactions.values()]
