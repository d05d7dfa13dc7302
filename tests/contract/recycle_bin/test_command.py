"""`tams` deletes into the bin, lists it, restores from it and purges it."""

import json

import httpx

from local.stack import Stack
from tests.cli.command import tams
from tests.contract.recycle_bin.bin_entries import entries
from tests.maker import Maker
from tests.waiting import until


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
