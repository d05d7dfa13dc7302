"""Web pages in the user's browser, and programs without the keys, get nothing from the stack."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import requests
from aws_requests_auth.aws_auth import AWSRequestsAuth

from local.credentials import KeyPair
from local.queues import sqs_client
from local.stack import Stack
from vastlocal.control import Control, ControlError

PAGES = [
    pytest.param({"Origin": "https://evil.example"}, id="page"),
    pytest.param({"Origin": "http://localhost:3000"}, id="page of this machine"),
    pytest.param({"Origin": "null"}, id="file or sandboxed page"),
    pytest.param({"Host": "evil.example:9324"}, id="rebound name"),
    pytest.param({"Host": "localhost.evil.example"}, id="name that begins well"),
]


def signed(key: str, service: str = "sqs") -> dict[str, str]:
    scope = f"20260101/us-east-1/{service}/aws4_request"
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={key}/{scope}, Signature=0"}


@pytest.fixture
def queue_names(stack: Stack) -> Iterator[set[str]]:
    """Still the same at the end."""

    def names() -> set[str]:
        with closing(sqs_client(stack.sqs_url, stack.sqs_credentials)) as client:
            return {url.rpartition("/")[2] for url in client.list_queues()["QueueUrls"]}

    before = names()
    assert "EventsQueue" in before
    yield before
    assert names() == before


@pytest.mark.parametrize("headers", PAGES)
@pytest.mark.parametrize("path", ["/", "/oldest-seconds", "/reset"])
def test_no_page_calls_the_queues(
    stack: Stack, queue_names: set[str], headers: dict[str, str], path: str
) -> None:
    own = signed(stack.sqs_credentials.access_key)

    for method in ("POST", "GET", "OPTIONS"):
        answer = httpx.request(method, stack.sqs_url + path, headers=headers | own)

        assert answer.status_code == 403, (method, answer.text)
        assert "access-control-allow-origin" not in answer.headers


def test_without_the_stacks_key_the_queues_take_nothing(
    stack: Stack, queue_names: set[str]
) -> None:
    purge = {"X-Amz-Target": "AmazonSQS.PurgeQueue"}
    body = {"QueueUrl": stack.queue_url("EventsQueue")}
    keys = ["", "local", stack.s3_credentials.access_key, f"{stack.sqs_credentials.access_key}x"]

    for headers in ({}, *(signed(each) for each in keys)):
        answer = httpx.post(stack.sqs_url, json=body, headers=purge | headers)

        assert answer.status_code == 403, answer.text
        assert "access key of the local stack" in answer.text


@pytest.mark.parametrize("path", ["reset", "moto-api/reset", "health", "data.json", ""])
def test_the_queue_server_serves_nothing_beside_the_api_of_queues(
    stack: Stack, queue_names: set[str], path: str
) -> None:
    url = f"{stack.sqs_url}/{path}"

    for method in ("POST", "GET"):
        for service in ("sqs", "s3"):
            own = signed(stack.sqs_credentials.access_key, service)
            answer = httpx.request(method, url, headers=own)
            assert answer.status_code >= 400, (method, service, answer.text)


def test_the_queue_server_is_nothing_but_queues(stack: Stack, queue_names: set[str]) -> None:
    own = signed(stack.sqs_credentials.access_key, "s3")

    assert httpx.put(f"{stack.sqs_url}/a-bucket", headers=own).status_code >= 400
    metadata = f"{stack.sqs_url}/latest/meta-data/iam/"
    assert httpx.get(metadata, headers=signed(stack.sqs_credentials.access_key)).status_code >= 400


def vast_request(stack: Stack, path: str, method: str = "GET", **headers: str) -> Any:
    """Signed as the SDK signs."""
    keys, host = stack.vast_credentials, headers.get("Host", urlsplit(stack.vast_url).netloc)
    auth = AWSRequestsAuth(keys.access_key, keys.secret_key, host, "", "s3")
    url = stack.vast_url + path
    return requests.request(method, url, headers=headers, auth=auth, timeout=120)


@pytest.mark.parametrize("headers", PAGES)
def test_no_page_reaches_the_local_vast(stack: Stack, headers: dict[str, str]) -> None:
    for method, path in (
        ("GET", "/_vastlocal/health"),
        ("POST", "/_vastlocal/expire"),
        ("POST", "/?transaction"),
        ("GET", "/"),
    ):
        answer = vast_request(stack, path, method, **headers)

        assert answer.status_code == 403, (path, answer.text)
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("wrong", ["access", "secret"])
def test_the_local_vast_is_controlled_with_its_keys_only(
    stack: Stack, vast: Control, wrong: str
) -> None:
    keys = stack.vast_credentials
    wrongs = {"access": KeyPair("x", keys.secret_key), "secret": KeyPair(keys.access_key, "x")}
    other = Control(stack.vast_url, wrongs[wrong].access_key, wrongs[wrong].secret_key)

    for call in (other.health, other.reset, other.expire, other.clear_faults):
        with pytest.raises(ControlError, match="403"):
            call()
    for path in ("health", "counters", "faults"):
        assert httpx.get(f"{stack.vast_url}/_vastlocal/{path}").status_code == 403
    assert vast.health().pid == stack.pid("vast")


@pytest.mark.parametrize(
    "host", ["localhost", "127.0.0.1:1", "[::1]:8000", "tams.localhost", None], ids=str
)
def test_the_open_api_is_called_by_the_names_of_this_machine(
    stack: Stack, host: str | None
) -> None:
    headers = {} if host is None else {"Host": host}

    assert httpx.get(f"{stack.api_url}/flows", headers=headers).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "a:b", "192.168.0.1"])
def test_a_page_that_rebound_its_name_gets_nothing_of_the_open_api(stack: Stack, host: str) -> None:
    for method, path in (("GET", "/flows"), ("POST", "/service/webhooks"), ("GET", "/nowhere")):
        answer = httpx.request(method, stack.api_url + path, headers={"Host": host})

        assert answer.status_code == 403, answer.text
        assert "TAMS_LOCAL_TOKEN" in answer.json()["summary"]


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example"]
)
def test_a_page_of_elsewhere_neither_reads_nor_writes_by_the_open_api(
    stack: Stack, origin: str
) -> None:
    """A form or a simple fetch is sent without a preflight."""
    hooks = f"{stack.api_url}/service/webhooks"
    before = httpx.get(hooks).json()
    simple = {"Origin": origin, "Content-Type": "text/plain"}
    asking = {"Origin": origin, "Access-Control-Request-Method": "DELETE"}
    hook = {"url": "http://127.0.0.1:1024/", "events": []}

    answers = [
        httpx.post(hooks, json=hook, headers=simple),
        httpx.get(f"{stack.api_url}/flows", headers={"Origin": origin}),
        httpx.options(f"{stack.api_url}/flows", headers=asking),
    ]

    for answer in answers:
        assert answer.status_code == 403, answer.text
        assert "access-control-allow-origin" not in answer.headers
        assert "TAMS_CORS_ORIGINS" in answer.json()["summary"]
    assert httpx.get(hooks).json() == before


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1", "https://[::1]:8"])
def test_a_page_of_this_machine_may_call_the_open_api(stack: Stack, origin: str) -> None:
    asking = {"Origin": origin, "Access-Control-Request-Method": "PUT"}

    for answer in (
        httpx.get(f"{stack.api_url}/flows", headers={"Origin": origin}),
        httpx.options(f"{stack.api_url}/flows", headers=asking),
    ):
        assert answer.status_code in {200, 204}, answer.text
        assert answer.headers["access-control-allow-origin"] == origin
        assert "Origin" in answer.headers["vary"].split(", ")


def test_no_page_invokes_a_function(small_stack: Stack) -> None:
    """Here every origin may call the API, and still none may do that."""
    url = f"{small_stack.api_url}/2015-03-31/functions/timer/invocations"
    own = signed(small_stack.config.credentials.aws.access_key, "lambda")

    assert httpx.post(url, content="{}", headers=own).status_code == 200
    page = httpx.post(url, content="{}", headers=own | {"Origin": "http://localhost:3000"})
    assert page.status_code == 404
