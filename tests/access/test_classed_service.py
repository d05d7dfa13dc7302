"""The service's lists under classes: webhooks need read permission, backends any permission."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from local.stack import Stack
from tests.access.classes_model import PEOPLE, Person
from tests.access.conftest import Api, Backends
from tests.access.listed import READERS, callers, classes_of, ids, listed, page, readable

Json = dict[str, Any]
CLASSES = [["news"], ["sport"], ["news", "sport"], [], ["archive"], ["news-readers"]]
HOOKS = "/service/webhooks"
BACKENDS = "/service/storage-backends"


@pytest.fixture(scope="module")
def api(classed: Stack) -> Iterator[dict[str, Api]]:
    with callers(classed) as it:
        yield it


@dataclass(frozen=True)
class Hooks:
    """Two webhooks of each of CLASSES, with a tag that no others have."""

    mark: str


@pytest.fixture(scope="module")
def hooks(api: dict[str, Api]) -> Iterator[Hooks]:
    mark, made = str(uuid4()), []
    for number, classes in enumerate([*CLASSES, *CLASSES]):
        tags = {"mark": mark, "auth_classes": classes, "half": str(number // len(CLASSES))}
        url = f"https://example.com/{number % 5}"
        body = {"url": url, "events": ["flows/deleted"], "status": "disabled", "tags": tags}
        answer = api["admin"].post(HOOKS, json=body)
        assert answer.status_code == 201, answer.text
        made.append(answer.json()["id"])
    yield Hooks(mark)
    for each in made:
        assert api["admin"].delete(f"{HOOKS}/{each}").status_code == 204


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"reverse_order": "true"},
        {"tag.half": "1"},
        {"tag.half": "0", "reverse_order": "true"},
        {"tag_exists.half": "true"},
        {"tag.auth_classes": "news,archive"},
        {"tag_exists.other": "false"},
    ],
    ids=str,
)
def test_AUT_13_webhooks_by_any_filter_in_either_order(
    asked: Json, api: dict[str, Api], hooks: Hooks
) -> None:
    query = {"tag.mark": hooks.mark, **asked}
    everything = listed(api["admin"], HOOKS, limit=1000, **query)

    assert everything
    for person in READERS:
        for limit in (1, 2, 3):
            found = listed(api[person.name], HOOKS, limit=limit, **query)
            assert ids(found) == readable(person, everything), person.name


@pytest.mark.parametrize("asked", [{"tag_exists.half": "false"}, {"tag.half": "2"}], ids=str)
def test_a_filter_that_lets_none_through_gives_an_empty_page_to_anybody(
    asked: Json, api: dict[str, Api], hooks: Hooks
) -> None:
    for person in READERS:
        assert listed(api[person.name], HOOKS, limit=1, **{"tag.mark": hooks.mark, **asked}) == []


@pytest.mark.parametrize("person", READERS, ids=lambda it: it.name)
def test_a_key_of_an_admins_page_shows_nobody_a_webhook_that_is_not_theirs(
    person: Person, api: dict[str, Api], hooks: Hooks
) -> None:
    query = {"tag.mark": hooks.mark}
    everything = listed(api["admin"], HOOKS, limit=1000, **query)
    key: Json = {}
    for place in range(1, len(everything)):
        before = page(api["admin"], HOOKS, limit="1", **key, **query)
        key = {"page": before.headers["x-paging-nextkey"]}

        found = page(api[person.name], HOOKS, limit="1000", **key, **query)

        assert ids(found.json()) == readable(person, everything[place:])


def visible(person: Person, backends: list[Json]) -> list[str]:
    """BKE-9. A backend without classes is open to everyone."""
    return [it["id"] for it in backends if not classes_of(it) or person.may_any(classes_of(it))]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"reverse_order": "true"},
        {"tag.auth_classes": "news"},
        {"tag.auth_classes": "vault"},
        {"tag.auth_classes": "news,vault", "reverse_order": "true"},
        {"tag_exists.auth_classes": "true"},
        {"tag_exists.auth_classes": "false"},
    ],
    ids=str,
)
def test_BKE_9_backends_by_any_filter_in_either_order(asked: Json, api: dict[str, Api]) -> None:
    everything = listed(api["admin"], BACKENDS, limit=1000, **asked)

    assert everything
    for person in PEOPLE:
        for limit in (1, 2):
            found = listed(api[person.name], BACKENDS, limit=limit, **asked)
            assert ids(found) == visible(person, everything), person.name


@pytest.mark.parametrize("reverse", ["false", "true"])
def test_a_key_of_an_admins_page_shows_nobody_a_backend_that_is_not_theirs(
    reverse: str, api: dict[str, Api], backends: Backends
) -> None:
    query = {"reverse_order": reverse}
    everything = listed(api["admin"], BACKENDS, limit=1000, **query)
    assert set(ids(everything)) == {backends.open, backends.news, backends.vault}
    key: Json = {}
    for place in range(1, len(everything)):
        before = page(api["admin"], BACKENDS, limit="1", **key, **query)
        key = {"page": before.headers["x-paging-nextkey"]}
        for person in PEOPLE:
            found = page(api[person.name], BACKENDS, limit="1000", **key, **query)

            assert set(ids(found.json())) <= set(visible(person, everything[place:])), person.name


def test_a_key_of_ones_own_page_says_nothing_of_others(
    api: dict[str, Api], hooks: Hooks, backends: Backends
) -> None:
    """What is in it is of the last item that the caller saw."""
    own = page(api["news"], HOOKS, limit="1", **{"tag.mark": hooks.mark}).headers
    other = page(api["both"], HOOKS, limit="1", **{"tag.mark": hooks.mark}).headers

    shown = listed(api["news"], HOOKS, limit=1000, **{"tag.mark": hooks.mark})
    after = page(api["news"], HOOKS, page=own["x-paging-nextkey"], **{"tag.mark": hooks.mark})
    assert ids(after.json()) == ids(shown)[1:]
    crossed = page(api["news"], HOOKS, page=other["x-paging-nextkey"], **{"tag.mark": hooks.mark})
    assert set(ids(crossed.json())) <= set(ids(shown))
    hidden = page(api["admin"], BACKENDS, limit="2").headers["x-paging-nextkey"]
    unknown = page(api["sport"], BACKENDS, page=hidden)
    assert set(ids(unknown.json())) <= {backends.open}
