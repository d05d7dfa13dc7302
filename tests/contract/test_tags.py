"""TAG: tags of Flows, Sources and other resources. Filters are in test_tag_filters.py."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from tests.builders import a_video_flow_body
from tests.contract.conftest import Backends
from tests.maker import Maker
from tests.waiting import next_second

GOOD = {"text": "full", "empty": "", "none": [], "one": ["a"], "two": ["a", "b"]}
BAD: list[Any] = [1, 1.5, True, None, {"a": "b"}, ["a", 1], [None], [["a"]]]
WELL_KNOWN: dict[str, str | list[str]] = {
    "auth_classes": ["news", "sport"],
    "editorial_purpose": "programme",
    "language_code": "cy-GB",
    "segment_retention_offset": "2592000:0",
    "flow_retention_offset": "5184000:0",
    "trigger_transcode": "proxy",
    "c2pa-provenance": "https://manifest.example.com/1",
    "input_quality": "contribution",
    "hls_exclude": "true",
}


@pytest.fixture(params=["flows", "sources"])
def item(request: pytest.FixtureRequest, make: Maker) -> str:
    """The path of a Flow without tags, then of a Source."""
    flow = make.flow()
    return f"/flows/{flow['id']}" if request.param == "flows" else f"/sources/{flow['source_id']}"


def nobody(item: str) -> str:
    """The path of another item of the same kind, which does not exist."""
    return f"{item.rpartition('/')[0]}/{uuid4()}"


def locked(api: httpx.Client, make: Maker, **fields: Any) -> str:
    """The path of a Flow that is read-only."""
    return f"/flows/{make.flow(read_only=True, **fields)['id']}"


def a_profile(api: httpx.Client, **fields: Any) -> httpx.Response:
    technical = ("format", "codec", "container", "essence_parameters")
    metadata = {name: a_video_flow_body()[name] for name in technical}
    profile = {"id": str(uuid4()), "flow_metadata": metadata, **fields}
    return api.post(f"/service/profiles/{profile['id']}", json=profile)


def a_webhook(api: httpx.Client, **fields: Any) -> httpx.Response:
    body = {"url": f"https://hook.example.com/{uuid4()}", "events": [], **fields}
    return api.post("/service/webhooks", json=body)


def test_TAG_1_a_tag_is_a_string_or_an_array_of_strings(api: httpx.Client, make: Maker) -> None:
    flow = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    path = f"/flows/{flow['id']}"

    assert make.flow(tags=GOOD)["tags"] == GOOD
    assert a_profile(api, tags=GOOD).json()["tags"] == GOOD
    assert a_webhook(api, tags=GOOD).json()["tags"] == GOOD
    objects: list[Any] = [{"ok": "x", "a": value} for value in BAD]
    for bad in [*objects, [], "a", 1, None]:
        assert api.put(path, json={**flow, "tags": bad}).status_code == 400, bad
        assert a_profile(api, tags=bad).status_code == 400, bad
        assert a_webhook(api, tags=bad).status_code == 400, bad
    assert api.get(path).status_code == 404


def test_TAG_2_all_tags_are_read_as_one_object(api: httpx.Client, item: str) -> None:
    before = api.get(f"{item}/tags")
    for name, value in GOOD.items():
        api.put(f"{item}/tags/{name}", json=value)

    assert before.json() == {}
    assert api.get(f"{item}/tags").json() == GOOD
    assert api.get(item).json()["tags"] == GOOD
    assert api.get(f"{nobody(item)}/tags").status_code == 404


def test_TAG_3_one_tag_is_read_as_its_bare_value(api: httpx.Client, item: str) -> None:
    for name, value in GOOD.items():
        api.put(f"{item}/tags/{name}", json=value)

    assert api.get(f"{item}/tags/text").text == '"full"'
    for name, value in GOOD.items():
        response = api.get(f"{item}/tags/{name}")
        assert response.status_code == 200
        assert response.json() == value
    assert api.get(f"{item}/tags/missing").status_code == 404
    assert api.get(f"{nobody(item)}/tags/text").status_code == 404


@pytest.mark.parametrize("name", ["a", "a/b c", "ü#%2F"])
def test_TAG_4_a_tag_is_created_and_replaced(
    api: httpx.Client, make: Maker, item: str, name: str
) -> None:
    path = f"tags/{quote(name, safe='')}"
    api.put(f"{item}/tags/other", json="kept")

    for value in GOOD.values():
        assert api.put(f"{item}/{path}", json=value).status_code == 204
        assert api.get(f"{item}/tags").json() == {"other": "kept", name: value}
    for bad in BAD:
        assert api.put(f"{item}/{path}", json=bad).status_code == 400, bad
    assert api.put(f"{item}/{path}", content=b"bare").status_code == 400
    assert api.get(f"{item}/tags").json() == {"other": "kept", name: ["a", "b"]}
    assert api.put(f"{nobody(item)}/{path}", json="x").status_code == 404
    assert api.put(f"{locked(api, make)}/{path}", json="x").status_code == 403


def test_TAG_5_a_tag_of_a_source_is_removed_once(api: httpx.Client, make: Maker) -> None:
    item = f"/sources/{make.flow()['source_id']}"
    for name in ("a", "b"):
        api.put(f"{item}/tags/{name}", json="x")

    assert api.delete(f"{item}/tags/a").status_code == 204

    assert api.get(f"{item}/tags").json() == {"b": "x"}
    assert api.delete(f"{item}/tags/a").status_code == 404
    assert api.delete(f"{nobody(item)}/tags/b").status_code == 404


def test_TAG_7_replacing_a_flow_replaces_all_its_tags(api: httpx.Client, make: Maker) -> None:
    flow = make.flow(tags={"old": "x", "both": "x"})
    path = f"/flows/{flow['id']}"
    bare = {name: value for name, value in flow.items() if name != "tags"}

    assert api.put(path, json={**bare, "tags": {"both": ["y"]}}).status_code == 204
    assert api.get(f"{path}/tags").json() == {"both": ["y"]}
    assert api.put(path, json=bare).status_code == 204
    assert api.get(f"{path}/tags").json() == {}
    assert api.get(path).json()["tags"] == {}


def test_TAG_16_a_changed_tag_is_a_change_of_metadata(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    source = f"/sources/{flow['source_id']}"
    item = f"/flows/{flow['id']}"
    seen = [flow]
    updates = [api.get(source).json()["updated"]]

    for method, value in (("PUT", "x"), ("PUT", ["y"]), ("DELETE", None)):
        next_second()
        api.request(method, f"{item}/tags/a", json=value)
        seen.append(api.get(item).json())
        api.request(method, f"{source}/tags/a", json=value)
        updates.append(api.get(source).json()["updated"])

    assert len({each["metadata_version"] for each in seen}) == 4
    dates = [each["metadata_updated"] for each in seen]
    assert dates == sorted(set(dates))
    assert updates == sorted(set(updates))
    assert {each["created"] for each in seen} == {flow["created"]}


def test_TAG_17_tags_of_a_profile_never_change_and_are_not_passed_on(api: httpx.Client) -> None:
    profile = a_profile(api, tags={"team": "a"}).json()
    path = f"/service/profiles/{profile['id']}"
    flow = {"id": str(uuid4()), "source_id": str(uuid4()), "profile_id": profile["id"]}

    created = api.put(f"/flows/{flow['id']}", json=flow)
    refused = [
        api.put(f"{path}/tags/team", json="b"),
        api.put(f"{path}/tags", json={"team": "b"}),
        api.delete(f"{path}/tags/team"),
        api.post(path, json={**profile, "tags": {"team": "b"}}),
        api.put(path, json={**profile, "tags": {"team": "b"}}),
    ]

    assert all(each.status_code in {400, 404, 405} for each in refused)
    assert api.get(path).json() == profile
    assert created.json()["tags"] == {}
    assert api.get(f"/sources/{flow['source_id']}/tags").json() == {}


def test_TAG_18_tags_of_a_backend_are_as_deployed(api: httpx.Client, backends: Backends) -> None:
    path = f"/service/storage-backends/{backends.local}"

    refused = [
        api.put(f"{path}/tags/tier", json="cold"),
        api.delete(f"{path}/tags/tier"),
        api.put(path, json={"tags": {}}),
        api.put("/service/storage-backends", json=[]),
        api.post("/service/storage-backends", json={"tags": {}}),
    ]

    assert all(each.status_code in {404, 405} for each in refused)
    listed = api.get("/service/storage-backends").json()
    assert {each["id"]: each.get("tags", {}) for each in listed} == {
        backends.local: {"tier": "hot", "site": ["london", "salford"]},
        backends.archive: {"tier": "cold"},
        backends.unlabelled: {},
    }


def test_TAG_19_well_known_tags_are_left_to_clients(
    api: httpx.Client, make: Maker, item: str
) -> None:
    untouched = make.flow()
    make.segments(untouched["id"], 1)
    for name, value in WELL_KNOWN.items():
        assert api.put(f"{item}/tags/{name}", json=value).status_code == 204

    assert api.get(f"{item}/tags").json() == WELL_KNOWN
    assert api.get(f"/flows/{untouched['id']}/tags").json() == {}
    assert api.get(f"/sources/{untouched['source_id']}/tags").json() == {}


@pytest.mark.parametrize("purpose", ["programme_signed", "sdh", "Anything else, really"])
def test_TAG_20_editorial_purpose_is_a_tag_with_any_value(
    api: httpx.Client, item: str, purpose: str
) -> None:
    assert api.put(f"{item}/tags/editorial_purpose", json=purpose).status_code == 204

    assert api.get(item).json()["tags"] == {"editorial_purpose": purpose}
    assert "editorial_purpose" not in api.get(item).json()
    assert api.get(f"{item}/editorial_purpose").status_code == 404
