"""The coverage of Flows and Sources over HTTP, an extension."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.maker import Maker, all_pages

FIRST, SECOND = "[0:0_20:0)", "[100:0_110:0)"


def covered(api: httpx.Client, flow: dict[str, Any], **params: str) -> Any:
    answer = api.get(f"/flows/{flow['id']}/coverage", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def a_flow_with_a_gap(make: Maker, **fields: Any) -> dict[str, Any]:
    flow: dict[str, Any] = make.flow(**fields)
    make.segments(flow["id"], 10)
    make.segments(flow["id"], 5, start=100)
    return flow


def test_a_flow_tells_its_runs_gaps_and_buckets_right_after_a_post(
    api: httpx.Client, make: Maker
) -> None:
    flow = a_flow_with_a_gap(make)

    told = covered(api, flow, resolution="64:0")

    buckets = told.pop("buckets")
    assert told == {
        "flow_id": flow["id"],
        "timerange": "[0:0_110:0)",
        "resolution": "64:0",
        "segments": 15,
        "bytes": None,
        "unknown_sizes": 15,
        "covered": "30:0",
        "complete": True,
        "ranges": [FIRST, SECOND],
        "gaps": ["[20:0_100:0)"],
    }
    assert buckets == [
        {"timerange": "[0:0_64:0)", "segments": 10, "bytes": None, "covered": "20:0"},
        {"timerange": "[64:0_110:0)", "segments": 5, "bytes": None, "covered": "10:0"},
    ]


def test_a_stretch_cuts_what_reaches_into_it(api: httpx.Client, make: Maker) -> None:
    told = covered(api, a_flow_with_a_gap(make), timerange="[3:0_101:0)", resolution="1")

    assert (told["timerange"], told["segments"], told["covered"]) == ("[3:0_101:0)", 10, "18:0")
    assert told["gaps"] == ["[20:0_100:0)"]
    assert [each["timerange"] for each in told["buckets"][:2]] == ["[3:0_4:0)", "[4:0_5:0)"]


@pytest.mark.parametrize("timerange", ["()", "[50:0_60:0)", "[200:0_"])
def test_a_stretch_without_segments_has_nothing(
    timerange: str, api: httpx.Client, make: Maker
) -> None:
    told = covered(api, a_flow_with_a_gap(make), timerange=timerange)

    assert (told["timerange"], told["segments"], told["bytes"]) == ("()", 0, 0)
    assert (told["covered"], told["ranges"], told["buckets"]) == ("0:0", [], [])


def test_without_a_resolution_some_hundred_buckets_show_the_stretch(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    make.segments(flow["id"], 300)

    told = covered(api, flow)

    assert told["resolution"] == "4:0"
    assert [each["covered"] for each in told["buckets"]] == ["4:0"] * 150


@pytest.mark.parametrize(
    ("parameter", "words"),
    [
        ("timerange=1:0_0", "timerange: '1:0_0' is not a timerange"),
        ("resolution=", "resolution: '' is not the width of a bucket"),
        ("resolution=1:5:7", "resolution: '1:5:7' is not the width of a bucket"),
        ("resolution=0", "resolution: must be longer than 0 seconds, not '0'"),
        ("resolution=-4:0", "resolution: must be longer than 0 seconds, not '-4:0'"),
        ("resolutions=4", "did you mean 'resolution'?"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_words(
    parameter: str, words: str, api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    for path in (f"/flows/{flow['id']}", f"/sources/{flow['source_id']}"):
        answer = api.get(f"{path}/coverage?{parameter}")
        assert answer.status_code == 400, answer.text
        assert words in answer.json()["summary"]


def test_what_does_not_exist_has_no_coverage(api: httpx.Client) -> None:
    for path in (f"/flows/{uuid4()}", f"/sources/{uuid4()}", "/flows/x"):
        assert api.get(f"{path}/coverage").status_code == 404


def test_a_client_that_has_the_answer_is_sent_none(api: httpx.Client, make: Maker) -> None:
    flow = a_flow_with_a_gap(make)
    for path in (f"/flows/{flow['id']}/coverage", f"/sources/{flow['source_id']}/coverage"):
        etag = api.get(path).headers["etag"]
        known = {"If-None-Match": etag}
        assert api.get(path, headers=known).status_code == 304
        assert api.head(path, headers=known).status_code == 304
        head = api.head(path)
        assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", etag)
        assert api.get(path, params={"resolution": "256"}, headers=known).status_code == 200

    make.segments(flow["id"], 1, start=200)

    for path in (f"/flows/{flow['id']}/coverage", f"/sources/{flow['source_id']}/coverage"):
        assert api.get(path, headers={"If-None-Match": etag}).status_code == 200


def test_deleted_segments_are_gone_at_once_and_back_once_restored(
    api: httpx.Client, make: Maker
) -> None:
    flow = a_flow_with_a_gap(make)
    before = covered(api, flow)

    path = f"/flows/{flow['id']}/segments"
    assert api.delete(path, params={"timerange": "[2:0_20:0)"}).status_code in {202, 204}

    told = covered(api, flow)
    assert (told["segments"], told["ranges"]) == (6, ["[0:0_2:0)", SECOND])
    assert told != before


def test_a_source_tells_what_its_flows_cover_together_page_by_page(
    api: httpx.Client, make: Maker
) -> None:
    source_id = str(uuid4())
    first, second = (make.flow(source_id=source_id) for _ in range(2))
    make.segments(first["id"], 10)
    make.segments(second["id"], 5, start=100)

    told = api.get(f"/sources/{source_id}/coverage", params={"resolution": "16:0"}).json()
    pages = all_pages(api, f"/sources/{source_id}/coverage", limit=1)

    assert (told["source_id"], told["timerange"]) == (source_id, "[0:0_110:0)")
    assert (told["ranges"], told["gaps"]) == ([FIRST, SECOND], ["[20:0_100:0)"])
    assert told["complete"] is True
    flows = {each["flow_id"]: each for each in told["flows"]}
    assert {key: each["ranges"] for key, each in flows.items()} == {
        first["id"]: [FIRST],
        second["id"]: [SECOND],
    }
    assert {each["resolution"] for each in flows.values()} == {"16:0"}
    assert sorted(page["ranges"] for page in pages) == [[FIRST], [SECOND]]


def test_a_source_without_flows_has_nothing(api: httpx.Client) -> None:
    source = {"id": str(uuid4()), "format": "urn:x-nmos:format:video"}
    assert api.post("/sources", json=source).status_code == 201

    told = api.get(f"/sources/{source['id']}/coverage").json()

    assert (told["timerange"], told["ranges"], told["flows"]) == ("()", [], [])
