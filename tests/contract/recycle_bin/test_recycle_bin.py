"""The recycle bin over HTTP, and by the command: bytes in S3 live as long as what can be restored."""

import json
from typing import Any
from unittest.mock import ANY
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.cli.command import tams
from tests.contract.steps import segment, uploaded
from tests.maker import Maker, all_pages
from tests.waiting import until, until_gone


def entries(api: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    return [each for page in all_pages(api, "/recycle-bin", **query) for each in page]


def get_url(api: httpx.Client, flow_id: str) -> str:
    (listed,) = api.get(f"/flows/{flow_id}/segments").json()
    return str(listed["get_urls"][0]["url"])


def test_a_flow_comes_back_with_its_bytes(bin_api: httpx.Client, bin_make: Maker) -> None:
    flow = bin_make.flow(label="kept", tags={"take": "1"})
    (object_id,) = uploaded(bin_api, flow)
    posted = bin_api.post(f"/flows/{flow['id']}/segments", json=segment(object_id, 0, 2))
    assert posted.status_code == 201
    url = get_url(bin_api, flow["id"])
    before = bin_api.get(f"/flows/{flow['id']}").json()

    assert bin_api.delete(f"/flows/{flow['id']}").status_code == 204

    for path in (f"/flows/{flow['id']}", f"/sources/{flow['source_id']}", f"/objects/{object_id}"):
        assert bin_api.get(path).status_code == 404
        assert bin_api.head(path).status_code == 404
    assert bin_api.get(f"/flows/{flow['id']}/segments").json() == []
    assert bin_api.get("/flows", params={"source_id": flow["source_id"]}).json() == []
    assert httpx.get(url).content == b"media", "its URL lives as long as it said"

    restored = bin_api.post(f"/flows/{flow['id']}/restore")

    assert restored.status_code == 200
    assert restored.json() == {
        "source_id": flow["source_id"],
        "flow_ids": [flow["id"]],
        "segment_count": 1,
        "left_out": [],
    }
    assert bin_api.get(f"/flows/{flow['id']}").json() == before
    assert httpx.get(get_url(bin_api, flow["id"])).content == b"media"
    assert bin_api.post(f"/flows/{flow['id']}/restore").status_code == 404


def test_a_purge_takes_the_bytes_too(bin_api: httpx.Client, bin_make: Maker) -> None:
    flow = bin_make.flow()
    (object_id,) = uploaded(bin_api, flow)
    bin_api.post(f"/flows/{flow['id']}/segments", json=segment(object_id, 0, 2))
    url = get_url(bin_api, flow["id"])
    bin_api.delete(f"/flows/{flow['id']}/segments")
    until(lambda: entries(bin_api, flow_id=flow["id"])[0]["is_measured"])
    (entry,) = entries(bin_api, flow_id=flow["id"])
    assert bin_api.get(f"/recycle-bin/{entry['id']}").json() == entry

    assert bin_api.delete(f"/recycle-bin/{entry['id']}").status_code == 204

    assert bin_api.get(f"/recycle-bin/{entry['id']}").status_code == 404
    assert bin_api.post(f"/flows/{flow['id']}/segments/restore").status_code == 404
    until_gone(url)


def test_what_is_hard_deleted_is_gone(bin_api: httpx.Client, bin_make: Maker) -> None:
    flow = bin_make.flow()
    (object_id,) = uploaded(bin_api, flow)
    bin_api.post(f"/flows/{flow['id']}/segments", json=segment(object_id, 0, 2))
    url = get_url(bin_api, flow["id"])

    hard = {"soft_delete": "false"}
    assert bin_api.delete(f"/flows/{flow['id']}", params=hard).status_code == 204

    assert entries(bin_api, source_id=flow["source_id"]) == []
    until_gone(url)


def test_a_source_with_flows_needs_cascade(bin_api: httpx.Client, bin_make: Maker) -> None:
    flow = bin_make.flow()
    other = bin_make.flow(source_id=flow["source_id"])
    path = f"/sources/{flow['source_id']}"

    refused = bin_api.delete(path)
    assert refused.status_code == 409
    for each in (flow, other):
        assert each["id"] in refused.json()["summary"]
    assert bin_api.delete(path, params={"cascade": "true"}).status_code == 204
    assert bin_api.get("/flows", params={"source_id": flow["source_id"]}).json() == []

    restored = bin_api.post(f"{path}/restore").json()

    assert sorted(restored["flow_ids"]) == sorted([flow["id"], other["id"]])
    assert len(bin_api.get("/flows", params={"source_id": flow["source_id"]}).json()) == 2


def test_an_objects_bytes_live_as_long_as_the_bin_needs_them(
    bin_api: httpx.Client, bin_make: Maker
) -> None:
    flow = bin_make.flow()
    (object_id,) = uploaded(bin_api, flow)
    bin_api.post(f"/flows/{flow['id']}/segments", json=segment(object_id, 0, 2))
    url = get_url(bin_api, flow["id"])
    path = f"/objects/{object_id}"

    assert bin_api.delete(path).status_code == 409
    assert bin_api.delete(path, params={"cascade": "true"}).status_code == 204

    assert bin_api.get(path).status_code == bin_api.delete(path).status_code == 404
    restored = bin_api.post(f"/flows/{flow['id']}/segments/restore")
    assert restored.json()["segment_count"] == 1
    assert httpx.get(url).content == b"media"
    bin_api.delete(path, params={"cascade": "true", "soft_delete": "false"})
    until_gone(url)


def test_many_entries_are_restored_at_once(bin_api: httpx.Client, bin_make: Maker) -> None:
    flows = [bin_make.flow() for _ in range(3)]
    for flow in flows:
        bin_api.delete(f"/flows/{flow['id']}")
    found = {
        flow["id"]: entries(bin_api, flow_id=flow["id"], kind="flow")[0]["id"] for flow in flows
    }
    bin_make.flow(id=flows[1]["id"])  # in the way
    ids = [{"id": each} for each in found.values()]

    refused = bin_api.post("/recycle-bin/restore", json=ids)
    assert refused.status_code == 409
    assert refused.json()["summary"].startswith("items[1]: ")
    assert bin_api.get(f"/flows/{flows[0]['id']}").status_code == 404, "all or nothing"

    partial = bin_api.post("/recycle-bin/restore", params={"partial": "true"}, json=ids)

    assert [each["status"] for each in partial.json()] == [200, 409, 200]
    assert bin_api.get(f"/flows/{flows[0]['id']}").status_code == 200


@pytest.mark.parametrize("reverse", ["false", "true"])
def test_all_that_one_request_deleted_comes_back_in_one_batch(
    bin_api: httpx.Client, bin_make: Maker, reverse: str
) -> None:
    flow = bin_make.flow()
    bin_api.delete(f"/flows/{flow['id']}")
    listed = entries(bin_api, source_id=flow["source_id"], reverse_order=reverse)
    assert {each["kind"] for each in listed} == {"flow", "source"}

    batch = [{"id": each["id"]} for each in listed]
    answer = bin_api.post("/recycle-bin/restore", json=batch)

    assert answer.status_code == 200, answer.text
    assert [each["status"] for each in answer.json()] == [200, 200]
    assert bin_api.get(f"/flows/{flow['id']}").json()["id"] == flow["id"]
    assert entries(bin_api, source_id=flow["source_id"]) == []
    assert bin_api.post("/recycle-bin/restore", json=batch).status_code == 404


def test_a_source_does_not_come_back_without_the_flows_it_needs(
    bin_api: httpx.Client, bin_make: Maker
) -> None:
    first = bin_make.flow()
    last = bin_make.flow(source_id=first["source_id"])
    source = bin_api.get(f"/sources/{first['source_id']}").json()
    for flow in (first, last):
        bin_api.delete(f"/flows/{flow['id']}")
    (entry,) = entries(bin_api, flow_id=last["id"])
    assert bin_api.delete(f"/recycle-bin/{entry['id']}").status_code == 204

    refused = bin_api.post(f"/sources/{source['id']}/restore")

    assert refused.status_code == 409
    assert "restore another of its Flows" in refused.json()["summary"]
    assert bin_api.get(f"/sources/{source['id']}").status_code == 404
    assert bin_api.post(f"/flows/{first['id']}/restore").status_code == 200
    assert bin_api.get(f"/sources/{source['id']}").json() == source | {"updated": ANY}


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


@pytest.mark.parametrize(
    ("method", "path", "query", "status", "told"),
    [
        ("DELETE", "/flows/{flow}", {"soft_delete": "maybe"}, 400, "must be true or false"),
        ("DELETE", "/flows/{flow}", {"cascade": ""}, 400, "must be true or false"),
        ("DELETE", "/flows/{flow}/segments", {"deleted_by": "x" * 300}, 400, "256"),
        ("DELETE", "/flows/{flow}", {"deleted_by": ""}, 400, "printable"),
        ("DELETE", "/flows/{flow}", {"deleted_by": "ann\x1b[2J"}, 400, "printable"),
        ("GET", "/flows", {"include_deleted": "false"}, 400, "true"),
        ("GET", "/recycle-bin", {"kind": "object"}, 400, "kind: must be one of 'flow'"),
        ("GET", "/recycle-bin", {"deleted_from": "now"}, 400, "is not a date and time"),
        ("GET", "/recycle-bin", {"flow_id": "1"}, 400, "flow_id"),
        ("GET", "/recycle-bin", {"page": "1"}, 400, "page"),
        ("GET", "/recycle-bin/1", {}, 404, "is invalid"),
        ("POST", "/flows/{flow}/restore", {}, 404, "deleted Flow"),
        ("POST", "/flows/{flow}/segments/restore", {}, 404, "stretch of deleted Segments"),
        ("POST", "/flows/{flow}/segments/restore", {"timerange": "1"}, 400, "timerange"),
        ("POST", "/sources/{flow}/restore", {}, 404, "deleted Source"),
    ],
)
def test_bad_requests_are_told_what_is_wrong(
    bin_api: httpx.Client,
    bin_make: Maker,
    method: str,
    path: str,
    query: dict[str, str],
    status: int,
    told: str,
) -> None:
    flow = bin_make.flow()

    answer = bin_api.request(method, path.format(flow=flow["id"]), params=query)

    assert answer.status_code == status, answer.text
    assert told in answer.json()["summary"]
    assert "Value error" not in answer.text
    assert bin_api.get(f"/flows/{flow['id']}").status_code == 200


def test_the_command_lists_deletes_and_restores(
    binned: Stack, bin_api: httpx.Client, bin_make: Maker
) -> None:
    flow = bin_make.flow(label="by command")
    bin_make.segments(flow["id"], 4)

    tams(binned, "rm", "segments", flow["id"], "--timerange", "[0:0_4:0)", "--yes")
    (shown,) = json.loads(tams(binned, "ls", "segments", flow["id"], "--deleted", "--json"))
    assert shown["segment_count"] == 2
    assert "Segments  2" in tams(binned, "restore", "segments", flow["id"])
    tams(binned, "rm", "flow", flow["id"], "--yes")
    assert flow["id"] in tams(binned, "ls", "flows", "--deleted", "--json")
    assert "Size" in tams(binned, "ls", "flows", "--deleted")
    assert flow["id"] in tams(binned, "restore", "flow", flow["id"])
    assert bin_api.get(f"/flows/{flow['id']}").status_code == 200
    tams(binned, "rm", "source", flow["source_id"], "--cascade", "--yes")
    assert "Segments  4" in tams(binned, "restore", "source", flow["source_id"])
    tams(binned, "rm", "flow", flow["id"], "--hard", "--yes")
    assert entries(bin_api, flow_id=flow["id"]) == []


def test_the_command_says_when_a_deletion_goes_on_in_the_background(
    binned: Stack, bin_api: httpx.Client, bin_make: Maker
) -> None:
    source_id = bin_make.flow()["source_id"]
    for _ in range(50):
        bin_make.flow(source_id=source_id)

    said = tams(binned, "rm", "source", source_id, "--cascade", "--yes")

    assert f"deleting Source {source_id} in the background: deletion request " in said
    request_id = said.split()[-1]
    path = f"/flow-delete-requests/{request_id}"
    assert bin_api.get(path).json()["source_id"] == source_id
    until(
        lambda: bin_api.get(path).json()["status"] == "done"
    )  # or Flows would still come to the bin


def test_the_command_purges_what_is_old_enough(
    binned: Stack, bin_api: httpx.Client, bin_make: Maker
) -> None:
    flow = bin_make.flow()
    bin_api.delete(f"/flows/{flow['id']}")

    for age in ("1d", "999999w"):
        assert "nothing to purge" in tams(binned, "admin", "purge", "--older-than", age)
    told = tams(binned, "admin", "purge", "--dry-run", "--json")
    assert flow["id"] in told
    assert len(entries(bin_api, flow_id=flow["id"])) == 1
    assert "purged" in tams(binned, "admin", "purge", "--yes")
    assert entries(bin_api, flow_id=flow["id"]) == []
    refused = tams(binned, "admin", "purge", "--older-than", "soon", code=2)
    assert "12h" in refused


def test_what_went_with_an_object_comes_back_together(
    bin_api: httpx.Client, bin_make: Maker, binned: Stack
) -> None:
    """More Flows than one transaction changes: a deletion request, and one restore."""
    first, *others = [bin_make.flow()["id"] for _ in range(52)]
    (object_id,) = uploaded(bin_api, {"id": first})
    for flow_id in (first, *others):
        body = segment(object_id, 0, 2)
        assert bin_api.post(f"/flows/{flow_id}/segments", json=body).status_code == 201

    refused = bin_api.delete(f"/objects/{object_id}")
    accepted = bin_api.delete(f"/objects/{object_id}", params={"cascade": "true"})

    assert refused.status_code == 409
    assert accepted.status_code == 202
    request = accepted.json()
    assert request["object_id"] == object_id
    until(lambda: httpx.get(accepted.headers["Location"]).json()["status"] == "done")
    assert bin_api.get(f"/objects/{object_id}").status_code == 404
    assert len(entries(bin_api, deletion_id=request["id"])) == 52

    told = tams(binned, "restore", "deletion", request["id"])

    assert "Segments  52" in told
    assert len(bin_api.get(f"/flows/{others[-1]}/segments").json()) == 1
    assert entries(bin_api, deletion_id=request["id"]) == []
    assert bin_api.get(f"/objects/{object_id}").status_code == 200
    path = f"/recycle-bin/deletions/{request['id']}/restore"
    assert bin_api.post(path).status_code == 404
    assert bin_api.post("/recycle-bin/deletions/1/restore").status_code == 404
