"""OBJ-11…14 and OBJ-28: instances that the service creates by copying."""

import time
from uuid import uuid4

import httpx
import pytest

from local.stack import Stack
from tests.contract.conftest import Backends
from tests.contract.instances import add, labels, remove
from tests.contract.steps import added, copied, segment, uploaded
from tests.maker import Maker
from tests.media_server import media_server
from tests.waiting import until


@pytest.fixture
def object_id(api: httpx.Client, make: Maker) -> str:
    """Media with bytes."""
    flow = make.flow()
    (media_id,) = uploaded(api, flow)
    added(api, flow, segment(media_id, 0, 10))
    return media_id


def test_OBJ_11_a_controlled_instance_is_a_copy_of_the_bytes(
    api: httpx.Client, object_id: str, backends: Backends
) -> None:
    copied(api, object_id, backends.archive)

    query = {"accept_storage_ids": backends.archive}
    (url,) = api.get(f"/objects/{object_id}", params=query).json()["get_urls"]
    assert httpx.get(url["url"]).content == b"media"


def test_OBJ_12_a_copy_is_not_told_of_before_it_is_there(
    api: httpx.Client, make: Maker, backends: Backends
) -> None:
    flow = make.flow()
    storage = api.post(f"/flows/{flow['id']}/storage", json={"limit": 1})
    allocated = storage.json()["media_objects"]
    never_uploaded = allocated[0]["object_id"]
    added(api, flow, segment(never_uploaded, 0, 1))

    assert add(api, never_uploaded, {"storage_id": backends.archive}) == 201

    assert labels(api, never_uploaded) == ["local"]
    (put_url,) = [each["put_url"] for each in allocated]
    httpx.put(put_url["url"], content=b"late", headers={"Content-Type": put_url["content-type"]})
    until(lambda: labels(api, never_uploaded) == ["local", "archive"])


def test_OBJ_13_a_backend_is_known_and_has_no_instance_yet(
    api: httpx.Client, object_id: str, backends: Backends
) -> None:
    assert add(api, object_id, {"storage_id": str(uuid4())}) == 400
    assert add(api, object_id, {"storage_id": backends.local}) == 400


def test_OBJ_13_an_instance_that_is_being_made_is_not_made_twice(
    api: httpx.Client, make: Maker, backends: Backends
) -> None:
    flow = make.flow()
    (never_uploaded,) = make.objects(flow["id"], 1)
    added(api, flow, segment(never_uploaded, 0, 1))

    assert add(api, never_uploaded, {"storage_id": backends.archive}) == 201
    assert add(api, never_uploaded, {"storage_id": backends.archive}) == 400


@pytest.mark.parametrize("redirects", [0, 3])
def test_OBJ_14_an_object_only_its_client_has_is_fetched_from_there(
    api: httpx.Client, make: Maker, backends: Backends, redirects: int
) -> None:
    flow, object_id = make.flow(), str(uuid4())
    with media_server(b"from afar", redirects=redirects) as url:
        theirs = {"url": url, "label": "theirs"}
        added(api, flow, segment(object_id, 0, 1, get_urls=[theirs]))

        copied(api, object_id, backends.archive)

    assert labels(api, object_id) == ["theirs", "archive"]
    (told,) = api.get(f"/objects/{object_id}", params={"accept_get_urls": "archive"}).json()[
        "get_urls"
    ]
    fetched = httpx.get(told["url"])
    assert fetched.content == b"from afar"
    assert fetched.headers["Content-Type"] == flow["container"]


@pytest.mark.parametrize("fault", ["404", "cut off", "refused"])
def test_OBJ_14_what_cannot_be_fetched_is_not_told_of(
    api: httpx.Client, make: Maker, backends: Backends, fault: str
) -> None:
    flow, object_id = make.flow(), str(uuid4())
    with media_server(b"from afar", fault=fault) as url:
        bad = "http://169.254.169.254/latest" if fault == "refused" else url
        added(api, flow, segment(object_id, 0, 1, get_urls=[{"url": bad, "label": "theirs"}]))
        assert add(api, object_id, {"storage_id": backends.archive}) == 201
        good = {"url": url, "label": "good"}

        time.sleep(0.5)
        assert labels(api, object_id) == ["theirs"]

    with media_server(b"from afar") as url:
        good = {"url": url, "label": "good"}
        assert add(api, object_id, good) == 201
        until(lambda: labels(api, object_id) == ["theirs", "good", "archive"])


@pytest.mark.parametrize("how", ["named", "redirected to", "presigned"])
def test_the_services_own_servers_are_not_fetched_from(
    api: httpx.Client, make: Maker, backends: Backends, stack: Stack, how: str
) -> None:
    """They trust this machine, and a copy would show what they say to somebody else."""
    flow, object_id = make.flow(), str(uuid4())
    own = f"{stack.api_url}/openapi.json"
    if how == "presigned":
        (media_id,) = uploaded(api, flow)
        added(api, flow, segment(media_id, 0, 1))
        own = api.get(f"/objects/{media_id}").json()["get_urls"][0]["url"]
        assert httpx.get(own).status_code == 200
    with media_server(b"", redirects=1, to=own) as redirecting:
        url = redirecting if how == "redirected to" else own
        theirs = {"url": url, "label": "theirs"}
        added(api, flow, segment(object_id, 1, 2, get_urls=[theirs]))
        assert add(api, object_id, {"storage_id": backends.archive}) == 201
        refused = f"{object_id!r} on {backends.archive} failed: the Object's URL must not"

        until(lambda: refused in stack.log("poller").read_text())

    assert labels(api, object_id) == ["theirs"]
    assert remove(api, object_id, storage_id=backends.archive) == 204


def test_OBJ_28_an_instance_that_is_being_made_can_be_given_up(
    api: httpx.Client, make: Maker, backends: Backends, stack: Stack
) -> None:
    flow = make.flow()
    storage = api.post(f"/flows/{flow['id']}/storage", json={"limit": 1})
    (entry,) = storage.json()["media_objects"]
    object_id, put_url = entry["object_id"], entry["put_url"]
    added(api, flow, segment(object_id, 0, 1))
    assert add(api, object_id, {"storage_id": backends.archive}) == 201

    assert remove(api, object_id, storage_id=backends.archive) == 204
    httpx.put(put_url["url"], content=b"late", headers={"Content-Type": put_url["content-type"]})

    time.sleep(3)  # longer than the first pause between attempts
    assert labels(api, object_id) == ["local"]
    assert not list(stack.data_dir.glob(f"s3/archive/media/{object_id}*"))
    copied(api, object_id, backends.archive)
