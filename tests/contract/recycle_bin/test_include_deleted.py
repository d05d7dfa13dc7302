"""`include_deleted` on lists of Segments and on Objects: what is in the bin, at its place."""

from typing import Any

import httpx
import pytest

from local.stack import Stack
from tests.contract.steps import segment, uploaded
from tests.maker import Maker, all_pages

TOLD = {"deleted", "deleted_at", "deleted_by", "recycle_bin_entry"}


def listed(api: httpx.Client, flow_id: str, **query: str) -> list[dict[str, Any]]:
    path = f"/flows/{flow_id}/segments"
    return [each for page in all_pages(api, path, **query) for each in page]


def spans(segments: list[dict[str, Any]]) -> list[tuple[str, bool]]:
    return [(each["timerange"], each.get("deleted", False)) for each in segments]


@pytest.fixture
def flow_id(bin_api: httpx.Client, bin_make: Maker) -> str:
    """Six Segments, of which two are deleted one after the other, and one of these exists again."""
    flow = bin_make.flow()
    for at, object_id in enumerate(uploaded(bin_api, flow, 6)):
        bin_api.post(f"/flows/{flow['id']}/segments", json=segment(object_id, at, at + 1))
    for at in (1, 4):
        query = {"timerange": f"[{at}:0_{at + 1}:0)", "deleted_by": "ann"}
        path = f"/flows/{flow['id']}/segments"
        assert bin_api.delete(path, params=query).status_code == 204
    (again,) = uploaded(bin_api, flow)
    bin_api.post(f"/flows/{flow['id']}/segments", json=segment(again, 1, 2))
    return str(flow["id"])


ALL = [(f"[{at}:0_{at + 1}:0)", False) for at in range(6) if at != 4]
GONE = [("[1:0_2:0)", True), ("[4:0_5:0)", True)]


@pytest.mark.parametrize("limit", ["1", "2", "3", "100"])
def test_deleted_segments_stand_at_their_times(
    bin_api: httpx.Client, flow_id: str, limit: str
) -> None:
    both = sorted(ALL + GONE)

    assert spans(listed(bin_api, flow_id, include_deleted="true", limit=limit)) == both
    assert spans(listed(bin_api, flow_id, include_deleted="only", limit=limit)) == GONE
    assert spans(listed(bin_api, flow_id, limit=limit)) == ALL
    back = {"reverse_order": "true", "limit": limit}
    assert spans(listed(bin_api, flow_id, include_deleted="true", **back)) == both[::-1]
    assert spans(listed(bin_api, flow_id, include_deleted="only", **back)) == GONE[::-1]
    some = {"include_deleted": "true", "timerange": "[1:500000000_4:500000000)", "limit": limit}
    assert spans(listed(bin_api, flow_id, **some)) == both[1:6]


def test_a_deleted_segment_says_when_and_by_whom(bin_api: httpx.Client, flow_id: str) -> None:
    entries = {
        each["id"]: each for each in bin_api.get("/recycle-bin", params={"flow_id": flow_id}).json()
    }

    for each in listed(bin_api, flow_id, include_deleted="true"):
        if each.get("deleted"):
            entry = entries[each["recycle_bin_entry"]]
            assert each["deleted_at"] == entry["deleted_at"]
            assert each["deleted_by"] == "ann"
            assert httpx.get(each["get_urls"][0]["url"]).content == b"media"
        else:
            assert not TOLD & each.keys()


def test_filters_narrow_deleted_segments_too(bin_api: httpx.Client, flow_id: str) -> None:
    gone = listed(bin_api, flow_id, include_deleted="only")[1]
    query = {"object_id": gone["object_id"]}
    assert listed(bin_api, flow_id, **query) == []
    assert listed(bin_api, flow_id, include_deleted="true", **query) == [gone]

    path = f"/flows/{flow_id}/segments"
    assert bin_api.put(f"{path}/tags?timerange=[2:0_4:0)", json={"take": "1"}).status_code == 200
    bin_api.delete(path, params={"timerange": "[2:0_3:0)"})
    for tags in ({"tag.take": "1"}, {"tag_exists.take": "true"}):
        assert spans(listed(bin_api, flow_id, include_deleted="true", limit="2", **tags)) == [
            ("[2:0_3:0)", True),
            ("[3:0_4:0)", False),
        ]
        only = listed(bin_api, flow_id, include_deleted="only", **tags)
        assert spans(only) == [("[2:0_3:0)", True)]
    without = listed(bin_api, flow_id, include_deleted="only", **{"tag_exists.take": "false"})
    assert spans(without) == GONE


def test_the_segments_of_a_deleted_flow_are_shown(bin_api: httpx.Client, flow_id: str) -> None:
    assert bin_api.delete(f"/flows/{flow_id}").status_code == 204

    assert listed(bin_api, flow_id) == []
    all_gone = [(timerange, True) for timerange, _ in sorted(ALL + GONE)]
    for asked in ("true", "only"):
        assert spans(listed(bin_api, flow_id, include_deleted=asked, limit="3")) == all_gone


def test_headers_and_head_are_those_of_the_page(bin_api: httpx.Client, flow_id: str) -> None:
    path, query = f"/flows/{flow_id}/segments", {"include_deleted": "only", "limit": "1"}
    page = bin_api.get(path, params=query)

    assert page.headers["x-paging-timerange"] == "[1:0_2:0)"
    assert page.headers["x-paging-count"] == "1"
    head = bin_api.head(path, params=query)
    told = ("link", "x-paging-nextkey", "x-paging-timerange", "x-paging-count")
    assert [head.headers[each] for each in told] == [page.headers[each] for each in told]
    key = page.headers["x-paging-nextkey"]
    plain = bin_api.get(path, params={"page": key})
    assert (plain.status_code, "page" in plain.json()["summary"]) == (400, True)


def test_segments_deleted_again_and_again_are_all_shown(
    bin_api: httpx.Client, bin_make: Maker
) -> None:
    flow = bin_make.flow()
    path = f"/flows/{flow['id']}/segments"
    object_ids = uploaded(bin_api, flow, 5)
    for each in object_ids:
        bin_api.post(path, json=segment(each, 0, 1))
        bin_api.delete(path)

    for reverse in ("false", "true"):
        query = {"include_deleted": "true", "limit": "2", "reverse_order": reverse}
        found = [each["object_id"] for each in listed(bin_api, flow["id"], **query)]
        assert sorted(found) == sorted(object_ids)


def test_an_object_in_the_bin_is_shown(
    binned: Stack, bin_api: httpx.Client, bin_make: Maker
) -> None:
    """The specification's schema of Objects allows no other properties; who asks for these gets them."""
    flow = bin_make.flow(tags={"take": "1"})
    (object_id,) = uploaded(bin_api, flow)
    bin_api.post(f"/flows/{flow['id']}/segments", json=segment(object_id, 0, 2))
    path = f"/objects/{object_id}"
    unsigned = {"accept_get_urls": ""}  # a signature changes each second
    before = bin_api.get(path, params=unsigned).json()
    assert bin_api.get(path, params={"include_deleted": "true", **unsigned}).json() == before
    assert bin_api.get(path, params={"include_deleted": "only"}).status_code == 404

    bin_api.delete(f"/flows/{flow['id']}", params={"deleted_by": "ann"})

    assert bin_api.get(path).status_code == 404
    (entry,) = bin_api.get("/recycle-bin", params={"flow_id": flow["id"], "kind": "flow"}).json()
    for asked in ("true", "only"):
        found = httpx.get(binned.api_url + path, params={"include_deleted": asked}).json()
        told = {each: found.pop(each) for each in TOLD}
        assert told == {
            "deleted": True,
            "deleted_at": entry["deleted_at"],
            "deleted_by": "ann",
            "recycle_bin_entry": entry["id"],
        }
        assert httpx.get(found.pop("get_urls")[0]["url"]).content == b"media"
        assert found == {name: before[name] for name in before if name != "get_urls"}
    narrowed = {"include_deleted": "only", "flow_tag.take": "2"}
    assert httpx.get(binned.api_url + path, params=narrowed).json()["referenced_by_flows"] == []

    bin_api.post(f"/flows/{flow['id']}/restore")
    assert bin_api.get(path, params={"include_deleted": "only"}).status_code == 404
