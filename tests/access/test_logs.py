"""No log holds a secret: here they are all sent at once, and the search for them is tried out.

Every run of the tests ends with the same search through all that its stacks wrote (tests/conftest.py).
"""

from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.access.conftest import ADMIN, PASSWORD, STATIC_TOKEN
from tests.access.issuer import TokenIssuer
from tests.builders import a_video_flow_body
from tests.receiver import receiver
from tests.secrets_in_logs import leaks, logs
from tests.waiting import until


def test_secrets_of_every_kind_stay_out_of_the_logs(
    guarded: Stack, client: httpx.Client, issuer: TokenIssuer
) -> None:
    mark = str(uuid4())
    token = issuer.token("read", "write")
    body = a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))
    path = f"/flows/{body['id']}"
    with receiver() as inbox:
        hook = {"url": inbox.url, "events": ["flows/created"]}
        secret = {"api_key_name": "Authorization", "api_key_value": f"Bearer not-for-logs-{mark}"}
        made = client.post("/service/webhooks", json=hook | secret, headers=ADMIN)
        assert made.status_code == 201, made.text
        assert client.put(path, json=body, params={"access_token": token}).status_code == 201
        inbox.wait_for(lambda it: it.of_flow(body["id"]))
        client.delete(f"/service/webhooks/{made.json()['id']}", headers=ADMIN)
    stored = client.post(f"{path}/storage", json={"limit": 1}, auth=("bob", PASSWORD)).json()
    url = stored["media_objects"][0]["put_url"]
    httpx.put(url["url"], content=b"x", headers={"Content-Type": url["content-type"]})
    for refused in (token[:-4], "not-for-logs", f"{STATIC_TOKEN}x"):
        client.get("/flows", headers={"Authorization": f"Bearer {refused}"})
        client.get("/flows", params={"access_token": refused})
        client.get(f"/nowhere?access_token={refused}&X-Amz-Signature={mark}")
    client.put(f"/flows/{uuid4()}", content=b'{"api_key_value": "not-for-logs"', headers=ADMIN)
    client.get(f"/last-{mark}", headers=ADMIN)

    until(lambda: f"/last-{mark}" in guarded.log("gateway").read_text())
    assert logs(guarded.data_dir)
    assert list(leaks(guarded.data_dir)) == []


@pytest.mark.parametrize(
    "line",
    [
        "GET /x?access_token=abc 200",
        "https://s3/x?X-Amz-Expires=5&X-Amz-Signature=00ff",
        "{'authorization': 'Bearer abcd'}",
        "Authorization: Basic Ym9iOg==",
        '"api_key_value": "x"',
        "token eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwIn0.c2ln",
        "sha256$62c3cdf78ef5b7b0c9f75ee4ce43bad9$1951",
    ],
)
def test_the_search_finds_what_it_is_for(line: str, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    log = tmp_path / "logs" / "a.log"
    log.write_text(f"before {line} after\n")
    found = list(leaks(tmp_path))
    log.unlink()  # or the last search of the run would find it

    assert len(found) == 1


def test_what_is_blotted_out_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    text = "GET /x?access_token=*** 200 X-Amz-Signature=*** takes a Bearer token\n"
    (tmp_path / "logs" / "a.log").write_text(text)

    assert list(leaks(tmp_path)) == []
