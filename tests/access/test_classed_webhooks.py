"""Webhooks under classes: who may create, see, change and move one, and whose events it receives."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.access.classes_model import PEOPLE, Person
from tests.access.conftest import Api, Backends
from tests.access.listed import callers
from tests.access.steps import make, subscribe
from tests.receiver import Receiver, receiver

Json = dict[str, Any]
HOOKS = "/service/webhooks"
Register = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def api(classed: Stack) -> Iterator[dict[str, Api]]:
    with callers(classed) as it:
        yield it


@pytest.fixture
def register(api: dict[str, Api]) -> Iterator[Register]:
    """Makes a webhook that sends nothing, as one of PEOPLE; they go with the test."""
    made: list[str] = []

    def it(name: str, **fields: Any) -> httpx.Response:
        body = {"url": "https://example.com/x", "events": [], "status": "disabled", **fields}
        answer = api[name].post(HOOKS, json=body)
        if answer.status_code == 201:
            made.append(answer.json()["id"])
        return answer

    yield it
    for each in made:
        assert api["admin"].delete(f"{HOOKS}/{each}").status_code in (204, 404)


def tagged(*classes: str, **others: Any) -> Json:
    return {"tags": {"auth_classes": list(classes), **others}}


NEW: dict[str, tuple[str, Json, int, list[str] | None]] = {
    "of one's only class": ("news", {}, 201, ["news"]),
    "with other tags": ("news", {"tags": {"colour": "red"}}, 201, ["news"]),
    "of a class that is named": ("both", tagged("sport"), 201, ["sport"]),
    "of several": ("both", tagged("news", "sport"), 201, ["news", "sport"]),
    "of none that is named, of several": ("both", {}, 400, None),
    "of no class, though one has some": ("news", tagged(), 403, None),
    "of an empty class": ("news", {"tags": {"auth_classes": ""}}, 403, None),
    "of another's": ("news", tagged("sport"), 403, None),
    "of one's own and another's": ("news", tagged("news", "sport"), 403, None),
    "of one that may only be read": ("mixed", tagged("news"), 403, None),
    "of one that may only be written": ("mixed", tagged("sport"), 201, ["sport"]),
    "by a caller without classes": ("nobody", {}, 400, None),
    "by a caller without classes who names one": ("nobody", tagged("news"), 403, None),
    "by a caller who may not write": ("viewer", tagged("news"), 403, None),
    "by a caller who may only delete": ("remover", tagged("news"), 403, None),
    "of no class, by an admin": ("admin", {}, 201, None),
    "of any class, by an admin": ("admin", tagged("any"), 201, ["any"]),
}


@pytest.mark.parametrize("what", NEW)
def test_a_new_webhook(what: str, api: dict[str, Api], register: Register) -> None:
    name, fields, status, classes = NEW[what]

    answer = register(name, **fields)

    assert answer.status_code == status, answer.text
    if status == 201:
        tags = answer.json().get("tags", {})
        assert tags.get("auth_classes") == classes
        assert {**tags, "auth_classes": classes} == {
            **fields.get("tags", {}),
            "auth_classes": classes,
        }


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
@pytest.mark.parametrize("person", PEOPLE, ids=lambda it: it.name)
def test_AUT_14_a_webhook_takes_the_permission_of_its_method(
    person: Person, method: str, api: dict[str, Api], register: Register
) -> None:
    """DELETE is allowed to the scopes write and delete alike, and takes the class's permission to delete."""
    permission = {"PUT": "write", "DELETE": "delete"}.get(method, "read")
    for classes in (["news"], ["sport"], ["archive"], ["news", "sport"], []):
        made = register("admin", **tagged(*classes)).json()
        body = {**made, "status": "disabled"} if method == "PUT" else None

        answer = api[person.name].request(method, f"{HOOKS}/{made['id']}", json=body)

        good = {"PUT": 201, "DELETE": 204}.get(method, 200)
        assert answer.status_code == (person.status(permission, set(classes)) or good), classes
        if answer.is_error and method != "HEAD":
            assert "example.com" not in answer.text
        left = api["admin"].get(f"{HOOKS}/{made['id']}")
        if method == "DELETE" and answer.is_success:
            assert left.status_code == 404
        else:
            assert left.json() == made


@pytest.mark.parametrize("name", ["sport", "nobody"])
def test_a_hidden_webhook_is_refused_as_one_that_is_not_there(
    name: str, api: dict[str, Api], register: Register
) -> None:
    made = register("news").json()
    unknown = str(uuid4())
    bodies: list[Any] = [
        {**made, "status": "disabled"},
        {**made, "status": "error"},
        {**made, "url": "ftp://x"},
        {"no": "webhook"},
        [],
    ]

    def refusals(method: str, body: Any) -> list[tuple[int, str]]:
        answers = [
            (each, api[name].request(method, f"{HOOKS}/{each}", json=body))
            for each in (made["id"], unknown)
        ]
        return [(it.status_code, it.json()["summary"].replace(own, "ID")) for own, it in answers]

    for method, body in [("GET", None), ("DELETE", None), *(("PUT", each) for each in bodies)]:
        hidden, missing = refusals(method, body)
        assert hidden == missing
        assert hidden[0] == 404


MOVES: dict[str, tuple[str, list[str], Json, int, list[str]]] = {
    "without a tag it stays": ("news", ["news"], {}, 201, ["news"]),
    "with other tags too": ("news", ["news"], {"colour": "red"}, 201, ["news"]),
    "to the same": ("news", ["news"], {"auth_classes": ["news"]}, 201, ["news"]),
    "to another, by a caller with all permissions in both": (
        "both",
        ["news"],
        {"auth_classes": "sport"},
        201,
        ["sport"],
    ),
    "to one more": ("both", ["news"], {"auth_classes": ["news", "sport"]}, 201, ["news", "sport"]),
    "to one less": ("both", ["news", "sport"], {"auth_classes": ["news"]}, 201, ["news"]),
    "away from another's": ("news", ["news", "sport"], {"auth_classes": ["news"]}, 403, []),
    "to another's": ("news", ["news"], {"auth_classes": ["sport"]}, 403, []),
    "to another's as well": ("news", ["news"], {"auth_classes": ["news", "sport"]}, 403, []),
    "to none": ("news", ["news"], {"auth_classes": []}, 403, []),
    "to an empty one": ("news", ["news"], {"auth_classes": [""]}, 403, []),
    "to one's own, from where one only writes": (
        "mixed",
        ["sport"],
        {"auth_classes": ["sport", "archive"]},
        403,
        [],
    ),
    "anywhere, by an admin": ("admin", ["news"], {"auth_classes": ["sport"]}, 201, ["sport"]),
    "to none, by an admin": ("admin", ["news"], {}, 201, []),
}


@pytest.mark.parametrize("what", MOVES)
def test_AUT_22_a_webhook_moves(what: str, api: dict[str, Api], register: Register) -> None:
    name, before, tags, status, after = MOVES[what]
    made = register("admin", **tagged(*before)).json()
    path = f"{HOOKS}/{made['id']}"

    moved = api[name].put(path, json={**made, "status": "disabled", "tags": tags})

    assert moved.status_code == status, moved.text
    left = api["admin"].get(path).json()
    if status != 201:
        assert left == made
        return
    found = left.get("tags", {}).get("auth_classes", [])
    assert ([found] if isinstance(found, str) else found) == after
    for person in PEOPLE:
        seen = api[person.name].get(path).status_code
        assert seen == (person.status("read", set(after)) or 200), person.name


FILTERS = ["flow_ids", "source_ids", "flow_collected_by_ids", "source_collected_by_ids"]


@pytest.mark.parametrize("name", FILTERS)
def test_AUT_15_a_filter_names_what_may_be_read_when_it_is_made_and_when_it_is_changed(
    name: str, api: dict[str, Api], register: Register
) -> None:
    key = "source_id" if "source" in name else "id"
    of_news, of_sport, of_none = (make(api["admin"], *it)[key] for it in (["news"], ["sport"], []))
    made = register("news", **{name: [of_news]}).json()
    path, put = f"{HOOKS}/{made['id']}", {**made, "status": "disabled"}

    for others in ([of_sport], [of_news, of_sport], [of_none], [str(uuid4())]):
        posted = register("news", **{name: others})
        changed = api["news"].put(path, json={**put, name: others})
        assert posted.status_code == changed.status_code == 403, others
    assert register("mixed", **{name: [of_sport]}, **tagged("sport")).status_code == 403
    assert register("both", **{name: [of_news, of_sport]}, **tagged("news")).status_code == 201
    assert api["news"].get(path).json() == made


def test_a_filter_by_backend_tells_nobody_which_there_are(
    register: Register, backends: Backends
) -> None:
    """Its events have no URL on a backend that may not be read, whatever the filter says."""
    hidden = register("sport", accept_storage_ids=[backends.vault])
    unknown = register("sport", accept_storage_ids=[str(uuid4())])

    assert hidden.status_code == unknown.status_code


def test_WHK_38_events_go_by_what_who_changed_it_last_may_read(
    api: dict[str, Api], inbox: Receiver
) -> None:
    """Not by the classes of the webhook itself, which say who may change it."""
    shared = subscribe(api["both"], inbox, **tagged("news")).json()
    path = f"{HOOKS}/{shared['id']}"
    before = [make(api["admin"], name)["id"] for name in ("news", "sport", "archive")]
    inbox.wait_for(lambda it: it.of_flow(before[0]) and it.of_flow(before[1]))

    assert api["news"].put(path, json={**shared, "status": "created"}).status_code == 201
    after = [make(api["admin"], name)["id"] for name in ("sport", "archive", "news")]
    inbox.wait_for(lambda it: it.of_flow(after[-1]))

    assert not inbox.of_flow(before[2])
    assert not inbox.of_flow(after[0])
    assert not inbox.of_flow(after[1])
    assert api["news"].delete(path).status_code == 204


def test_a_webhook_tells_of_what_its_maker_reads_whatever_its_class(api: dict[str, Api]) -> None:
    """Mixed may write sport, and read news and archive."""
    with receiver() as mine, receiver() as theirs:
        made = subscribe(api["mixed"], mine, **tagged("sport")).json()
        control = subscribe(api["sport"], theirs).json()
        of_sport, of_news = (make(api["admin"], name)["id"] for name in ("sport", "news"))
        mine.wait_for(lambda it: it.of_flow(of_news))
        theirs.wait_for(lambda it: it.of_flow(of_sport))

        assert not mine.of_flow(of_sport)
        assert not theirs.of_flow(of_news)
        assert api["sport"].get(f"{HOOKS}/{made['id']}").status_code == 200
        for each in (made, control):
            assert api["sport"].delete(f"{HOOKS}/{each['id']}").status_code == 204
