"""A data folder of an earlier release, provisioned by this one: every filter still finds everything."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from local.stack import Stack
from tests.stacks import UNHURRIED

RELEASE = Path(__file__).parent / "release_0_1_0"
ANSWERS: dict[str, Any] = json.loads((RELEASE / "answers.json").read_text())
CHANGING = {"created", "updated", "metadata_updated", "segments_updated"}
"""Answered in whole seconds now, and finer then."""


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("upgraded")
    with tarfile.open(RELEASE / "data.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    with (
        Stack(folder / "data", env=UNHURRIED) as stack,
        httpx.Client(base_url=stack.api_url, timeout=120) as client,
    ):
        yield client


@pytest.mark.parametrize("query", ANSWERS["lists"])
def test_every_listing_finds_what_it_found_before(upgraded: httpx.Client, query: str) -> None:
    listed = upgraded.get(query)

    assert listed.status_code == 200, listed.text
    assert [_name(each) for each in listed.json()] == ANSWERS["lists"][query]


@pytest.mark.parametrize("path", ANSWERS["documents"])
def test_every_document_says_what_it_said_before(upgraded: httpx.Client, path: str) -> None:
    before, after = ANSWERS["documents"][path], upgraded.get(path).json()

    assert before.keys() == after.keys()
    assert {name: before[name] for name in before.keys() - CHANGING} == {
        name: after[name] for name in after.keys() - CHANGING
    }


@pytest.mark.parametrize("path", ANSWERS["objects"])
def test_every_object_is_still_referred_to(upgraded: httpx.Client, path: str) -> None:
    assert sorted(upgraded.get(path).json()["referenced_by_flows"]) == ANSWERS["objects"][path]


def test_the_event_log_still_holds_what_it_held(upgraded: httpx.Client) -> None:
    logged = [each["event_type"] for each in upgraded.get("/events?limit=1000").json()]

    assert logged[: len(ANSWERS["events"])] == ANSWERS["events"]


def test_what_was_stored_can_be_changed_and_deleted(upgraded: httpx.Client) -> None:
    flow_id = upgraded.get("/flows?label=Camera 2").json()[0]["id"]

    assert upgraded.put(f"/flows/{flow_id}/label", json="Camera two").status_code == 204
    assert [each["id"] for each in upgraded.get("/flows?label=Camera two").json()] == [flow_id]
    assert upgraded.delete(f"/flows/{flow_id}").status_code in {202, 204}
    assert upgraded.get(f"/flows/{flow_id}").status_code == 404


def _name(item: dict[str, Any]) -> str:
    if "object_id" in item:
        return f"{item['object_id']} {item['timerange']}"
    return str(item["id"])
