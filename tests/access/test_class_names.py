"""Class names: no class grants access to another, however similar their names or however stored."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest

from local.stack import Stack
from tests.access.conftest import Api
from tests.access.listed import ids, listed
from tests.access.names import NAMES, caller_with
from tests.access.steps import make
from tests.long_form import SOAK

Json = dict[str, Any]
NEAR = 3 if SOAK else 1


def about(name: str) -> list[str]:
    """The name and those beside it, which are like it. (Listings are asked about all.)"""
    at = NAMES.index(name)
    return [NAMES[(at + each) % len(NAMES)] for each in range(-NEAR, NEAR + 1)]


@dataclass(frozen=True)
class Named:
    """A Flow and its Source for each class, and a caller who has that class alone."""

    stack: Stack
    mark: str
    flows: dict[str, Json]

    def caller(self, name: str) -> Api:
        return Api(self.stack, caller_with(name))

    def admin(self) -> Api:
        return Api(self.stack, "admin")

    def belongs(self, name: str) -> list[str]:
        """The ids that a caller with the class sees. An empty name stands for no class."""
        return [self.flows[name]["id"]] if name else []


@pytest.fixture(scope="module")
def named(classed: Stack) -> Named:
    it = Named(classed, str(uuid4()), {})
    with it.admin() as admin:
        for name in NAMES:
            tags = {"mark": it.mark, "auth_classes": [name]}
            it.flows[name] = flow = make(admin, tags=tags)
            path = f"/sources/{flow['source_id']}/tags/mark"
            assert admin.put(path, json=it.mark).status_code == 204
    return it


@pytest.mark.parametrize("name", NAMES, ids=lambda it: ascii(it[:20]))
def test_a_class_opens_what_is_of_just_that_class(name: str, named: Named) -> None:
    with named.caller(name) as api:
        mine = {"tag.mark": named.mark}
        sources = ids(listed(api, "/sources", limit=100, **mine))
        found = {each: api.get(f"/flows/{named.flows[each]['id']}") for each in about(name)}

        assert ids(listed(api, "/flows", limit=100, **mine)) == named.belongs(name)
        assert sources == [named.flows[name]["source_id"]] * len(named.belongs(name))
        opened = [each for each, answer in found.items() if answer.status_code == 200]
        assert opened == ([name] if name else [])
        assert {it.status_code for it in found.values()} <= {200, 404}


@pytest.mark.parametrize("name", NAMES, ids=lambda it: ascii(it[:20]))
def test_a_caller_gives_the_class_that_they_have_and_no_other(name: str, named: Named) -> None:
    with named.caller(name) as api:
        path = f"/flows/{named.flows[name]['id']}/tags/auth_classes"
        for other in ("news", "a_b", "%", ""):
            status = api.put(path, json=[other]).status_code
            expected = 404 if not name else 204 if other == name else 403
            assert status == expected, other


CLOSE: dict[str, Json] = {
    "a tag in capitals": {"Auth_Classes": ["news"]},
    "a tag with a space": {"auth_classes ": ["news"]},
    "a tag within a tag's name": {"x\nauth_classes": ["news"]},
    "a tag and its value in a name": {"auth_classes\x1fnews": "x"},
    "a whole entry in a name": {"x\nauth_classes\x1fnews\ny": "x"},
    "a whole entry in a value": {"x": "y\nauth_classes\x1fnews\n"},
    "an entry in a list": {"x": ["\nauth_classes\x1fnews\n", "auth_classes\x1fnews"]},
    "an entry in a class": {"auth_classes": ["x\nauth_classes\x1fnews"]},
    "an escaped entry": {"x": "y\\nauth_classes\\u1fnews\\n"},
    "the value of another tag": {"classes": ["news"], "x": "news"},
    "an empty list": {"auth_classes": []},
    "an empty text": {"auth_classes": ""},
    "a mark of emptiness": {"auth_classes": ["\x1e", "\x1e\x1e"]},
    "a class with a permission": {"auth_classes": ["news:read", "sport:write", "news:"]},
}


@pytest.mark.parametrize("what", CLOSE)
def test_what_only_looks_like_a_class_is_none(
    what: str, admin: Api, news: Api, sport: Api, mixed: Api, nobody: Api
) -> None:
    mark = str(uuid4())
    flow = make(admin, tags={**CLOSE[what], "mark": mark})
    source = f"/sources/{flow['source_id']}"
    for name, value in {**CLOSE[what], "mark": mark}.items():
        assert admin.put(f"{source}/tags/{quote(name, safe='')}", json=value).status_code == 204

    for api in (news, sport, mixed, nobody):
        for path in ("/flows", "/sources"):
            assert listed(api, path, limit=10, **{"tag.mark": mark}) == []
        assert api.get(f"/flows/{flow['id']}").status_code == 404
        assert api.get(source).status_code == 404
    assert ids(listed(admin, "/flows", limit=10, **{"tag.mark": mark})) == [flow["id"]]


def test_a_webhook_of_a_class_like_ones_own_is_not_seen(admin: Api, news: Api, both: Api) -> None:
    mark, made = str(uuid4()), {}
    for name in ("news", "ne", "news-readers", "n%", "new_", "NEWS", "news\\", "news\n"):
        tags = {"mark": mark, "auth_classes": [name]}
        hook = {"url": "https://example.com/x", "events": [], "status": "disabled", "tags": tags}
        answer = admin.post("/service/webhooks", json=hook)
        assert answer.status_code == 201, answer.text
        made[name] = answer.json()["id"]

    for api in (news, both):
        found = listed(api, "/service/webhooks", limit=10, **{"tag.mark": mark})
        assert ids(found) == [made["news"]]
        opened = [it for it in made if api.get(f"/service/webhooks/{made[it]}").is_success]
        assert opened == ["news"]
    for each in made.values():
        assert admin.delete(f"/service/webhooks/{each}").status_code == 204
