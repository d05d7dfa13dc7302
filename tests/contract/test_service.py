"""SVC: what the service says about itself."""

from typing import Any
from uuid import uuid4

import httpx
import pytest


def seconds(timestamp: str) -> float:
    whole, _, nanoseconds = timestamp.partition(":")
    return int(whole) + int(nanoseconds) / 1e9


def test_SVC_1_the_root_names_the_paths_below_it(api: httpx.Client) -> None:
    paths = api.get("/").json()

    assert {"service", "flows", "sources", "flow-delete-requests"} <= set(paths)


def test_SVC_2_the_service_tells_its_type_version_and_timeouts(api: httpx.Client) -> None:
    service = api.get("/service").json()

    assert {"type", "api_version", "min_object_timeout"} <= service.keys()
    assert service["service_version"]


def test_SVC_3_the_api_version_has_two_numbers(api: httpx.Client) -> None:
    assert api.get("/service").json()["api_version"] == "8.2"


def test_SVC_4_the_type_is_a_name_of_tams(api: httpx.Client) -> None:
    assert api.get("/service").json()["type"].startswith("urn:x-tams:service")


def test_SVC_5_an_allocation_is_kept_for_five_minutes_at_least(api: httpx.Client) -> None:
    assert seconds(api.get("/service").json()["min_object_timeout"]) >= 300


def test_SVC_6_a_presigned_url_lives_half_a_minute_at_least_and_no_longer_than_an_allocation(
    api: httpx.Client,
) -> None:
    service = api.get("/service").json()

    lives = seconds(service["min_presigned_url_timeout"])
    assert 30 <= lives <= seconds(service["min_object_timeout"])


def test_SVC_7_urls_live_a_little_longer_than_was_promised(api: httpx.Client, make: Any) -> None:
    promised = seconds(api.get("/service").json()["min_presigned_url_timeout"])

    allocated = api.post(f"/flows/{make.flow()['id']}/storage", json={"limit": 1}).json()

    url = httpx.URL(allocated["media_objects"][0]["put_url"]["url"])
    assert int(url.params["X-Amz-Expires"]) > promised


def test_SVC_8_webhooks_are_the_way_to_be_told_of_events(api: httpx.Client) -> None:
    mechanisms = [each["name"] for each in api.get("/service").json()["event_stream_mechanisms"]]

    assert mechanisms == ["webhooks"]
    assert api.get("/service/webhooks").status_code == 200


def test_SVC_9_name_and_description_are_set_and_nothing_else_is(api: httpx.Client) -> None:
    name = str(uuid4())

    body = {"name": name, "description": "ours", "api_version": "9.9", "type": "x"}
    assert api.post("/service", json=body).status_code == 200

    service = api.get("/service").json()
    assert (service["name"], service["description"]) == (name, "ours")
    assert (service["api_version"], service["type"][:18]) == ("8.2", "urn:x-tams:service")
    wrong: list[Any] = [{"name": 1}, {"description": []}, "x", []]
    for bad in wrong:
        assert api.post("/service", json=bad).status_code == 400, bad
    assert api.get("/service").json() == service


def test_SVC_10_what_is_left_out_stays_as_it_was(api: httpx.Client) -> None:
    first, second = str(uuid4()), str(uuid4())
    api.post("/service", json={"name": first, "description": first})

    for change, expected in (
        ({"description": second}, (first, second)),
        ({"name": second}, (second, second)),
        ({}, (second, second)),
    ):
        assert api.post("/service", json=change).status_code == 200
        service = api.get("/service").json()
        assert (service["name"], service["description"]) == expected


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


@pytest.mark.parametrize("path", ["/", "/service", "/health", "/health/ready"])
def test_a_head_answers_as_its_get_without_a_body(api: httpx.Client, path: str) -> None:
    get, head = api.get(path), api.head(path)

    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-type"] == get.headers["content-type"]
