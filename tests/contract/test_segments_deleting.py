"""SEG-48…55: deleting Segments, and what becomes of their Objects."""

from uuid import uuid4

import httpx
import pytest

from tests.contract.steps import (
    Json,
    added,
    flow_of,
    read_only,
    segment,
    segments_of,
    timeranges,
)
from tests.maker import Maker
from tests.waiting import next_second

WHOLE = ["[0:0_10:0)", "[10:0_20:0)", "[20:0_30:0)"]


@pytest.fixture
def flow(api: httpx.Client, make: Maker) -> Json:
    """Three Segments of ten seconds."""
    made: Json = make.flow()
    make.segments(made["id"], 3, seconds=10)
    return made


def delete(api: httpx.Client, flow: Json, **query: str) -> httpx.Response:
    return api.delete(f"/flows/{flow['id']}/segments", params=query)


def test_SEG_48_without_a_timerange_all_segments_are_deleted(api: httpx.Client, flow: Json) -> None:
    assert delete(api, flow).status_code == 204

    assert segments_of(api, flow) == []
    assert flow_of(api, flow, include_timerange="true")["timerange"] == "()"


@pytest.mark.parametrize(
    ("timerange", "left"),
    [
        ("[5:0_20:0)", [WHOLE[0], WHOLE[2]]),
        ("[0:0_10:0]", WHOLE[1:]),
        ("(0:0_10:0)", WHOLE),
        ("[0:0_9:999999999]", WHOLE),
        ("[10:0_", WHOLE[:1]),
        ("_20:0)", WHOLE[2:]),
        ("[15:0]", WHOLE),
        ("()", WHOLE),
        ("", WHOLE),
        ("_", []),
    ],
)
def test_SEG_49_only_segments_that_are_covered_completely_are_deleted(
    api: httpx.Client, flow: Json, timerange: str, left: list[str]
) -> None:
    assert delete(api, flow, timerange=timerange).status_code == 204

    assert timeranges(segments_of(api, flow)) == left


def test_SEG_49_the_last_instant_of_a_segment_must_be_covered_too(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    kinds = ["[0:0_1:0]", "[2:0]"]
    added(
        api,
        flow,
        *(
            {"object_id": object_id, "timerange": timerange}
            for object_id, timerange in zip(make.objects(flow["id"], 2), kinds, strict=True)
        ),
    )

    for uncovering in ("[0:0_1:0)", "[1:0_2:0)", "(2:0_3:0)"):
        assert delete(api, flow, timerange=uncovering).status_code == 204
    assert timeranges(segments_of(api, flow)) == kinds
    assert delete(api, flow, timerange="[0:0_1:0]").status_code == 204
    assert timeranges(segments_of(api, flow)) == kinds[1:]
    assert delete(api, flow, timerange="[2:0]").status_code == 204
    assert segments_of(api, flow) == []


def test_SEG_50_only_segments_of_one_object_are_deleted(api: httpx.Client, flow: Json) -> None:
    object_id = segments_of(api, flow)[0]["object_id"]
    added(api, flow, segment(object_id, 40, 50, ts_offset="40:0"))

    assert delete(api, flow, object_id=object_id, timerange="[10:0_").status_code == 204
    assert timeranges(segments_of(api, flow)) == WHOLE
    assert delete(api, flow, object_id="nobody's").status_code == 204
    assert timeranges(segments_of(api, flow)) == WHOLE
    assert delete(api, flow, object_id=object_id).status_code == 204
    assert timeranges(segments_of(api, flow)) == WHOLE[1:]


def test_SEG_52_the_flow_must_exist_and_be_writable_and_the_query_make_sense(
    api: httpx.Client, flow: Json
) -> None:
    assert delete(api, {"id": str(uuid4())}).status_code == 404
    assert delete(api, {"id": "not-a-uuid"}).status_code == 404
    assert delete(api, flow, timerange="yesterday").status_code == 400
    read_only(api, flow, True)
    assert delete(api, flow).status_code == 403
    assert timeranges(segments_of(api, flow)) == WHOLE


@pytest.mark.parametrize(
    "query",
    [
        {"timerange": "[100:0_200:0)"},
        {"timerange": "()"},
        {"timerange": ""},
        {"timerange": "[20:0_0:0)"},
        {"timerange": "_", "object_id": "nobody's"},
    ],
    ids=["elsewhere", "empty", "no text", "backwards", "another Object"],
)
def test_SEG_53_deleting_nothing_succeeds_and_changes_nothing(
    api: httpx.Client, flow: Json, query: dict[str, str]
) -> None:
    before = segments_of(api, flow)

    response = delete(api, flow, **query)

    assert response.status_code == 204
    assert response.content == b""
    assert timeranges(segments_of(api, flow)) == timeranges(before) == WHOLE
    assert flow_of(api, flow, include_timerange="true")["timerange"] == "[0:0_30:0)"


def test_SEG_54_an_object_goes_with_its_last_segment(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    other = make.flow()
    object_id = segments_of(api, flow)[0]["object_id"]
    added(api, other, segment(object_id, 0, 10))

    delete(api, flow)
    assert api.get(f"/objects/{object_id}").json()["referenced_by_flows"] == [other["id"]]
    delete(api, other)

    assert api.get(f"/objects/{object_id}").status_code == 404


def test_SEG_55_deleting_changes_the_timeline_and_not_the_metadata(
    api: httpx.Client, flow: Json
) -> None:
    before = flow_of(api, flow, include_timerange="true")
    next_second()

    delete(api, flow, timerange="[0:0_10:0)")

    after = flow_of(api, flow, include_timerange="true")
    assert (before["timerange"], after["timerange"]) == ("[0:0_30:0)", "[10:0_30:0)")
    assert after["segments_updated"] > before["segments_updated"]
    for name in ("metadata_updated", "metadata_version", "created"):
        assert after[name] == before[name]
