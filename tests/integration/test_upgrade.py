"""Data folders of earlier releases, provisioned by this one: every filter still finds everything."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import httpx
import pytest

from local.stack import Stack
from tests.integration.kept_data import FOLDERS, HERE, unpacked
from tests.stacks import UNHURRIED

ANSWERS: dict[str, Any] = {
    name: json.loads((HERE / name / "answers.json").read_text()) for name in FOLDERS
}
CHANGING = {"created", "updated", "metadata_updated", "segments_updated"}
"""Answered in whole seconds now, and finer then."""


def each(kind: str) -> Callable[[Any], Any]:
    """Runs a test for each question of a kind, with the folder that it concerns."""
    asked = [(name, question) for name in FOLDERS for question in ANSWERS[name][kind]]
    return pytest.mark.parametrize(("name", "question"), asked)


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], httpx.Client]]:
    """A client of the stack on a folder. Each stack starts once."""
    with ExitStack() as open_ones:

        @cache
        def client_of(name: str) -> httpx.Client:
            data = unpacked(name, tmp_path_factory.mktemp("upgraded"))
            stack = open_ones.enter_context(Stack(data, env=UNHURRIED, workers=1))
            client = httpx.Client(base_url=stack.api_url, timeout=120)
            return open_ones.enter_context(client)

        yield client_of


@each("lists")
def test_every_listing_finds_what_it_found_before(
    upgraded: Callable[[str], httpx.Client], name: str, question: str
) -> None:
    listed = upgraded(name).get(question)

    assert listed.status_code == 200, listed.text
    assert [_name(each) for each in listed.json()] == ANSWERS[name]["lists"][question]


@each("documents")
def test_every_document_says_what_it_said_before(
    upgraded: Callable[[str], httpx.Client], name: str, question: str
) -> None:
    before = ANSWERS[name]["documents"][question]
    after = upgraded(name).get(question).json()

    assert before.keys() == after.keys()
    assert {name: before[name] for name in before.keys() - CHANGING} == {
        name: after[name] for name in after.keys() - CHANGING
    }


@each("objects")
def test_every_object_is_still_referred_to(
    upgraded: Callable[[str], httpx.Client], name: str, question: str
) -> None:
    found = upgraded(name).get(question).json()["referenced_by_flows"]

    assert sorted(found) == ANSWERS[name]["objects"][question]


@pytest.mark.parametrize("name", FOLDERS)
def test_the_event_log_still_holds_what_it_held(
    upgraded: Callable[[str], httpx.Client], name: str
) -> None:
    before = ANSWERS[name]["events"]
    logged = [each["event_type"] for each in upgraded(name).get("/events?limit=1000").json()]

    assert logged[: len(before)] == before


@pytest.mark.parametrize("name", FOLDERS)
def test_what_was_stored_can_be_changed_and_deleted(
    upgraded: Callable[[str], httpx.Client], name: str
) -> None:
    client = upgraded(name)
    flow_id = client.get("/flows?label=Camera 2").json()[0]["id"]

    assert client.put(f"/flows/{flow_id}/label", json="Camera two").status_code == 204
    assert [each["id"] for each in client.get("/flows?label=Camera two").json()] == [flow_id]
    assert client.delete(f"/flows/{flow_id}").status_code in {202, 204}
    assert client.get(f"/flows/{flow_id}").status_code == 404


def _name(item: dict[str, Any]) -> str:
    if "object_id" in item:
        return f"{item['object_id']} {item['timerange']}"
    return str(item["id"])
