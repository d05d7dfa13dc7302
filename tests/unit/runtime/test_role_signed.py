"""URLs signed by a role are long: pages end early and lead on, and no allocation is larger than an answer."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import httpx
import pytest

from local.application import Route
from tams.payload import ANSWER_BYTES_MAX, payload_bytes
from tams.runtime.deployment import Deployment
from tests.benchmark.handlers import Handlers
from tests.in_process import a_vast_in_process
from tests.integration.local_vast import settings_for
from tests.maker import Maker

ROUTES = [
    Route("ANY", "/events", "events"),
    Route("ANY", "/flows/{flowId}", "flows"),
    Route("ANY", "/flows/{flowId}/segments", "flow_segments"),
    Route("ANY", "/flows/{flowId}/storage", "media_storage"),
    Route("ANY", "/objects/{proxy+}", "objects"),
]
USUAL = "IQoJ" + "a/b+" * 325
"""A session token as long as those of Lambda's roles."""
HUGE = "IQoJ" + "a/b+" * 2_500

Api = Callable[[str], httpx.Client]


@pytest.fixture(scope="module")
def vast_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with a_vast_in_process(tmp_path_factory.mktemp("vast")) as url:
        yield url


@pytest.fixture
def api(vast_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """A client of a deployment whose role has this session token."""
    made: list[httpx.Client] = []

    def with_token(token: str) -> httpx.Client:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
        monkeypatch.setenv("AWS_SESSION_TOKEN", token)
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # it keeps the credentials it has found
        settings = settings_for(vast_url)
        (backend,) = settings.storage_backends
        keyless = backend.model_copy(update={"access_key": None, "secret_key": None})
        settings = settings.model_copy(update={"storage_backends": (keyless,)})
        transport = Handlers(ROUTES, Deployment(settings))
        plain = {"Accept-Encoding": "identity"}
        client = httpx.Client(transport=transport, base_url="http://tams", headers=plain)
        made.append(client)
        return client

    yield with_token
    for each in made:
        each.close()


def size(answer: httpx.Response) -> int:
    assert answer.is_success, answer.text
    return payload_bytes(answer.content)


@pytest.mark.parametrize("token", [USUAL, HUGE], ids=["usual", "huge"])
def test_a_page_of_segments_ends_in_time_and_leads_on(api: Api, token: str) -> None:
    client = api(token)
    maker = Maker(client)
    flow_id = maker.flow()["id"]
    posted = [
        each["object_id"]
        for start in range(0, 2_000, 500)
        for each in maker.segments(flow_id, 250, start=start)
    ]

    found: list[str] = []
    pages = 0
    url: str | None = f"/flows/{flow_id}/segments?limit=1000"
    while url is not None:
        answer = client.get(url)
        pages += 1
        assert size(answer) <= ANSWER_BYTES_MAX
        assert int(answer.headers["x-paging-count"]) == len(answer.json())
        for each in answer.json():
            (signed,) = each["get_urls"]
            query = parse_qs(urlsplit(signed["url"]).query)
            assert query["X-Amz-Security-Token"] == [token]
        found += [each["object_id"] for each in answer.json()]
        url = answer.links.get("next", {}).get("url")

    assert found == posted
    assert (pages == 1) is (token is USUAL)


def test_the_largest_allocation_is_answered_with_the_usual_token(api: Api) -> None:
    client = api(USUAL)
    flow_id = Maker(client).flow()["id"]

    answer = client.post(f"/flows/{flow_id}/storage", json={"limit": 1_000})

    assert size(answer) <= ANSWER_BYTES_MAX
    assert len(answer.json()["media_objects"]) == 1_000


@pytest.mark.parametrize("chosen", [True, False], ids=["object_ids", "limit"])
def test_an_allocation_that_would_not_fit_is_refused_before_it_is_made(
    api: Api, chosen: bool
) -> None:
    client = api(HUGE)
    flow_id = Maker(client).flow()["id"]
    path = f"/flows/{flow_id}/storage"

    def post(number: int) -> dict[str, Any]:
        ids = [f"{flow_id}-{index}" for index in range(number)]
        return {"object_ids": ids} if chosen else {"limit": number}

    refused = client.post(path, json=post(1_000))
    assert refused.status_code == 400
    assert "would have" in refused.json()["summary"]
    fitting = int(refused.json()["summary"].partition("at most ")[2].split()[0])
    assert 300 < fitting < 1_000

    answer = client.post(path, json=post(fitting))  # the ids of the refused request are free
    assert size(answer) <= ANSWER_BYTES_MAX
    assert len(answer.json()["media_objects"]) == fitting


def test_an_object_and_an_event_have_their_urls(api: Api) -> None:
    client = api(USUAL)
    maker = Maker(client)
    (posted,) = maker.segments(maker.flow()["id"], 1)

    shown = client.get(f"/objects/{posted['object_id']}")
    events = client.get("/events", params={"event_types": "flows/segments_added"})

    assert "X-Amz-Security-Token" in shown.json()["get_urls"][0]["url"]
    assert size(events) <= ANSWER_BYTES_MAX
