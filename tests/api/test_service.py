"""What the service says of itself, and what holds for every operation."""

from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from tests.api.maker import Maker
from tests.official_schemas import OfficialSchemas


def test_the_root_lists_paths(api: httpx.Client) -> None:
    assert {"service", "flows", "sources"} <= set(api.get("/").json())


def test_service_can_be_renamed_and_nothing_else(
    api: httpx.Client, schemas: OfficialSchemas
) -> None:
    before = api.get("/service").json()
    schemas.check("service.json", before)
    assert before["api_version"] == "8.2"

    response = api.post("/service", json={"name": "Newsroom", "api_version": "9.9"})

    assert response.status_code == 200
    after = api.get("/service").json()
    assert after["name"] == "Newsroom"
    assert after["api_version"] == "8.2"
    assert api.post("/service", json={"name": 3}).status_code == 400


def test_storage_backends_are_listed(api: httpx.Client, schemas: OfficialSchemas) -> None:
    response = api.get("/service/storage-backends")

    schemas.check("storage-backends-list.json", response.json())
    labels = [backend.get("label") for backend in response.json()]
    assert sorted(labels, key=str) == [None, "archive", "local"]
    assert response.headers["X-Paging-Count"] == "3"


@pytest.mark.parametrize(
    "path", ["/", "/service", "/flows?limit=1", "/sources?limit=1", "/health", "/health/ready"]
)
def test_head_answers_as_get_without_a_body(api: httpx.Client, make: Maker, path: str) -> None:
    make.flow()
    get, head = api.get(path), api.head(path)

    assert head.status_code == get.status_code
    assert head.content == b""
    names = {
        name
        for name in get.headers
        if name.startswith("x-paging") or name in {"link", "content-type"}
    }
    assert {name: head.headers[name] for name in names} == {
        name: get.headers[name] for name in names
    }


def test_a_get_may_carry_a_content_type(api: httpx.Client) -> None:
    assert api.get("/flows", headers={"Content-Type": "application/json"}).status_code == 200


def test_a_method_that_does_not_exist_is_refused_with_what_does(
    api: httpx.Client, make: Maker, schemas: OfficialSchemas
) -> None:
    flow = make.flow()
    response = api.delete(f"/sources/{flow['source_id']}")

    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    schemas.check("error.json", response.json())


def test_an_unknown_path_is_404_with_an_error_body(
    api: httpx.Client, schemas: OfficialSchemas
) -> None:
    response = api.get(f"/nothing/{uuid4()}")

    assert response.status_code == 404
    schemas.check("error.json", response.json())


def test_health_and_the_documents(api: httpx.Client) -> None:
    parts = dict.fromkeys(("status", "vast", "s3", "queues", "schedules"), "ok")
    assert api.get("/health").json() == parts
    assert api.get("/health/ready").json() == parts
    assert api.get("/openapi.json").json()["info"]["version"] == "8.2"
    page = api.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "http://" not in page.text.replace("http://www.w3.org", "")
    assert "https://" not in page.text
    assert len(api.get("/docs/swagger-ui-bundle.js").content) > 1_000_000


def test_an_object_id_may_hold_anything(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    object_id = f"a/b c/../ü?#{uuid4()}"
    allocated = api.post(f"/flows/{flow['id']}/storage", json={"object_ids": [object_id]})
    (entry,) = allocated.json()["media_objects"]
    assert entry["object_id"] == object_id
    put = entry["put_url"]
    sent = httpx.put(put["url"], content=b"odd", headers={"Content-Type": put["content-type"]})
    assert sent.status_code == 200, sent.text
    segment = {"object_id": object_id, "timerange": "[0:0_1:0)"}
    assert api.post(f"/flows/{flow['id']}/segments", json=segment).status_code == 201

    found = api.get(f"/objects/{quote(object_id, safe='')}")

    assert found.status_code == 200, found.text
    assert found.json()["id"] == object_id
    assert httpx.get(found.json()["get_urls"][0]["url"]).content == b"odd"

    again = api.post(f"/flows/{flow['id']}/storage", json={"object_ids": [object_id, "new"]})
    assert again.status_code == 400
    assert "already exist" in again.json()["summary"]
