"""Retention over HTTP, and by the command: on a stack that has it turned on, and a sweep each second."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.stack import Stack
from tests.cli.command import tams
from tests.contract.test_api_guide import follow
from tests.maker import Maker, all_pages
from tests.stacks import UNHURRIED, new_stack
from tests.waiting import until


@pytest.fixture(scope="module")
def retaining(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    env = {
        **UNHURRIED,
        "TAMS_RECYCLE_BIN__KEPT_SECONDS": "604800",
        "TAMS_RETENTION__ENABLED": "true",
    }
    with new_stack(
        tmp_path_factory.mktemp("retaining"), workers=1, env=env, schedule_seconds=1
    ) as it:
        yield it


@pytest.fixture
def kept_api(retaining: Stack) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=retaining.api_url) as client:
        yield client


def report(api: httpx.Client, flow_id: str) -> dict[str, Any] | None:
    found = [each for page in all_pages(api, "/retention", limit=2) for each in page]
    return next((each for each in found if each["flow_id"] == flow_id), None)


def test_the_guide_shows_what_happens(kept_api: httpx.Client) -> None:
    follow(kept_api, "guides/retention.md")


def test_segments_go_and_the_flow_stays(kept_api: httpx.Client) -> None:
    make = Maker(kept_api)
    flow = make.flow(tags={"retention": "PT1S"})
    make.segments(flow["id"], 3)

    until(lambda: kept_api.get(f"/flows/{flow['id']}/segments").json() == [])

    assert kept_api.get(f"/flows/{flow['id']}").status_code == 200
    entries = kept_api.get("/recycle-bin", params={"flow_id": flow["id"]}).json()
    assert {each["deleted_by"] for each in entries} == {"retention"}
    assert sum(each["segment_count"] for each in entries) == 3
    assert kept_api.post(f"/flows/{flow['id']}/segments/restore").json()["segment_count"] == 3
    found = report(kept_api, flow["id"])
    assert found is not None
    assert found["goes"] == "segments"
    assert found["segment_count"] == 3


@pytest.mark.parametrize(
    "policy",
    [
        {"tags": {"retention": "PT1S"}, "status": "closed_complete"},
        {"tags": {"retention": "2020-02-29"}},
    ],
)
def test_a_flow_goes(kept_api: httpx.Client, policy: dict[str, Any]) -> None:
    make = Maker(kept_api)
    flow = make.flow(**policy)
    path = f"/flows/{flow['id']}"

    until(lambda: kept_api.get(path).status_code == 404)

    assert kept_api.post(f"{path}/restore").json()["flow_ids"] == [flow["id"]]
    assert kept_api.get(path).status_code == 200


def test_a_tag_that_is_no_policy_is_refused(kept_api: httpx.Client) -> None:
    flow = Maker(kept_api).flow()
    collection = kept_api.post("/collections", json={}).json()
    path, bad = f"/flows/{flow['id']}", {"retention": "30 days"}
    for answer in (
        kept_api.put(path, json={**flow, "tags": bad}),
        kept_api.put(f"{path}/tags", json=bad),
        kept_api.put(f"{path}/tags/retention", json="30 days"),
        kept_api.post("/flows/tags/batch", json=[{"id": flow["id"], "tags": bad}]),
        kept_api.put(f"/sources/{flow['source_id']}/tags/retention", json="30 days"),
        kept_api.patch(f"/collections/{collection['id']}", json={"tags": bad}),
    ):
        assert answer.status_code == 400
        assert "P30D" in answer.json()["summary"]
        assert "2027-01-01" in answer.json()["summary"]
    assert kept_api.get(path).json() == flow


def test_bad_queries_are_refused(kept_api: httpx.Client) -> None:
    for query in ({"limit": "x"}, {"page": "x"}, {"flow_id": "x"}):
        assert kept_api.get("/retention", params=query).status_code == 400


def test_the_command_shows_what_goes_next(retaining: Stack, kept_api: httpx.Client) -> None:
    flow = Maker(kept_api).flow(label="by command", tags={"retention": "P30D"})

    until(lambda: "next" in (report(kept_api, flow["id"]) or {}))

    shown = json.loads(tams(retaining, "admin", "retention", "--json"))
    (mine,) = [each for each in shown if each["flow_id"] == flow["id"]]
    assert mine == report(kept_api, flow["id"])
    assert "P30D" in tams(retaining, "admin", "retention")
