"""Segments: what covers this timerange, and what may be added to it."""

import json
from uuid import uuid4

import httpx
import pytest

from tests.api.maker import Maker, all_pages
from tests.builders import a_video_flow_body
from tests.official_schemas import OfficialSchemas
from vastlocal.control import Control


def test_a_timerange_finds_whole_segments_that_overlap_it(
    api: httpx.Client, make: Maker, schemas: OfficialSchemas
) -> None:
    flow = make.flow()
    make.segments(flow["id"], 20)

    response = api.get(f"/flows/{flow['id']}/segments", params={"timerange": "[5:0_9:0)"})

    found = response.json()
    schemas.check_each("flow-segment.json", found)
    assert [each["timerange"] for each in found] == ["[4:0_6:0)", "[6:0_8:0)", "[8:0_10:0)"]
    assert response.headers["X-Paging-Timerange"] == "[4:0_10:0)"
    assert "Link" not in response.headers
    (url,) = found[0]["get_urls"]
    assert set(url) == {"url", "presigned", "label"}


def test_pages_follow_each_other_in_both_directions(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    posts = make.segments(flow["id"], 7)
    expected = [post["timerange"] for post in posts]

    for reverse in (False, True):
        pages = all_pages(
            api,
            f"/flows/{flow['id']}/segments",
            limit=3,
            reverse_order=str(reverse).lower(),
            timerange="[1:0_",
        )
        assert [len(page) for page in pages] == [3, 3, 1]
        listed = [each["timerange"] for page in pages for each in page]
        assert listed == (expected[::-1] if reverse else expected)


def test_an_unknown_flow_has_no_segments(api: httpx.Client) -> None:
    response = api.get(f"/flows/{uuid4()}/segments")

    assert response.status_code == 200
    assert response.json() == []
    assert response.headers["X-Paging-Timerange"] == "()"


def test_media_goes_straight_to_s3_and_comes_back(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    (allocated,) = api.post(f"/flows/{flow['id']}/storage", json={"limit": 1}).json()[
        "media_objects"
    ]
    put = allocated["put_url"]
    assert allocated["presigned"] is True

    sent = httpx.put(put["url"], content=b"media", headers={"Content-Type": put["content-type"]})
    assert sent.status_code == 200, sent.text
    segment = {"object_id": allocated["object_id"], "timerange": "[0:0_1:0)"}
    assert api.post(f"/flows/{flow['id']}/segments", json=segment).status_code == 201

    ((found,),) = all_pages(api, f"/flows/{flow['id']}/segments")
    assert httpx.get(found["get_urls"][0]["url"]).content == b"media"
    assert (
        httpx.put(put["url"], content=b"x", headers={"Content-Type": "text/html"}).status_code
        == 403
    )


def test_a_list_keeps_what_is_good_and_tells_what_failed(
    api: httpx.Client, make: Maker, schemas: OfficialSchemas
) -> None:
    flow = make.flow()
    first, second, third = make.objects(flow["id"], 3)
    posts = [
        {"object_id": first, "timerange": "[0:0_2:0)"},
        {"object_id": second, "timerange": "[1:0_3:0)"},
        {"object_id": third, "timerange": "[5:0_4:0)"},
        {"object_id": "unheard-of", "timerange": "[8:0_9:0)"},
        {"object_id": third, "timerange": "[2:0_4:0)"},
    ]

    response = api.post(f"/flows/{flow['id']}/segments", json=posts)

    assert response.status_code == 200
    schemas.check("flow-segment-bulk-failure.json", response.json())
    failed = response.json()["failed_segments"]
    assert [each["object_id"] for each in failed] == [second, third, "unheard-of"]
    assert "overlaps" in failed[0]["error"]["summary"]
    ((*stored,),) = all_pages(api, f"/flows/{flow['id']}/segments")
    assert [each["object_id"] for each in stored] == [first, third]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"timerange": "[2:0_1:0)"}, "empty"),
        ({"timerange": "()"}, "empty"),
        ({"timerange": "_"}, "start and an end"),
        ({"timerange": "[0:0_"}, "start and an end"),
        ({"timerange": "(0:0_1:0)"}, "start"),
        ({"timerange": "[0:0_999999999999999:0)"}, "604 million million"),
        ({"timerange": "[0:0_1:0)x"}, "timerange"),
        ({"timerange": 3}, "timerange"),
        ({"ts_offset": "1.5"}, "ts_offset"),
        ({"last_duration": "-1:0"}, "last_duration"),
        ({"object_id": "unheard-of"}, "does not exist"),
        ({"object_id": 7}, "object_id"),
        ({"get_urls": [{"url": "http://a/b"}]}, "label"),
        ({"key_frame_count": "3"}, "key_frame_count"),
    ],
)
def test_a_segment_that_makes_no_sense_is_refused_and_nothing_is_stored(
    api: httpx.Client, make: Maker, fields: dict[str, object], words: str, schemas: OfficialSchemas
) -> None:
    flow = make.flow()
    (object_id,) = make.objects(flow["id"], 1)
    path = f"/flows/{flow['id']}/segments"

    response = api.post(path, json={"object_id": object_id, "timerange": "[0:0_1:0)"} | fields)

    assert response.status_code == 400
    schemas.check("error.json", response.json())
    assert words in response.json()["summary"]
    assert api.get(path).json() == []


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b'{"object_id": ', 400, "JSON"),
        (b"", 400, "JSON"),
        (b"null", 400, "object"),
        (b'"text"', 400, "object"),
        (b'[{"object_id": "a"}]', 400, "timerange"),
        (b"[" * 100_000, 400, "nested"),
        (b'{"object_id": "a", "timerange": NaN}', 400, "NaN"),
        (json.dumps({"object_id": "a" * 5_000_000}).encode(), 413, "bytes"),
        (
            json.dumps([{"object_id": "a", "timerange": "[0:0_1:0)"}] * 10_001).encode(),
            400,
            "10000",
        ),
    ],
    ids=["cut", "none", "null", "text", "no timerange", "deep", "NaN", "5 MB", "10,001"],
)
def test_a_body_that_cannot_be_read_is_refused(
    api: httpx.Client, make: Maker, body: bytes, status: int, words: str
) -> None:
    flow = make.flow()
    path = f"/flows/{flow['id']}/segments"

    response = api.post(path, content=body, headers={"Content-Type": "application/json"})

    assert response.status_code == status
    assert words in response.json()["summary"]
    assert api.get(path).json() == []


def test_an_object_belongs_first_to_the_flow_it_was_allocated_for(
    api: httpx.Client, make: Maker
) -> None:
    first, second = make.flow(), make.flow()
    (object_id,) = make.objects(first["id"], 1)
    segment = {"object_id": object_id, "timerange": "[0:0_1:0)"}

    assert api.get(f"/objects/{object_id}").status_code == 404
    early = api.post(f"/flows/{second['id']}/segments", json=segment)
    assert early.status_code == 400
    assert "another Flow" in early.json()["summary"]
    assert api.post(f"/flows/{first['id']}/segments", json=segment).status_code == 201
    assert api.post(f"/flows/{second['id']}/segments", json=segment).status_code == 201

    found = api.get(f"/objects/{object_id}").json()
    assert found["referenced_by_flows"] == sorted([first["id"], second["id"]])
    assert found["first_referenced_by_flow"] == first["id"]


def test_unknown_flow_and_missing_container(api: httpx.Client, make: Maker) -> None:
    segment = {"object_id": "a", "timerange": "[0:0_1:0)"}
    assert api.post(f"/flows/{uuid4()}/segments", json=segment).status_code == 404
    assert api.delete(f"/flows/{uuid4()}/segments").status_code == 404
    assert api.post(f"/flows/{uuid4()}/storage").status_code == 404

    flow = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    del flow["container"]
    api.put(f"/flows/{flow['id']}", json=flow)
    assert api.post(f"/flows/{flow['id']}/segments", json=segment).status_code == 400
    assert api.post(f"/flows/{flow['id']}/storage").status_code == 400


def test_delete_takes_only_what_the_timerange_covers(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    posts = make.segments(flow["id"], 10)
    path = f"/flows/{flow['id']}/segments"

    for nothing in ("()", "", "[1:0_3:0)", "[100:0_200:0)"):
        assert api.delete(path, params={"timerange": nothing}).status_code == 204
    assert len(api.get(path).json()) == 10

    assert api.delete(path, params={"timerange": "[3:0_9:0)"}).status_code == 204
    left = [each["timerange"] for each in api.get(path).json()]
    assert left == [
        p["timerange"] for p in posts if p["timerange"] not in ("[4:0_6:0)", "[6:0_8:0)")
    ]
    gone = posts[2]["object_id"]
    assert api.get(f"/objects/{gone}").status_code == 404
    flow_now = api.get(f"/flows/{flow['id']}", params={"include_timerange": "true"}).json()
    assert flow_now["timerange"] == "[0:0_20:0)"
    assert flow_now["segments_updated"] > flow_now["metadata_updated"]

    assert api.delete(path).status_code == 204
    assert api.get(path).json() == []
    empty = api.get(f"/flows/{flow['id']}", params={"include_timerange": "true"}).json()
    assert empty["timerange"] == "()"


def test_the_timerange_of_a_flow_is_of_whole_segments(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    make.segments(flow["id"], 3, seconds=10)

    def spanned(timerange: str) -> str:
        parameters = {"include_timerange": "true", "timerange": timerange}
        text: str = api.get(f"/flows/{flow['id']}", params=parameters).json()["timerange"]
        return text

    assert spanned("[5:0_15:0)") == "[0:0_20:0)"
    assert spanned("[40:0_50:0)") == "()"
    assert spanned("_") == "[0:0_30:0)"
    assert "timerange" not in api.get(f"/flows/{flow['id']}").json()


def test_get_urls_are_filtered_and_segments_are_not(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    (object_id,) = make.objects(flow["id"], 1)
    segment = {
        "object_id": object_id,
        "timerange": "[0:0_1:0)",
        "get_urls": [{"url": "http://archive/a", "label": "archive"}],
    }
    assert api.post(f"/flows/{flow['id']}/segments", json=segment).status_code == 201

    def labels(**parameters: str) -> list[str]:
        (found,) = api.get(f"/flows/{flow['id']}/segments", params=parameters).json()
        return [url["label"] for url in found.get("get_urls", [])]

    assert labels() == ["local", "archive"]
    assert labels(accept_get_urls="") == []
    assert labels(accept_get_urls="archive") == ["archive"]
    assert labels(presigned="true") == ["local"]
    assert labels(presigned="false") == ["archive"]
    (found,) = api.get(f"/flows/{flow['id']}/segments", params={"verbose_storage": "true"}).json()
    controlled, uncontrolled = found["get_urls"]
    assert controlled["controlled"] is True
    assert controlled["store_type"] == "http_object_store"
    assert uncontrolled == {"url": "http://archive/a", "label": "archive", "controlled": False}


def test_reading_and_writing_keep_to_their_round_trips(
    api: httpx.Client, make: Maker, vast: Control
) -> None:
    """Begin and commit included: a window 3 once the Flow's density is known, a POST 9."""
    flow = make.flow()
    make.segments(flow["id"], 40)
    objects = make.objects(flow["id"], 100)
    posts = [
        {"object_id": object_id, "timerange": f"[{200 + n}:0_{201 + n}:0)"}
        for n, object_id in enumerate(objects)
    ]

    vast.reset()
    assert api.post(f"/flows/{flow['id']}/segments", json=posts).status_code == 201
    assert vast.counters().total_requests <= 9

    path, window = f"/flows/{flow['id']}/segments", {"timerange": "[10:0_70:0)"}
    for _ in range(8):
        api.get(path, params=window)
    vast.reset()
    assert len(api.get(path, params=window).json()) == 30
    assert vast.counters().total_requests in (3, 4)
