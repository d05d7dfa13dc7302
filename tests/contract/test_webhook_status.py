"""WHK-15…26: how a webhook's status changes as the service sends to it, and as its client changes it."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.contract.conftest import Subscribe
from tests.maker import Maker
from tests.receiver import Receiver, accept, answer, receiver
from tests.waiting import PATIENCE_SECONDS

Json = dict[str, Any]


@pytest.fixture
def inbox() -> Iterator[Receiver]:
    with receiver() as it:
        yield it


def read(api: httpx.Client, webhook: Json) -> Json:
    found: Json = api.get(f"/service/webhooks/{webhook['id']}").json()
    return found


def wait_for_status(api: httpx.Client, webhook: Json, status: str) -> Json:
    until = time.monotonic() + PATIENCE_SECONDS
    while (found := read(api, webhook))["status"] != status:
        assert time.monotonic() < until, found
        time.sleep(0.05)
    return found


def put(api: httpx.Client, webhook: Json, status: str, **fields: Any) -> httpx.Response:
    body = {**webhook, "status": status, **fields}
    body.pop("error", None)
    return api.put(f"/service/webhooks/{webhook['id']}", json=body)


def test_WHK_15_a_webhook_is_changed_and_deleted_by_its_id_alone(
    inbox: Receiver, api: httpx.Client, subscribe: Subscribe
) -> None:
    one, other = subscribe(inbox, str(uuid4())), subscribe(inbox, str(uuid4()))

    assert put(api, one, "disabled").status_code == 201
    assert api.delete(f"/service/webhooks/{one['id']}").status_code == 204

    assert read(api, other) == other


def test_WHK_17_a_webhook_is_created_then_started_and_disabled_or_in_error(
    inbox: Receiver, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    source_id = str(uuid4())
    webhook = subscribe(inbox, source_id)
    assert webhook["status"] == "created"

    flow = make.flow(source_id=source_id)
    wait_for_status(api, webhook, "started")
    inbox.behaviour = answer(500)
    api.put(f"/flows/{flow['id']}/label", json="x")
    wait_for_status(api, webhook, "error")

    assert put(api, webhook, "created").json()["status"] == "created"
    assert put(api, webhook, "disabled").json()["status"] == "disabled"


def test_WHK_18_the_service_starts_a_webhook_and_tells_why_it_failed(
    inbox: Receiver, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    source_id = str(uuid4())
    inbox.behaviour = answer(503)
    webhook = subscribe(inbox, source_id, api_key_name="X-Key", api_key_value="our secret")

    make.flow(source_id=source_id)

    assert "error" not in wait_for_status(api, webhook, "started")
    failed = wait_for_status(api, webhook, "error")
    assert failed["error"]["type"] == "DeliveryFailed"
    assert "503" in failed["error"]["summary"]
    assert "our secret" not in str(failed)


def test_WHK_19_a_client_starts_a_failed_webhook_again_and_stops_a_started_one(
    inbox: Receiver, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    source_id = str(uuid4())
    inbox.behaviour = answer(404)
    webhook = subscribe(inbox, source_id, events=["flows/created"])
    kept = make.flow(source_id=source_id)
    wait_for_status(api, webhook, "error")
    inbox.behaviour = accept

    restarted = put(api, webhook, "created")

    assert restarted.status_code == 201
    assert "error" not in restarted.json()
    inbox.wait_for(lambda it: it.of_flow(kept["id"]))
    started = wait_for_status(api, webhook, "started")
    assert put(api, started, "disabled").json()["status"] == "disabled"
    make.flow(source_id=source_id)
    assert put(api, started, "created").json()["status"] == "created"
    last = make.flow(source_id=source_id)
    inbox.wait_for(lambda it: it.of_flow(last["id"]))
    assert [each.flow_id for each in inbox.distinct] == [kept["id"], last["id"]]


def test_WHK_21_a_put_carries_created_or_disabled(
    inbox: Receiver, api: httpx.Client, subscribe: Subscribe
) -> None:
    webhook = subscribe(inbox, str(uuid4()))

    for bad in ("started", "error", "paused", ""):
        assert put(api, webhook, bad).status_code == 400, bad
    assert read(api, webhook) == webhook


def test_WHK_23_a_failure_is_tried_again_before_it_counts(
    inbox: Receiver, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    source_id = str(uuid4())
    inbox.behaviour = answer(500)
    webhook = subscribe(inbox, source_id, events=["flows/created"])

    flow = make.flow(source_id=source_id)
    inbox.wait_for(lambda it: it.requests >= 2)
    assert read(api, webhook)["status"] == "started"
    inbox.behaviour = accept

    inbox.wait_for(lambda it: it.of_flow(flow["id"]))
    assert read(api, webhook)["status"] == "started"


def test_WHK_20_a_webhook_in_error_is_not_disabled(
    inbox: Receiver, api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    source_id = str(uuid4())
    inbox.behaviour = answer(404)
    webhook = subscribe(inbox, source_id)
    make.flow(source_id=source_id)
    failed = wait_for_status(api, webhook, "error")

    assert put(api, failed, "disabled").status_code == 400

    assert read(api, failed)["status"] == "error"
    assert put(api, failed, "created").status_code == 201
