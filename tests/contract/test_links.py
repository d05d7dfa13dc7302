"""`Link` and `Location` are absolute, so that clients may use them as they are."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import requests

from functions.flows.app import router
from local.lambda_context import LambdaContext
from local.stack import Stack
from tams.models.caller import EVERYONE
from tams.runtime.http_handler import api_handler
from tests.contract.conftest import AT_ONCE_SEGMENTS
from tests.contract.listings import LISTINGS, Listing
from tests.maker import Maker
from tests.proxy import Proxy, proxy
from tests.served import IS_SERVED
from tests.services import Services
from tests.waiting import PATIENCE_SECONDS

BASE_PATH = "/store/tams"
HOSTILE_HOSTS = [
    "evil.example",
    "evil.example:80, 127.0.0.1",
    "user@127.0.0.1",
    "127.0.0.1.evil.example",
]
HOSTILE_HEADERS = [
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "1"},
    {"X-Forwarded-Prefix": "/evil", "X-Forwarded-Proto": "javascript"},
    {"Forwarded": "for=192.0.2.1;proto=https;host=evil.example"},
]


def followed(url: str) -> list[Any]:
    """Every item, by requests, which takes a link as it stands. One page of items at most is empty."""
    found: list[Any] = []
    while url:
        response = requests.get(url, timeout=PATIENCE_SECONDS)
        assert response.status_code == 200, response.text
        body = response.json()
        found += body if isinstance(body, list) else body["referenced_by_flows"]
        url = response.links["next"]["url"] if "next" in response.links else ""
    return found


def cut_off(base_url: str, path: str) -> list[Any]:
    """A web client: it cuts as many letters off a link as its own base URL has, and puts that in front."""
    found: list[Any] = []
    while path:
        response = requests.get(base_url + path, timeout=PATIENCE_SECONDS)
        assert response.status_code == 200, response.text
        found += response.json()
        link = response.links.get("next", {}).get("url", "")
        path = link[len(base_url) :]
    return found


def ids_of(items: list[Any]) -> list[Any]:
    return [it if isinstance(it, str) else it.get("id") or it["timerange"] for it in items]


def with_query(url: str, query: dict[str, str], **more: object) -> str:
    return str(httpx.URL(url, params={**query, **more}))


@pytest.mark.parametrize("path", [path for path, _ in LISTINGS])
def test_requests_follows_every_listing_to_its_end(
    api: httpx.Client, listing: Callable[[str], Listing], path: str, stack: Stack
) -> None:
    path, query = listing(path)
    whole = followed(with_query(stack.api_url + path, query, limit=100))

    paged = followed(with_query(stack.api_url + path, query, limit=1))

    assert ids_of(paged) == ids_of(whole)
    assert len(paged) >= 3


def test_requests_follows_the_log_of_events(make: Maker, stack: Stack) -> None:
    flow = make.flow()
    make.segments(flow["id"], 1)
    url = f"{stack.api_url}/events?flow_ids={flow['id']}&limit=1&wait=20"
    seen = []

    for _ in range(2):
        response = requests.get(url, timeout=PATIENCE_SECONDS)
        seen += [each["event_type"] for each in response.json()]
        url = response.links["next"]["url"]

    assert seen == ["flows/created", "flows/segments_added"]


def test_the_location_of_a_deletion_request_is_absolute(make: Maker, stack: Stack) -> None:
    urls = []
    for path in ("/flows/{}", "/flows/{}/segments"):
        flow = make.flow()
        make.segments(flow["id"], AT_ONCE_SEGMENTS + 1)
        response = requests.delete(
            stack.api_url + path.format(flow["id"]), timeout=PATIENCE_SECONDS
        )
        assert response.status_code == 202
        urls.append(response.headers["Location"])

    for url in urls:
        assert url.startswith(f"{stack.api_url}/flow-delete-requests/")
        assert requests.get(url, timeout=PATIENCE_SECONDS).json()["id"] == url.rpartition("/")[2]


@pytest.mark.parametrize("headers", HOSTILE_HEADERS, ids=str)
def test_no_header_of_a_client_leads_elsewhere(
    api: httpx.Client, make: Maker, stack: Stack, headers: dict[str, str]
) -> None:
    label = str(uuid4())
    for _ in range(2):
        make.flow(label=label)

    response = api.get("/flows", params={"label": label, "limit": 1}, headers=headers)

    assert response.links["next"]["url"].startswith(f"{stack.api_url}/flows?")


@pytest.mark.skipif(IS_SERVED, reason="`tams serve` is only open if it is told to be, to any host")
@pytest.mark.parametrize("host", HOSTILE_HOSTS)
def test_a_foreign_host_leads_nowhere(api: httpx.Client, host: str) -> None:
    """An open API refuses it; where credentials are asked for, test_own_address.py says what it means."""
    response = api.get("/flows", params={"limit": 1}, headers={"Host": host})

    assert response.status_code == 403
    assert "Link" not in response.headers


@pytest.mark.parametrize("host", ["localhost:9999", "LOCALHOST", "[::1]:8080", "127.0.0.2:81"])
def test_another_name_of_loopback_is_the_clients_own(
    api: httpx.Client, make: Maker, host: str
) -> None:
    label = str(uuid4())
    for _ in range(2):
        make.flow(label=label)

    response = api.get("/flows", params={"label": label, "limit": 1}, headers={"Host": host})

    assert response.links["next"]["url"].startswith(f"http://{host.lower()}/flows?")


def behind(proxied: Proxy, stack: Stack, data_dir: Path, **env: str) -> Iterator[str]:
    """A gateway of its own on what `stack` has stored, seen through a proxy: the proxy's URL."""
    variables = {**stack.settings_env(), **env}
    with Stack(data_dir, only=("gateway",), workers=1, env=variables) as running:
        proxied.upstream = running.api_url
        yield proxied.url


@pytest.fixture(scope="module")
def configured(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with proxy(BASE_PATH, {}) as it:
        yield from behind(it, stack, tmp_path_factory.mktemp("set"), TAMS_PUBLIC_URL=f"{it.url}/")


@pytest.fixture(scope="module")
def trusted(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    told: dict[str, str] = {}
    with proxy(BASE_PATH, told) as it:
        told |= {
            "X-Forwarded-Host": f"127.0.0.1:{it.server_port}",
            "X-Forwarded-Proto": "http",
            "X-Forwarded-Prefix": BASE_PATH,
        }
        data_dir = tmp_path_factory.mktemp("trusted")
        yield from behind(it, stack, data_dir, TAMS_TRUST_FORWARDED="x-forwarded")


@pytest.mark.parametrize("where", ["direct", "configured", "trusted"])
def test_a_client_that_cuts_its_base_url_off_finds_everything(
    make: Maker, stack: Stack, request: pytest.FixtureRequest, where: str
) -> None:
    base_url = stack.api_url if where == "direct" else request.getfixturevalue(where)
    label = str(uuid4())
    flows = [make.flow(label=label)["id"] for _ in range(3)]

    found = cut_off(base_url, f"/flows?label={label}&limit=1")

    assert ids_of(found) == flows[::-1]
    assert ids_of(followed(f"{base_url}/flows?label={label}&limit=1")) == flows[::-1]


def test_a_stage_is_part_of_the_address_and_not_of_the_route(
    make: Maker, services: Services
) -> None:
    label = str(uuid4())
    for _ in range(2):
        make.flow(label=label)
    event = {
        "version": "2.0",
        "routeKey": "ANY /flows",
        "rawPath": "/prod/flows",
        "rawQueryString": f"label={label}&limit=1",
        "headers": {"host": "evil.example"},
        "requestContext": {
            "apiId": "a1b2",
            "domainName": "a1b2.execute-api.eu-west-1.amazonaws.com",
            "domainPrefix": "a1b2",
            "http": {"method": "GET", "path": "/prod/flows", "sourceIp": "192.0.2.1"},
            "stage": "prod",
            "authorizer": {"lambda": {"caller": EVERYONE.to_json()}},
        },
        "isBase64Encoded": False,
    }

    context = LambdaContext("flows", "512", "arn", "log", time.monotonic() + PATIENCE_SECONDS)
    answer = api_handler(router, lambda: services.platform)(event, context)

    assert answer["statusCode"] == 200, answer
    link = answer["headers"]["link"]
    base_url = (
        services.platform.settings.gateway_scheme
        + "://a1b2.execute-api.eu-west-1.amazonaws.com/prod"
    )
    assert link.startswith(f"<{base_url}/flows?label={label}&limit=1&page=")
