"""The function that signs the URLs in events, invoked as webhook_delivery does."""

from uuid import uuid4

import boto3
import httpx
import pytest

from local.stack import Stack
from tams.errors import BackendUnavailableError
from tams.messaging.url_signer import LambdaUrlSigner
from tests.maker import Maker

Objects = set[tuple[str, str]]


def signer(url: str, function: str = "url_signer") -> LambdaUrlSigner:
    return LambdaUrlSigner(function, endpoint_url=url, region="us-east-1")


@pytest.fixture(autouse=True)
def role(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Lambda gives it to a function."""
    keys = stack.config.credentials.aws
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys.secret_key)
    boto3.setup_default_session()  # it remembers the keys it has found


@pytest.fixture
def storage_id(stack: Stack) -> str:
    return stack.config.credentials.storage_id


def test_its_urls_open_media(stack: Stack, api: httpx.Client, make: Maker, storage_id: str) -> None:
    path = f"/flows/{make.flow()['id']}/storage"
    (stored,) = api.post(path, json={"limit": 1}).json()["media_objects"]
    put_url = stored["put_url"]
    headers = {"Content-Type": put_url["content-type"]}
    assert httpx.put(put_url["url"], content=b"bytes", headers=headers).status_code == 200
    asked = {(storage_id, stored["object_id"])}

    urls = signer(stack.api_url).get_urls(asked)

    assert urls.keys() == asked
    assert [httpx.get(url).content for url in urls.values()] == [b"bytes"]


def test_as_many_as_one_likes_each_get_their_own(stack: Stack, storage_id: str) -> None:
    asked = {(storage_id, f"{number}-{uuid4()}") for number in range(2_500)}

    urls = signer(stack.api_url).get_urls(asked)

    assert urls.keys() == asked
    assert all(f"/{object_id}?" in url for (_, object_id), url in urls.items())


@pytest.mark.parametrize("fault", ["a backend that is not there", "no function", "nobody answers"])
def test_what_it_cannot_do_is_told_and_nothing_made_up(
    fault: str, stack: Stack, storage_id: str
) -> None:
    asked = {(str(uuid4()) if fault == "a backend that is not there" else storage_id, "x")}
    of = {
        "a backend that is not there": signer(stack.api_url),
        "no function": signer(stack.api_url, "no_such_function"),
        "nobody answers": signer("http://127.0.0.1:1"),
    }[fault]

    with pytest.raises(BackendUnavailableError, match="the URL signer failed"):
        of.get_urls(asked)
