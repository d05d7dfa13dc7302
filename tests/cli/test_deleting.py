"""`tams rm` says what it did, also when there was nothing to delete."""

import json

import httpx

from local.stack import Stack
from tests.cli.command import tams
from tests.maker import Maker


def a_flow_with_segments(api: httpx.Client) -> str:
    """Of two seconds each, up to the sixth."""
    flow_id: str = Maker(api).flow()["id"]
    for start in (0, 2, 4):
        body = {
            "object_id": f"{flow_id}/{start}",
            "timerange": f"[{start}:0_{start + 2}:0)",
            "get_urls": [{"label": "ours", "url": "https://media.example.com/a"}],
        }
        assert api.post(f"/flows/{flow_id}/segments", json=body).status_code == 201
    return flow_id


def rm(stack: Stack, flow_id: str, *more: str) -> str:
    return tams(stack, "rm", "segments", flow_id, "--yes", *more).strip()


def test_no_segments_are_told_apart_from_deleted_ones(api: httpx.Client, stack: Stack) -> None:
    flow_id = a_flow_with_segments(api)

    # None lies entirely within it.
    assert rm(stack, flow_id, "--timerange", "[1:0_3:0)") == (
        f"no Segments of Flow {flow_id} in [1:0_3:0)"
    )
    within = ["--timerange", "[1:0_5:0)"]
    assert rm(stack, flow_id, *within) == f"deleted the Segments within [1:0_5:0) of Flow {flow_id}"
    assert rm(stack, flow_id, *within).startswith("no Segments")
    assert rm(stack, flow_id) == f"deleted all Segments of Flow {flow_id}"
    assert rm(stack, flow_id) == f"no Segments of Flow {flow_id}"


def test_json_says_so_too(api: httpx.Client, stack: Stack) -> None:
    flow_id = a_flow_with_segments(api)

    found = [json.loads(rm(stack, flow_id, "--json")) for _ in range(2)]

    assert found == [
        {"kind": "segments", "id": flow_id, "deleted": deleted} for deleted in (True, False)
    ]


def test_a_missing_flow_is_an_error_as_before(stack: Stack) -> None:
    missing = "00000000-0000-4000-8000-000000000001"

    told = tams(stack, "rm", "segments", missing, "--yes", code=1)

    assert missing in told
    assert "DELETE" in told
