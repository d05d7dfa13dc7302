"""Every DELETE takes `soft_delete` and `cascade`, and one rule says who may delete for good."""

from collections.abc import Callable, Iterator
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tams.access.accounts import Account, Accounts, hash_token
from tams.models.caller import Scope
from tests.access.operations import document, operations
from tests.builders import a_video_flow_body
from tests.maker import Maker
from tests.stacks import UNHURRIED, new_stack

DELETER, ADMIN = "a-token-that-may-delete", "a-token-that-may-do-everything"

OPTIONS_OF_ALL = {"soft_delete", "cascade"}


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """It has a recycle bin, past which only admins delete."""
    tokens = (
        Account(
            name="ann", hash=hash_token(DELETER), scopes=(Scope.READ, Scope.WRITE, Scope.DELETE)
        ),
        Account(name="root", hash=hash_token(ADMIN), scopes=(Scope.ADMIN,)),
    )
    env = {
        **UNHURRIED,
        "TAMS_RECYCLE_BIN__KEPT_SECONDS": "604800",
        "TAMS_RECYCLE_BIN__HARD_DELETE": "admin",
    }
    access = {"TAMS_ACCESS__ACCOUNTS": Accounts(tokens=tokens).model_dump_json()}
    with new_stack(tmp_path_factory.mktemp("strict"), workers=1, env=env, access=access) as it:
        yield it


def client_of(stack: Stack, token: str) -> httpx.Client:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.Client(base_url=stack.api_url, headers=headers, timeout=120)


@pytest.fixture(scope="module")
def ann(strict: Stack) -> Iterator[httpx.Client]:
    with client_of(strict, DELETER) as it:
        yield it


@pytest.fixture(scope="module")
def root(strict: Stack) -> Iterator[httpx.Client]:
    with client_of(strict, ADMIN) as it:
        yield it


def a_flow(api: httpx.Client) -> dict[str, str]:
    """With every property that a DELETE unsets."""
    make = Maker(api)
    flow = make.flow(label="x", description="x", tags={"t": "1"}, max_bit_rate=1, avg_bit_rate=1)
    (posted,) = make.segments(flow["id"], 1)
    tagged = api.put(f"/flows/{flow['id']}/segments/tags", json={"t": "1"})
    assert tagged.status_code == 200, tagged.text
    ids = {"flowId": flow["id"], "sourceId": flow["source_id"], "objectId": posted["object_id"]}
    return {**ids, "name": "t"}


def an_unused_object(api: httpx.Client) -> dict[str, str]:
    body = {
        "id": str(uuid4()),
        "get_urls": [{"label": each, "url": f"https://a.example/{each}"} for each in "ab"],
    }
    assert api.post("/objects", json=body).status_code == 201
    return {"objectId": body["id"]}  # type: ignore[dict-item]


def a_collection(api: httpx.Client) -> dict[str, str]:
    member = Maker(api).flow()["id"]
    made = api.post("/collections", json={"members": [{"id": member}]})
    assert made.status_code == 201, made.text
    return {"collectionId": made.json()["id"], "flowId": member}


def a_collecting_flow(api: httpx.Client) -> dict[str, str]:
    return {"flowId": a_collection(api)["collectionId"]}


def a_source(api: httpx.Client) -> dict[str, str]:
    """Without Flows."""
    body = {"id": str(uuid4()), "format": "urn:x-nmos:format:video", "label": "x"}
    made = api.post("/sources", json={**body, "description": "x", "tags": {"t": "1"}})
    assert made.status_code == 201, made.text
    return {"sourceId": body["id"], "name": "t"}


def a_profile(api: httpx.Client) -> dict[str, str]:
    flow, wanted = a_video_flow_body(), ("format", "codec", "container", "essence_parameters")
    profile_id = str(uuid4())
    body = {"id": profile_id, "flow_metadata": {each: flow[each] for each in wanted}}
    assert api.post(f"/service/profiles/{profile_id}", json=body).status_code == 201
    return {"profileId": profile_id}


def a_webhook(api: httpx.Client) -> dict[str, str]:
    body = {"url": "https://example.com/hook", "events": ["flows/created"]}
    made = api.post("/service/webhooks", json=body)
    assert made.status_code == 201, made.text
    return {"webhookId": made.json()["id"]}


def an_entry(api: httpx.Client) -> dict[str, str]:
    flow_id = Maker(api).flow()["id"]
    assert api.delete(f"/flows/{flow_id}").status_code == 204
    (entry,) = api.get("/recycle-bin", params={"flow_id": flow_id}).json()
    return {"entryId": entry["id"]}


MADE_FOR: dict[str, Callable[[httpx.Client], dict[str, str]]] = {
    "/collections/{collectionId}": a_collection,
    "/collections/{collectionId}/members/{flowId}": a_collection,
    "/flows/{flowId}": a_flow,
    "/flows/{flowId}/avg_bit_rate": a_flow,
    "/flows/{flowId}/description": a_flow,
    "/flows/{flowId}/flow_collection": a_collecting_flow,
    "/flows/{flowId}/label": a_flow,
    "/flows/{flowId}/max_bit_rate": a_flow,
    "/flows/{flowId}/segments": a_flow,
    "/flows/{flowId}/segments/tags": a_flow,
    "/flows/{flowId}/segments/tags/{name}": a_flow,
    "/flows/{flowId}/tags/{name}": a_flow,
    "/objects/{objectId}": an_unused_object,
    "/objects/{objectId}/instances": an_unused_object,
    "/recycle-bin/{entryId}": an_entry,
    "/service/profiles/{profileId}": a_profile,
    "/service/webhooks/{webhookId}": a_webhook,
    "/sources/{sourceId}": a_source,
    "/sources/{sourceId}/description": a_source,
    "/sources/{sourceId}/label": a_source,
    "/sources/{sourceId}/tags/{name}": a_source,
}
NEEDS = {"/objects/{objectId}/instances": {"label": "a"}}
KEEPS = {
    "/collections/{collectionId}",
    "/flows/{flowId}",
    "/flows/{flowId}/segments",
    "/sources/{sourceId}",
}
"""What the recycle bin takes."""
NEVER_CASCADES = {
    "/collections/{collectionId}/members/{flowId}": "Flows stay",
    "/flows/{flowId}/flow_collection": "Flows stay",
    "/service/profiles/{profileId}": "Flows are not deleted",
}


def test_every_delete_of_the_document_is_in_the_table() -> None:
    assert {path for method, path in operations() if method == "DELETE"} == set(MADE_FOR)


@pytest.mark.parametrize("path", MADE_FOR)
def test_every_delete_takes_the_options(path: str) -> None:
    parameters = document()["paths"][path]["delete"]["parameters"]
    described = {each["name"]: each for each in parameters if each["in"] == "query"}

    assert set(described) >= OPTIONS_OF_ALL
    assert all("Not part of TAMS" in described[name]["description"] for name in OPTIONS_OF_ALL)


@pytest.mark.parametrize("path", MADE_FOR)
def test_they_are_understood_alike(ann: httpx.Client, root: httpx.Client, path: str) -> None:
    url, needs = path.format(**MADE_FOR[path](ann)), NEEDS.get(path, {})

    def deleted(api: httpx.Client, **options: str) -> tuple[int, str]:
        answer = api.delete(url, params={**needs, **options})
        return answer.status_code, answer.text

    for name in OPTIONS_OF_ALL:
        for value in ("maybe", ""):
            status, text = deleted(ann, **{name: value})
            assert (status, name in text, "must be true or false" in text) == (400, True, True)
    status, text = deleted(ann, soft_delete="false")
    assert (status, "requires the scope tams-api/admin" in text) == (403, True)
    if path not in KEEPS:
        for api in (ann, root):
            status, text = deleted(api, soft_delete="true")
            assert (status, "the recycle bin does not keep" in text) == (400, True)
    if path in NEVER_CASCADES:
        status, text = deleted(ann, cascade="true")
        assert (status, NEVER_CASCADES[path] in text) == (400, True)
    cascade = "false" if path in {*NEVER_CASCADES, "/collections/{collectionId}"} else "true"

    assert deleted(root, soft_delete="false", cascade=cascade)[0] in {200, 204}


@pytest.mark.parametrize("path", sorted(KEEPS))
def test_what_the_bin_takes_comes_back(ann: httpx.Client, path: str) -> None:
    url = path.format(**MADE_FOR[path](ann))
    resource_id = url.split("/")[2]

    assert ann.delete(url, params={"soft_delete": "true"}).status_code == 204

    entries = ann.get("/recycle-bin").json()
    entry = next(
        each for each in entries if resource_id in (each.get("flow_id"), each["source_id"])
    )
    assert ann.post("/recycle-bin/restore", json=[{"id": entry["id"]}]).status_code == 200
    assert ann.get(url).status_code == 200


def test_a_collection_that_is_collected_or_has_media_is_not_deleted_alone(
    ann: httpx.Client,
) -> None:
    made = a_collection(ann)
    url = f"/collections/{made['collectionId']}"
    outer = ann.post("/collections", json={"members": [{"id": made["collectionId"]}]}).json()

    refused = ann.delete(url, params={"cascade": "false"})

    assert refused.status_code == 409
    assert f"is collected by Flow '{outer['id']}'" in refused.json()["summary"]
    assert ann.delete(url, params={"cascade": "true"}).status_code == 204
    assert ann.get(f"/flows/{made['flowId']}").status_code == 200, "its members stay"
    assert ann.get(f"/collections/{outer['id']}/members").json() == []


def test_only_admins_are_shown_what_is_deleted(ann: httpx.Client, root: httpx.Client) -> None:
    made = a_flow(ann)
    flow, an_object = f"/flows/{made['flowId']}", f"/objects/{made['objectId']}"
    ann.delete(f"{flow}/segments")

    for asked in ("true", "only"):
        query = {"include_deleted": asked}
        for path in (f"{flow}/segments", an_object):
            refused = ann.get(path, params=query)
            assert (refused.status_code, "admin" in refused.json()["summary"]) == (403, True)
        (shown,) = root.get(f"{flow}/segments", params=query).json()
        assert (shown["deleted"], shown["deleted_by"]) == (True, "ann")
        assert root.get(an_object, params=query).json()["deleted_by"] == "ann"
    assert ann.get(f"{flow}/segments").json() == []
    assert ann.get(an_object).status_code == 404
