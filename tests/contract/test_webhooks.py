"""WHK: webhooks registered, read, changed and deleted. test_events.py covers what they receive."""

from dataclasses import astuple
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.maker import all_pages

EVENTS = [
    *(f"flows/{what}" for what in ("created", "updated", "deleted")),
    *(f"flows/segments_{what}" for what in ("added", "deleted")),
    *(f"sources/{what}" for what in ("created", "updated", "deleted")),
]
SECRET = "not to be told"
NOWHERE = "http://127.0.0.1:1024"
"""An address where no server listens."""

FULL = {
    "api_key_name": "X-Key",
    "flow_ids": [str(uuid4())],
    "source_ids": [str(uuid4())],
    "flow_collected_by_ids": [],
    "source_collected_by_ids": [str(uuid4())],
    "accept_get_urls": [],
    "accept_storage_ids": [str(uuid4())],
    "presigned": True,
    "verbose_storage": False,
    "include_object_timerange": True,
    "tags": {"team": ["a", "b"]},
}


def a_webhook(api: httpx.Client, **fields: Any) -> dict[str, Any]:
    """It asks for no events, so that its status stays what a test set."""
    body = {"url": f"{NOWHERE}/{uuid4()}", "events": [], **fields}
    response = api.post("/service/webhooks", json=body)
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


def put(api: httpx.Client, webhook: dict[str, Any], **fields: Any) -> httpx.Response:
    """Replace it by itself with other fields; None leaves one out."""
    body = {**webhook, "status": "created", **fields}
    body = {name: value for name, value in body.items() if value is not None}
    return api.put(f"/service/webhooks/{webhook['id']}", json=body)


def test_WHK_2_a_post_always_makes_a_new_webhook(api: httpx.Client) -> None:
    url = f"{NOWHERE}/{uuid4()}"

    first, second = a_webhook(api, url=url), a_webhook(api, url=url)

    assert first["id"] != second["id"]
    assert first["status"] == "created"
    for each in (first, second):
        assert api.get(f"/service/webhooks/{each['id']}").json() == each


def test_WHK_3_all_fields_are_kept_and_url_and_events_are_required(api: httpx.Client) -> None:
    webhook = a_webhook(api, **FULL, api_key_value=SECRET)

    assert FULL.items() <= webhook.items()
    for missing in ("url", "events"):
        body = {"url": NOWHERE, "events": []}
        del body[missing]
        assert api.post("/service/webhooks", json=body).status_code == 400
    for name, bad in (("flow_ids", ["x"]), ("presigned", "true"), ("tags", {"a": 1})):
        wrong: dict[str, Any] = {"url": NOWHERE, "events": [], name: bad}
        assert api.post("/service/webhooks", json=wrong).status_code == 400, name


def test_WHK_4_events_are_some_of_the_eight(api: httpx.Client) -> None:
    for some in (EVENTS, EVENTS[:1]):
        assert a_webhook(api, events=some, status="disabled")["events"] == some
    for bad in (["flows/renamed"], "flows/created", [1]):
        body = {"url": NOWHERE, "events": bad}
        assert api.post("/service/webhooks", json=body).status_code == 400


def test_WHK_6_a_post_sets_created_or_disabled(api: httpx.Client) -> None:
    assert a_webhook(api, status="disabled")["status"] == "disabled"
    for bad in ("started", "error", "x"):
        body = {"url": NOWHERE, "events": [], "status": bad}
        assert api.post("/service/webhooks", json=body).status_code == 400


def test_WHK_7_no_answer_holds_the_secret(api: httpx.Client) -> None:
    body = {
        "url": f"{NOWHERE}/{uuid4()}",
        "events": [],
        "api_key_name": "Authorization",
        "api_key_value": SECRET,
        "tags": {"test": str(uuid4())},
    }
    posted = api.post("/service/webhooks", json=body)
    path = f"/service/webhooks/{posted.json()['id']}"
    listed = api.get("/service/webhooks", params={"tag.test": body["tags"]["test"]})  # type: ignore[index]
    replaced = api.put(path, json={**body, "id": posted.json()["id"], "status": "disabled"})

    for answer in (posted, api.get(path), listed, replaced, api.get(path)):
        assert "Authorization" in answer.text
        assert SECRET not in answer.text
        assert "api_key_value" not in answer.text


def test_WHK_8_a_put_answers_201_and_creates_nothing(api: httpx.Client) -> None:
    webhook = a_webhook(api, **FULL)

    response = put(api, webhook, url=f"{NOWHERE}/elsewhere", status="disabled")

    assert response.status_code == 201
    assert response.json() == api.get(f"/service/webhooks/{webhook['id']}").json()
    assert response.json()["url"] == f"{NOWHERE}/elsewhere"
    for missing in ("id", "url", "events", "status"):
        assert put(api, webhook, **{missing: None}).status_code == 400, missing
    assert put(api, webhook, id=str(uuid4())).status_code == 400
    nobody = {**webhook, "id": str(uuid4())}
    assert put(api, nobody).status_code == 404
    assert api.get(f"/service/webhooks/{nobody['id']}").status_code == 404


def test_WHK_11_what_a_put_leaves_out_is_unset(api: httpx.Client) -> None:
    webhook = a_webhook(api, **FULL, api_key_value=SECRET)

    bare = {name: webhook[name] for name in ("id", "url", "events", "status")}
    response = api.put(f"/service/webhooks/{webhook['id']}", json=bare)

    assert response.json() == bare


def test_WHK_12_a_deleted_webhook_is_gone(api: httpx.Client) -> None:
    path = f"/service/webhooks/{a_webhook(api)['id']}"

    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert api.delete(path).status_code == 404
    assert api.delete("/service/webhooks/x").status_code == 404


def test_WHK_13_every_filter_of_the_specification_is_supported(api: httpx.Client) -> None:
    for name, value in FULL.items():
        assert a_webhook(api, **{name: value})[name] == value


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0xa9fea9fe/",
        "http://2852039166/",
        "http://[::ffff:169.254.169.254]/",
        "http://[fd00:ec2::254]/",
        "https://user:password@hook.example.com/",
        "file:///etc/passwd",
        "http://hook.example.com:22/",
    ],
)
def test_WHK_14_a_url_into_a_private_network_is_refused(api: httpx.Client, url: str) -> None:
    webhook = a_webhook(api)

    assert api.post("/service/webhooks", json={"url": url, "events": []}).status_code == 400
    assert put(api, webhook, url=url).status_code == 400


def test_WHK_16_webhooks_are_listed_by_url_and_filtered_by_tag(api: httpx.Client) -> None:
    mark = str(uuid4())
    urls = [f"{NOWHERE}/{name}/{mark}" for name in ("b", "c", "a")]
    for url, kind in zip(urls, ("x", "y", ["x", "z"]), strict=True):
        a_webhook(api, url=url, tags={"test": mark, "kind": kind})

    def found(**parameters: str) -> list[str]:
        query = {"tag.test": mark, "limit": "2", **parameters}
        pages = all_pages(api, "/service/webhooks", **query)
        return [each["url"] for page in pages for each in page]

    assert found() == sorted(urls)
    assert found(reverse_order="true") == sorted(urls, reverse=True)
    assert found(**{"tag.kind": "x"}) == [urls[2], urls[0]]
    assert found(**{"tag_exists.kind": "false"}) == []


def test_WHK_20_a_webhook_in_error_or_started_is_no_state_a_client_sets(api: httpx.Client) -> None:
    webhook = a_webhook(api)

    for bad in ("started", "error"):
        assert put(api, webhook, status=bad).status_code == 400


def test_the_services_own_servers_get_no_events(api: httpx.Client, stack: Stack) -> None:
    """Whatever the spelling: they trust this machine."""
    hosts = ["127.0.0.1", "localhost.", "127.1", "0x7f000001", "2130706433", "017700000001"]
    hosts += ["127.9.9.9", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "x.localhost"]  # noqa: S104
    urls = [f"http://{hosts[0]}:{port}/" for port in astuple(stack.config.ports)]
    urls += [f"http://{host}:{stack.config.ports.queue}/oldest-seconds" for host in hosts]
    hook = api.post("/service/webhooks", json={"url": NOWHERE, "events": []}).json()

    for url in urls:
        body = {"url": url, "events": []}
        for answer in (
            api.post("/service/webhooks", json=body),
            api.put(f"/service/webhooks/{hook['id']}", json={**hook, **body}),
        ):
            assert answer.status_code == 400, (url, answer.text)
            assert "not allowed for webhooks" in answer.json()["summary"]
    api.delete(f"/service/webhooks/{hook['id']}")
