"""What is deleted comes back through the API, with its bytes."""

from unittest.mock import ANY

import httpx
import pytest

from local.stack import Stack
from tests.cli.command import tams
from tests.contract.recycle_bin.bin_entries import entries
from tests.contract.steps import segment, uploaded
from tests.maker import Maker
from tests.waiting import until, until_gone


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
