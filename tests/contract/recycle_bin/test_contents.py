"""How much the bin keeps, and where lists show what it holds."""

from typing import Any
from uuid import uuid4

import httpx

from tests.contract.recycle_bin.bin_entries import entries
from tests.contract.steps import segment, uploaded
from tests.maker import Maker, all_pages
from tests.waiting import until


def test_the_bin_says_how_much_it_keeps(bin_api: httpx.Client, bin_make: Maker) -> None:
    flow = bin_make.flow()
    ids = uploaded(bin_api, flow, 2)
    posts = [segment(each, 2 * at, 2 * at + 2) for at, each in enumerate(ids)]
    assert bin_api.post(f"/flows/{flow['id']}/segments", json=posts).status_code == 201
    known = {"flow_id": flow["id"]}
    path = "/recycle-bin/summary"
    assert bin_api.get(path, params=known).json() == {
        "entry_count": 0,
        "segment_count": 0,
        "size_bytes": 0,
        "unknown_sizes": 0,
        "unmeasured_count": 0,
    }
    bin_api.delete(f"/flows/{flow['id']}")

    until(lambda: entries(bin_api, **known)[0]["is_measured"])

    (entry,) = entries(bin_api, **known)
    whole = bin_api.get(path, params=known).json()
    for each in (entry, whole):
        assert each["size_bytes"] + each["unknown_sizes"] * len(b"media") == 2 * len(b"media")
    assert whole["oldest"] == entry["deleted_at"]
    assert bin_api.get(path, params={"kind": "object"}).status_code == 400
    assert bin_api.get(path, params={"limit": "1"}).status_code == 400


def test_deleted_ones_stand_at_their_places(bin_api: httpx.Client, bin_make: Maker) -> None:
    tags = {"mark": str(uuid4())}
    flows = [bin_make.flow(tags=tags, label=f"{at}") for at in range(7)]
    for flow in flows[1::2]:
        bin_api.delete(f"/flows/{flow['id']}")
    query = {"tag.mark": tags["mark"], "limit": "2"}

    def listed(path: str, **more: str) -> list[dict[str, Any]]:
        return [each for page in all_pages(bin_api, path, **query, **more) for each in page]

    for sort in ("created", "label", "metadata_updated"):
        for reverse in ("false", "true"):
            order = {"sort_by": sort, "reverse_order": reverse}
            all_ids = [flow["id"] for flow in flows]
            newest_first = (sort != "label") is (reverse == "false")
            assert [each["id"] for each in listed("/flows", include_deleted="true", **order)] == (
                all_ids[::-1] if newest_first else all_ids
            )
    only = listed("/flows", include_deleted="only")
    assert {each["id"] for each in only} == {flow["id"] for flow in flows[1::2]}
    deletions = {each["id"]: each for each in entries(bin_api)}
    for each in only:
        assert each["deleted"]
        assert each["deleted_at"] == deletions[each["recycle_bin_entry"]]["deleted_at"]
    assert len(listed("/flows")) == 4
    one = bin_api.get(f"/flows/{flows[1]['id']}", params={"include_deleted": "true"}).json()
    assert (one["label"], one["deleted"]) == ("1", True)
    live = bin_api.get(f"/flows/{flows[0]['id']}", params={"include_deleted": "true"}).json()
    assert live == bin_api.get(f"/flows/{flows[0]['id']}").json()
    sources = [each["source_id"] for each in flows]
    gone = bin_api.get(f"/sources/{sources[1]}", params={"include_deleted": "only"}).json()
    assert gone["deleted"]
    assert (
        bin_api.get(f"/sources/{sources[0]}", params={"include_deleted": "only"}).status_code == 404
    )
    found = bin_api.get("/sources", params={"include_deleted": "only", "label": "1"}).json()
    assert sources[1] in {each["id"] for each in found}
