"""Who made a change: as stored and in the audit log, never as the request claims."""

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.access.conftest import ADMIN
from tests.access.issuer import TokenIssuer
from tests.builders import a_video_flow_body
from tests.waiting import until

Json = dict[str, Any]


@pytest.fixture
def alice(issuer: TokenIssuer) -> dict[str, str]:
    return {"Authorization": f"Bearer {issuer.token('read', 'write', 'delete')}"}


@pytest.fixture
def carol(issuer: TokenIssuer) -> dict[str, str]:
    token = issuer.token("read", "write", "delete", sub=None, client_id="carol")
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def flow(client: httpx.Client, alice: dict[str, str]) -> Json:
    body = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    lying = {**body, "created_by": "mallory", "updated_by": "mallory"}
    made = client.put(f"/flows/{body['id']}", json=lying, headers=alice)
    assert made.status_code == 201, made.text
    return body


def test_FLW_28_a_flow_tells_who_made_it_and_who_changed_it(
    client: httpx.Client, flow: Json, alice: dict[str, str], carol: dict[str, str]
) -> None:
    path = f"/flows/{flow['id']}"
    made = client.get(path, headers=alice).json()
    assert (made["created_by"], made.get("updated_by")) == ("alice", None)

    client.put(f"{path}/label", json="x", headers=carol)
    assert client.get(path, headers=alice).json()["updated_by"] == "carol"

    lying = {**flow, "created_by": "mallory", "updated_by": "mallory"}
    assert client.put(path, json=lying, headers=alice).status_code == 204
    replaced = client.get(path, headers=alice).json()
    assert (replaced["created_by"], replaced["updated_by"]) == ("alice", "alice")


def test_AUT_8_a_source_tells_the_same(
    client: httpx.Client, flow: Json, alice: dict[str, str], carol: dict[str, str]
) -> None:
    path = f"/sources/{flow['source_id']}"
    assert client.get(path, headers=alice).json()["created_by"] == "alice"

    client.put(f"{path}/description", json="x", headers=carol)

    changed = client.get(path, headers=alice).json()
    assert (changed["created_by"], changed["updated_by"]) == ("alice", "carol")


def test_a_profile_tells_who_made_it(client: httpx.Client, alice: dict[str, str]) -> None:
    whole = a_video_flow_body()
    kept = ("format", "codec", "container", "essence_parameters")
    metadata = {name: whole[name] for name in kept if name in whole}
    body = {"id": str(uuid4()), "flow_metadata": metadata, "created_by": "mallory"}

    made = client.post(f"/service/profiles/{body['id']}", json=body, headers=alice)

    assert made.status_code == 201, made.text
    assert made.json()["created_by"] == "alice"


def lines(stack: Stack, message: str) -> list[Json]:
    text = stack.log("gateway").read_text()
    entries = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    return [each for each in entries if each.get("message") == message]


def test_every_write_leaves_a_line_that_tells_who_what_when_and_which_request(
    guarded: Stack, client: httpx.Client, flow: Json, carol: dict[str, str]
) -> None:
    path = f"/flows/{flow['id']}"
    client.put(f"{path}/label?access_token=not-for-logs", json="x", headers=carol)
    client.put(f"{path}/label", json="x")
    client.delete(path, headers=ADMIN)
    client.get(path, headers=ADMIN)

    def mine() -> list[Json]:
        return [each for each in lines(guarded, "audit") if each["path"].startswith(path)]

    until(lambda: len(mine()) == 4)
    told = [(each.get("who"), each["method"], each["path"], each["status"]) for each in mine()]
    assert told == [
        ("alice", "PUT", path, 201),
        ("carol", "PUT", f"{path}/label", 204),
        (None, "PUT", f"{path}/label", 401),
        ("robot", "DELETE", path, 204),
    ]
    for each in mine():
        assert each["timestamp"]
        assert each["correlation_id"]
        assert each["source_ip"] == "127.0.0.1"
