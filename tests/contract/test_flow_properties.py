"""FLW-43…50: single properties of a Flow."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.contract.conftest import Subscribe
from tests.contract.steps import Json, flow_of
from tests.receiver import receiver
from tests.waiting import next_second

WRITES: list[tuple[str, str, Any]] = [
    ("PUT", "label", "x"),
    ("PUT", "description", "x"),
    ("PUT", "max_bit_rate", 1),
    ("PUT", "avg_bit_rate", 1),
    ("PUT", "read_only", False),
    ("PUT", "flow_collection", []),
    ("PUT", "tags/a", "b"),
    ("DELETE", "tags/a", None),
    ("DELETE", "label", None),
    ("DELETE", "description", None),
    ("DELETE", "max_bit_rate", None),
    ("DELETE", "avg_bit_rate", None),
    ("DELETE", "flow_collection", None),
]


@pytest.mark.parametrize("name", ["label", "description"])
def test_FLW_43_texts_are_set_read_and_unset(api: httpx.Client, flow: Json, name: str) -> None:
    path = f"/flows/{flow['id']}/{name}"

    assert api.put(path, json="Camera ①").status_code == 204
    assert api.get(path).json() == flow_of(api, flow)[name] == "Camera ①"
    wrong: list[Any] = [1, None, ["x"], {"x": 1}, True]
    for bad in wrong:
        assert api.put(path, json=bad).status_code == 400, bad
    for content in (b"", b"bare"):
        assert api.put(path, content=content).status_code == 400, content
    assert api.get(path).json() == "Camera ①"
    assert api.delete(path).status_code == 204
    assert name not in flow_of(api, flow)


@pytest.mark.parametrize("name", ["max_bit_rate", "avg_bit_rate"])
def test_FLW_44_bit_rates_are_set_read_and_unset(api: httpx.Client, flow: Json, name: str) -> None:
    path = f"/flows/{flow['id']}/{name}"

    for good in (0, 5000):
        assert api.put(path, json=good).status_code == 204
        assert api.get(path).json() == flow_of(api, flow)[name] == good
    wrong: list[Any] = [-1, 1.5, "5", None, True]
    for bad in wrong:
        assert api.put(path, json=bad).status_code == 400, bad
    assert api.get(path).json() == 5000
    assert api.delete(path).status_code == 204
    assert name not in flow_of(api, flow)


def link(api: httpx.Client, flow: Json) -> None:
    """To a new Profile like it, of 4000 kbit/s on average."""
    profile_id = str(uuid4())
    technical = {name: flow[name] for name in ("format", "codec", "essence_parameters")}
    body = {"id": profile_id, "flow_metadata": {**technical, "avg_bit_rate": 4000}}
    assert api.post(f"/service/profiles/{profile_id}", json=body).status_code == 201
    linked = {"id": flow["id"], "source_id": flow["source_id"], "profile_id": profile_id}
    assert api.put(f"/flows/{flow['id']}", json=linked).status_code == 204


def test_FLW_45_the_average_bit_rate_of_a_linked_flow_is_its_profiles(
    api: httpx.Client, flow: Json
) -> None:
    link(api, flow)
    path = f"/flows/{flow['id']}"

    for value in (5, 4000):
        refused = api.put(f"{path}/avg_bit_rate", json=value)
        assert refused.status_code == 400
        assert "Profile" in refused.json()["summary"]

    assert api.get(f"{path}/avg_bit_rate").json() == 4000
    assert api.put(f"{path}/max_bit_rate", json=5).status_code == 204
    assert api.get(f"{path}/max_bit_rate").json() == 5
    assert api.delete(f"{path}/max_bit_rate").status_code == 204


def test_FLW_46_the_average_bit_rate_of_a_linked_flow_is_not_taken_away(
    api: httpx.Client, flow: Json
) -> None:
    link(api, flow)

    refused = api.delete(f"/flows/{flow['id']}/avg_bit_rate")

    assert refused.status_code == 400
    assert "Profile" in refused.json()["summary"]
    assert flow_of(api, flow)["avg_bit_rate"] == 4000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("label", None),
        ("description", None),
        ("max_bit_rate", None),
        ("avg_bit_rate", None),
        ("flow_collection", []),
        ("read_only", False),
        ("tags", {}),
    ],
)
def test_FLW_47_a_property_that_is_not_set_is_found_all_the_same(
    api: httpx.Client, flow: Json, name: str, value: Any
) -> None:
    response = api.get(f"/flows/{flow['id']}/{name}")

    assert response.status_code == 200
    assert response.json() == value
    assert api.head(f"/flows/{flow['id']}/{name}").status_code == 200


@pytest.mark.parametrize(
    "name", ["label", "description", "max_bit_rate", "avg_bit_rate", "flow_collection"]
)
def test_FLW_48_what_is_not_set_is_unset_all_the_same(
    api: httpx.Client, flow: Json, name: str
) -> None:
    unset = flow_of(api, flow)

    for _ in range(2):
        assert api.delete(f"/flows/{flow['id']}/{name}").status_code == 204

    assert name not in unset
    assert name not in flow_of(api, flow)


def test_FLW_49_every_write_of_a_property_is_a_change_and_is_told_of(
    api: httpx.Client, flow: Json, subscribe: Subscribe
) -> None:
    versions, dates = [flow["metadata_version"]], [flow["metadata_updated"]]
    with receiver() as inbox:
        subscribe(inbox, flow["source_id"], events=["flows/updated"])

        next_second()
        for method, name, value in WRITES:
            answer = api.request(method, f"/flows/{flow['id']}/{name}", json=value)
            assert answer.status_code == 204, (method, name)
            read = flow_of(api, flow)
            versions.append(read["metadata_version"])
            dates.append(read["metadata_updated"])

        inbox.wait_for(lambda it: len(it.distinct) == len(WRITES))
    told = [each.event["flow"]["metadata_version"] for each in inbox.distinct]
    assert told == versions[1:]
    assert len(set(versions)) == len(versions)
    assert dates == sorted(dates)
    assert dates[0] < dates[1]


@pytest.mark.parametrize(("method", "name", "value"), WRITES)
def test_FLW_50_an_unknown_flow_has_no_properties(
    api: httpx.Client, method: str, name: str, value: Any
) -> None:
    for flow_id in (uuid4(), "not-a-uuid"):
        path = f"/flows/{flow_id}/{name}"
        assert api.request(method, path, json=value).status_code == 404
        assert api.get(path).status_code == 404
        assert api.head(path).status_code == 404
        assert api.get(f"/flows/{flow_id}/tags").status_code == 404
