"""BKE: the storage backends of a service."""

import json
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from local.stack import Stack
from tams.errors import InvalidRequestError
from tams.models.flow_storage import FlowStoragePost
from tams.settings import Settings
from tests.contract.conftest import Backends
from tests.maker import all_pages
from tests.services import Services, services_of

PATH = "/service/storage-backends"


def listed(api: httpx.Client, **query: Any) -> list[Any]:
    response = api.get(PATH, params=query)
    assert response.status_code == 200, response.text
    found: list[Any] = response.json()
    return found


def test_BKE_1_a_backend_tells_what_it_is(api: httpx.Client, backends: Backends) -> None:
    required = {"id", "store_type", "provider", "store_product"}
    optional = {"label", "region", "availability_zone", "default_storage", "tags"}

    found = {each["id"]: each for each in listed(api)}

    assert found.keys() == {backends.local, backends.archive, backends.unlabelled}
    for each in found.values():
        assert required <= each.keys() <= required | optional
    assert found[backends.local]["tags"] == {"tier": "hot", "site": ["london", "salford"]}


def test_BKE_2_every_backend_is_an_object_store_over_http(api: httpx.Client) -> None:
    assert {each["store_type"] for each in listed(api)} == {"http_object_store"}


def test_BKE_3_at_most_one_backend_is_the_default(api: httpx.Client, backends: Backends) -> None:
    assert [each["id"] for each in listed(api) if each.get("default_storage")] == [backends.local]


def deployed(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, changes: dict[str, dict[str, Any]]
) -> Services:
    """The service as it would be with other settings of some backends, by their ids."""
    environment = stack.settings_env()
    given = [
        each | changes.get(each["id"], {})
        for each in json.loads(environment["TAMS_STORAGE_BACKENDS"])
    ]
    for name, value in {**environment, "TAMS_STORAGE_BACKENDS": json.dumps(given)}.items():
        monkeypatch.setenv(name, value)
    return services_of(Settings())


def test_BKE_3_without_a_default_clients_name_a_backend(
    stack: Stack, make: Any, backends: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow_id = make.flow()["id"]
    none = {backends.local: {"default_storage": False}}

    storage = deployed(stack, monkeypatch, none).media_storage

    with pytest.raises(InvalidRequestError, match="storage_id"):
        storage.allocate(flow_id, FlowStoragePost.from_body({"limit": 1}))
    named = FlowStoragePost.from_body({"limit": 1, "storage_id": backends.archive})
    assert len(storage.allocate(flow_id, named).media_objects or ()) == 1


def test_BKE_3_two_defaults_are_not_deployed(
    stack: Stack, backends: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deployed(stack, monkeypatch, {})

    with pytest.raises(ValidationError, match="default"):
        deployed(stack, monkeypatch, {backends.archive: {"default_storage": True}})


def test_BKE_7_two_backends_of_one_label_are_not_deployed(
    stack: Stack, backends: Backends, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert deployed(stack, monkeypatch, {})

    with pytest.raises(ValidationError, match="label"):
        deployed(stack, monkeypatch, {backends.local: {"label": "archive"}})


def test_BKE_4_backends_are_not_changed_by_clients(api: httpx.Client) -> None:
    before = listed(api)

    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert api.request(method, PATH, json={}).status_code == 405

    assert listed(api) == before


def test_BKE_5_backends_are_filtered_sorted_and_paged(
    api: httpx.Client, backends: Backends
) -> None:
    order = [backends.archive, backends.local, backends.unlabelled]

    def ids(**query: Any) -> list[str]:
        pages = all_pages(api, PATH, limit=1, **query)
        return [each["id"] for page in pages for each in page]

    assert ids() == order
    assert ids(reverse_order="true") == order[::-1]
    assert ids(**{"tag.tier": "hot,cold"}) == order[:2]
    assert ids(**{"tag.site": "salford"}) == [backends.local]
    assert ids(**{"tag_exists.tier": "false"}) == [backends.unlabelled]


def test_BKE_6_only_backends_of_this_service_are_listed(
    api: httpx.Client, backends: Backends, make: Any
) -> None:
    flow = make.flow()
    body = {
        "object_id": f"theirs {flow['id']}",
        "timerange": "[0:0_1:0)",
        "get_urls": [{"url": "https://elsewhere.example.com/1", "label": "elsewhere"}],
    }
    assert api.post(f"/flows/{flow['id']}/segments", json=body).status_code == 201

    assert len(listed(api)) == 3


def test_BKE_8_a_label_is_any_text(api: httpx.Client, backends: Backends) -> None:
    labels = {each["id"]: each.get("label") for each in listed(api)}

    assert labels[backends.archive] == "archive"
    assert labels[backends.unlabelled] is None
