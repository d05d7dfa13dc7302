"""Many items in one request, all or nothing or each in its own right: an extension beside TAMS 8.2."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_video_flow_body
from tests.contract.conftest import Subscribe
from tests.contract.steps import Json, arrived, read_only
from tests.contract.test_round_trips import transactions
from tests.maker import Maker
from tests.receiver import Receiver
from tests.waiting import until
from vastlocal.control import Control

VIDEO = "urn:x-nmos:format:video"
BATCHES = ["/flows/batch", "/sources/batch", "/objects/batch", "/flows/tags/batch"]


def a_flow(**fields: Any) -> Json:
    return a_video_flow_body(**{"id": str(uuid4()), "source_id": str(uuid4()), **fields})


def a_source() -> Json:
    return {"id": str(uuid4()), "format": VIDEO}


def an_object() -> Json:
    return {"id": str(uuid4()), "get_urls": [{"label": "x", "url": "https://x.example.com/"}]}


CREATING: list[tuple[str, Callable[[], Json]]] = [
    ("/flows", a_flow),
    ("/sources", a_source),
    ("/objects", an_object),
]


def statuses(response: httpx.Response) -> list[int]:
    return [each["status"] for each in response.json()]


def ids(items: list[Json]) -> list[str]:
    return [each["id"] for each in items]


@pytest.mark.parametrize(("path", "item"), CREATING, ids=[path for path, _ in CREATING])
def test_a_batch_creates_all_or_nothing(
    api: httpx.Client, path: str, item: Callable[[], Json]
) -> None:
    first, second = [item() for _ in range(5)], [item() for _ in range(5)]

    made = api.post(f"{path}/batch", json=first)
    refused = api.post(f"{path}/batch", json=[*second, first[0]])

    assert made.status_code == 201, made.text
    assert made.json() == [{"id": each, "status": 201} for each in ids(first)]
    assert all(api.get(f"{path}/{each}").status_code == 200 for each in ids(first))
    assert refused.status_code == 409
    assert refused.json()["type"] == "Conflict"
    assert refused.json()["summary"].startswith("items[5]: id: ")
    assert all(api.get(f"{path}/{each}").status_code == 404 for each in ids(second))


@pytest.mark.parametrize(("path", "item"), CREATING, ids=[path for path, _ in CREATING])
def test_a_partial_batch_creates_what_can_be_created(
    api: httpx.Client, path: str, item: Callable[[], Json]
) -> None:
    good = [item() for _ in range(2)]

    answer = api.post(f"{path}/batch?partial=true", json=[good[0], good[0], {}, 5, good[1]])

    assert answer.status_code == 200
    assert statuses(answer) == [201, 409, 400, 400, 201]
    created, taken, empty, number, last = answer.json()
    assert created == {"id": good[0]["id"], "status": 201}
    assert (taken["id"], taken["error"]["type"]) == (good[0]["id"], "Conflict")
    assert {"type", "summary", "message", "time"} == taken["error"].keys()
    assert {"status", "error"} == empty.keys() == number.keys()
    assert empty["error"]["summary"] != number["error"]["summary"]
    assert last == {"id": good[1]["id"], "status": 201}
    assert all(api.get(f"{path}/{each['id']}").status_code == 200 for each in good)


def test_tags_of_many_flows_are_replaced(api: httpx.Client, make: Maker) -> None:
    flows = [make.flow(tags={"old": "x"}) for _ in range(3)]
    items = [{"id": each["id"], "tags": {"n": [str(at)]}} for at, each in enumerate(flows)]

    done = api.post("/flows/tags/batch", json=items)

    assert done.status_code == 200
    assert done.json() == [{"id": each["id"], "status": 204} for each in flows]
    found = [api.get(f"/flows/{each['id']}/tags").json() for each in flows]
    assert found == [each["tags"] for each in items]
    read_only(api, flows[1], True)
    new = [{**each, "tags": {}} for each in items]
    locked = api.post("/flows/tags/batch", json=new)
    assert locked.status_code == 403
    assert locked.json()["summary"].startswith("items[1]: ")
    assert api.get(f"/flows/{flows[0]['id']}/tags").json() == {"n": ["0"]}
    partly = api.post("/flows/tags/batch?partial=true", json=[*new, {**new[0], "id": str(uuid4())}])
    assert (partly.status_code, statuses(partly)) == (200, [204, 403, 204, 404])
    assert api.get(f"/flows/{flows[0]['id']}/tags").json() == {}


def test_a_batch_sends_the_events_of_its_items_and_a_failed_one_sends_none(
    api: httpx.Client, inbox: Receiver, subscribe: Subscribe, source_id: str
) -> None:
    subscribe(inbox, source_id)
    lost = [a_flow(source_id=source_id) for _ in range(3)]
    kept = [a_flow(source_id=source_id, label=str(at)) for at in range(3)]

    assert api.post("/flows/batch", json=[*lost, {**lost[0], "label": 5}]).status_code == 400
    assert api.post("/flows/batch", json=[*lost, lost[0]]).status_code == 409
    assert api.get(f"/sources/{source_id}").status_code == 404
    assert api.post("/flows/batch", json=kept).status_code == 201

    events = arrived(inbox, "flows/created", 3)
    assert [each.document["event"]["flow"]["id"] for each in events] == ids(kept)
    assert [each.event_type for each in inbox.distinct] == [
        "sources/created",
        *["flows/created"] * 3,
    ]


def test_a_batch_is_one_begin_and_one_commit(api: httpx.Client, vast: Control) -> None:
    flows = [a_flow() for _ in range(10)]
    vast.reset()

    assert api.post("/flows/batch", json=flows).status_code == 201

    def creating() -> list[dict[str, int]]:
        return [each for each in transactions(vast) if each.get("insert_rows", 0) >= 3 * len(flows)]

    until(lambda: bool(creating()))
    (whole,) = creating()
    assert (whole["begin"], whole["commit"], whole["insert_rows"]) == (1, 1, 30)
    assert sum(whole.values()) <= 9 * len(flows) + 2


@pytest.mark.parametrize("path", BATCHES)
@pytest.mark.parametrize("partial", ["", "?partial=true"])
def test_a_body_that_is_no_batch_is_400(api: httpx.Client, path: str, partial: str) -> None:
    for body, told in [
        ([], "1 to 100 items, not 0"),
        ([{}] * 101, "1 to 100 items, not 101"),
        ({}, "must be an array"),
        ("x", "must be an array"),
        (5, "must be an array"),
    ]:
        refused = api.post(path + partial, json=body)
        assert refused.status_code == 400, body
        assert told in refused.json()["summary"]
    empty = api.post(path + partial)
    assert (empty.status_code, "empty" in empty.json()["summary"]) == (400, True)


@pytest.mark.parametrize("path", BATCHES)
def test_the_first_bad_item_is_named(api: httpx.Client, path: str) -> None:
    refused = api.post(path, json=[5, {}])

    assert refused.status_code == 400
    assert refused.json()["summary"] == "items[0]: the body must be an object"


@pytest.mark.parametrize("path", BATCHES)
def test_what_the_query_asks_is_known(api: httpx.Client, path: str) -> None:
    for query in ("partial=yes", "partial=", "parial=true"):
        assert api.post(f"{path}?{query}", json=[{}]).status_code == 400, query


def test_a_hundred_items_fit(api: httpx.Client) -> None:
    objects = [an_object() for _ in range(100)]

    made = api.post("/objects/batch", json=objects)

    assert made.status_code == 201, made.text
    assert len(made.json()) == 100
    again = api.post("/objects/batch?partial=true", json=objects)
    assert statuses(again) == [409] * 100


def test_what_the_paths_meant_before_they_still_mean(api: httpx.Client) -> None:
    """`batch` is no UUID, but an Object may be called so."""
    assert [api.get(f"/{each}/batch").status_code for each in ("flows", "sources")] == [404, 404]
    assert api.put("/flows/batch", json=a_flow()).status_code == 404
    assert api.delete("/flows/batch").status_code == 404
    assert api.get("/objects/batch").status_code == 404
    named = api.post("/objects", json={**an_object(), "id": "batch"})
    assert named.headers["Location"].endswith("/objects/batch")
    assert api.get("/objects/batch").json()["id"] == "batch"
    refused = api.patch("/objects/batch")
    assert (refused.status_code, refused.headers["Allow"]) == (405, "DELETE, GET, HEAD, POST")


def keyed(key: str) -> dict[str, str]:
    return {"Idempotency-Key": key}


@pytest.mark.parametrize("query", ["", "?partial=true"])
def test_a_batch_with_a_key_is_done_once_and_answered_alike(api: httpx.Client, query: str) -> None:
    path, headers, taken = f"/objects/batch{query}", keyed(str(uuid4())), an_object()
    assert api.post("/objects", json=taken).status_code == 201
    items = [an_object(), an_object(), *([taken, {}] if query else [])]

    first = api.post(path, json=items, headers=headers)
    again = api.post(path, json=items, headers=headers)
    other = api.post(path, json=[an_object()], headers=headers)
    without = api.post(path, json=items)

    assert statuses(first) == ([201, 201, 409, 400] if query else [201, 201])
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert other.status_code == 409
    assert other.json()["summary"] == "Idempotency-Key: it has been used for another request"
    assert 409 in ([without.status_code] if not query else statuses(without)[:1])


def test_a_key_stands_for_one_operation(api: httpx.Client) -> None:
    headers, item = keyed(str(uuid4())), an_object()
    assert api.post("/objects/batch", json=[item], headers=headers).status_code == 201

    for path in ("/objects/batch?partial=true", "/sources/batch"):
        body = [item] if "objects" in path else [a_source()]
        assert api.post(path, json=body, headers=headers).status_code == 409, path


@pytest.mark.parametrize("key", ["", "x" * 201, "a\tb"])
def test_a_key_that_is_none_is_400(api: httpx.Client, key: str) -> None:
    refused = api.post("/objects/batch", json=[an_object()], headers=keyed(key))

    assert refused.status_code == 400
    assert "Idempotency-Key: must have 1 to 200" in refused.json()["summary"]


def test_tags_of_a_batch_with_a_key_are_not_set_again(api: httpx.Client, make: Maker) -> None:
    flow, headers = make.flow(), keyed(str(uuid4()))
    items = [{"id": flow["id"], "tags": {"a": "1"}}]
    assert api.post("/flows/tags/batch", json=items, headers=headers).status_code == 200
    assert api.put(f"/flows/{flow['id']}/tags", json={"a": "2"}).status_code == 204

    again = api.post("/flows/tags/batch", json=items, headers=headers)

    assert (again.status_code, statuses(again)) == (200, [204])
    assert api.get(f"/flows/{flow['id']}/tags").json() == {"a": "2"}
