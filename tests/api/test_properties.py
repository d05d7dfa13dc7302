"""Single properties as resources: the same for Flows and Sources, and some of Flows alone."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest

from tests.api.maker import Maker
from tests.builders import an_audio_flow_body
from tests.waiting import next_second


@pytest.fixture(params=["flows", "sources"])
def item(request: pytest.FixtureRequest, make: Maker) -> str:
    """The path of a Flow, then of a Source."""
    flow = make.flow()
    return f"/flows/{flow['id']}" if request.param == "flows" else f"/sources/{flow['source_id']}"


@pytest.mark.parametrize("name", ["label", "description"])
def test_a_text_is_set_read_and_unset(api: httpx.Client, item: str, name: str) -> None:
    path = f"{item}/{name}"

    assert api.get(path).json() is None
    assert api.put(path, json="Camera 1").status_code == 204
    assert api.get(path).json() == "Camera 1"
    assert api.head(path).status_code == 200
    assert api.get(item).json()[name] == "Camera 1"
    assert api.put(path, json=3).status_code == 400
    assert api.delete(path).status_code == 204
    assert api.delete(path).status_code == 204
    assert api.get(path).json() is None
    assert name not in api.get(item).json()


@pytest.mark.parametrize("name", ["a", "a/b c", "ü?#%2F", "_vendor_x"])
def test_a_tag_is_set_read_and_removed(api: httpx.Client, item: str, name: str) -> None:
    path = f"{item}/tags/{quote(name, safe='')}"

    assert api.get(path).status_code == 404
    assert api.delete(path).status_code == 404
    for value in ("one", ["one"], [], ["one", "two"]):
        assert api.put(path, json=value).status_code == 204
        assert api.get(path).json() == value
    assert api.get(f"{item}/tags").json() == {name: ["one", "two"]}
    for bad in (1, None, {"a": "b"}, [1]):
        assert api.put(path, json=bad).status_code == 400
    assert api.delete(path).status_code == 204
    assert api.get(f"{item}/tags").json() == {}


@pytest.mark.parametrize("name", ["max_bit_rate", "avg_bit_rate"])
def test_a_bit_rate_is_an_integer(api: httpx.Client, make: Maker, name: str) -> None:
    path = f"/flows/{make.flow()['id']}/{name}"

    assert api.get(path).json() is None
    assert api.put(path, json=5000).status_code == 204
    assert api.get(path).json() == 5000
    for bad in (-1, 1.5, "1", None, True):
        assert api.put(path, json=bad).status_code == 400
    assert api.delete(path).status_code == 204
    assert api.get(path).json() is None


def test_read_only_locks_everything_but_itself(api: httpx.Client, make: Maker) -> None:
    item = f"/flows/{make.flow()['id']}"

    assert api.get(f"{item}/read_only").json() is False
    assert api.put(f"{item}/read_only", json="true").status_code == 400
    assert api.put(f"{item}/read_only", json=True).status_code == 204
    writes: list[tuple[str, str, Any]] = [
        ("PUT", "label", "x"),
        ("DELETE", "label", None),
        ("PUT", "description", "x"),
        ("PUT", "tags/a", "x"),
        ("DELETE", "tags/a", None),
        ("PUT", "flow_collection", []),
        ("DELETE", "flow_collection", None),
        ("PUT", "max_bit_rate", 1),
        ("DELETE", "avg_bit_rate", None),
    ]
    for method, name, body in writes:
        response = api.request(method, f"{item}/{name}", json=body)
        assert response.status_code == 403, name
    assert api.delete(f"{item}/read_only").status_code == 405
    assert api.put(f"{item}/read_only", json=False).status_code == 204
    assert api.put(f"{item}/label", json="x").status_code == 204


def test_a_collection_is_replaced_in_order_and_taken_away(api: httpx.Client, make: Maker) -> None:
    one, two, three = make.flow(), make.flow(an_audio_flow_body), make.flow()
    path = f"/flows/{one['id']}/flow_collection"
    members = [{"id": three["id"], "role": "b"}, {"id": two["id"]}]

    assert api.get(path).json() == []
    assert api.put(path, json=members).status_code == 204
    assert api.get(path).json() == members
    assert api.get(f"/flows/{two['id']}").json()["collected_by"] == [one["id"]]
    refused: list[Any] = [[{"id": str(uuid4())}], [{"id": one["id"]}], {"id": two["id"]}, [{}]]
    for bad in refused:
        assert api.put(path, json=bad).status_code == 400
    assert api.get(path).json() == members
    assert api.delete(path).status_code == 204
    assert api.get(path).json() == []
    assert "collected_by" not in api.get(f"/flows/{two['id']}").json()


def test_every_change_makes_a_new_version(api: httpx.Client, make: Maker) -> None:
    flow = make.flow(metadata_version="mine")
    item = f"/flows/{flow['id']}"
    versions = {"mine"}
    next_second()

    for name, value in (("label", "x"), ("tags/a", "b"), ("max_bit_rate", 1), ("read_only", False)):
        assert api.put(f"{item}/{name}", json=value).status_code == 204
        now = api.get(item).json()
        assert now["metadata_version"] not in versions
        assert now["metadata_updated"] > flow["metadata_updated"]
        versions.add(now["metadata_version"])


@pytest.mark.parametrize("name", ["label", "description", "tags", "tags/a", "read_only"])
def test_properties_of_what_does_not_exist_are_404(api: httpx.Client, name: str) -> None:
    assert api.get(f"/flows/{uuid4()}/{name}").status_code == 404
    assert api.put(f"/flows/{uuid4()}/{name}", json="x").status_code in {400, 404, 405}
    if name != "read_only":
        assert api.get(f"/sources/{uuid4()}/{name}").status_code == 404
