"""Segments: what covers this timerange, and what may be added to it."""

from uuid import uuid4

import httpx

from tests.api.maker import Maker, all_pages
from tests.official_schemas import OfficialSchemas
from tests.waiting import next_second
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


def test_delete_takes_only_what_the_timerange_covers(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    posts = make.segments(flow["id"], 10)
    path = f"/flows/{flow['id']}/segments"

    for nothing in ("()", "", "[1:0_3:0)", "[100:0_200:0)"):
        assert api.delete(path, params={"timerange": nothing}).status_code == 204
    assert len(api.get(path).json()) == 10

    next_second()
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
        "get_urls": [{"url": "http://cdn/a", "label": "cdn"}],
    }
    assert api.post(f"/flows/{flow['id']}/segments", json=segment).status_code == 201

    def labels(**parameters: str) -> list[str]:
        (found,) = api.get(f"/flows/{flow['id']}/segments", params=parameters).json()
        return [url["label"] for url in found.get("get_urls", [])]

    assert labels() == ["local", "cdn"]
    assert labels(accept_get_urls="") == []
    assert labels(accept_get_urls="cdn") == ["cdn"]
    assert labels(presigned="true") == ["local"]
    assert labels(presigned="false") == ["cdn"]
    (found,) = api.get(f"/flows/{flow['id']}/segments", params={"verbose_storage": "true"}).json()
    controlled, uncontrolled = found["get_urls"]
    assert controlled["controlled"] is True
    assert controlled["store_type"] == "http_object_store"
    assert uncontrolled == {"url": "http://cdn/a", "label": "cdn", "controlled": False}


def test_reading_and_writing_keep_to_their_round_trips(
    api: httpx.Client, make: Maker, vast: Control
) -> None:
    """Begin and commit included: a window 4, a POST 9. What goes on in the background is not counted."""
    flow = make.flow()
    make.segments(flow["id"], 40)
    objects = make.objects(flow["id"], 100)
    posts = [
        {"object_id": object_id, "timerange": f"[{200 + n}:0_{201 + n}:0)"}
        for n, object_id in enumerate(objects)
    ]

    vast.reset()
    assert api.post(f"/flows/{flow['id']}/segments", json=posts).status_code == 201
    writing = [each for each in transactions(vast) if each.get("insert_rows") == 2]
    assert 9 in [sum(each.values()) for each in writing]

    vast.reset()
    assert api.post(f"/flows/{flow['id']}/segments", json=posts).status_code == 201
    assert {"begin": 1, "query_rows": 3, "commit": 1} in transactions(vast)  # nothing is written

    path, window = f"/flows/{flow['id']}/segments", {"timerange": "[10:0_70:0)"}
    vast.reset()
    assert len(api.get(path, params=window).json()) == 30
    assert {"begin": 1, "query_rows": 2, "commit": 1} in transactions(vast)


def transactions(vast: Control) -> list[dict[str, int]]:
    return [dict(each) for each in vast.counters().transactions.values()]
