"""OBJ-10, OBJ-15…27: controlled and uncontrolled instances of an Object."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.contract.conftest import Backends, Subscribe
from tests.contract.instances import add, labels, remove
from tests.contract.steps import Json, added, copied, segment, segments_of, uploaded
from tests.maker import Maker
from tests.receiver import receiver
from tests.waiting import until, until_gone

CDN = {"url": "https://cdn.example.com/1", "label": "cdn"}


@pytest.fixture
def flow(make: Maker) -> Json:
    made: Json = make.flow(init_segments=True, container="video/iso.segment")
    return made


@pytest.fixture
def object_id(api: httpx.Client, flow: Json) -> str:
    """Media with bytes, and with an init Object."""
    init_id, media_id = uploaded(api, flow, 2)
    added(api, flow, segment(media_id, 0, 10, init_object_id=init_id))
    return media_id


def init_of(api: httpx.Client, object_id: str) -> Json:
    init: Json = api.get(f"/objects/{object_id}").json()["init_object"]
    return init


def test_OBJ_10_an_instance_is_a_backend_or_a_url_with_a_label(
    api: httpx.Client, object_id: str, backends: Backends
) -> None:
    wrong: list[Any] = [
        {},
        {"url": CDN["url"]},
        {"label": "cdn"},
        {**CDN, "storage_id": backends.archive},
        {"storage_id": "x"},
        {**CDN, "url": 1},
        [],
        "x",
    ]
    for bad in wrong:
        assert add(api, object_id, bad) == 400, bad
    assert add(api, object_id, CDN) == 201
    assert add(api, object_id, {"storage_id": backends.archive, "label": "x"}) == 201
    until(lambda: labels(api, object_id) == ["local", "cdn", "archive"])


def test_OBJ_15_a_clients_url_is_recorded_as_it_is(api: httpx.Client, object_id: str) -> None:
    nowhere = {"url": "https://not-there.example.com/?a=b#c", "label": "nowhere"}

    assert add(api, object_id, nowhere) == 201

    found = api.get(f"/objects/{object_id}", params={"accept_get_urls": "nowhere"}).json()
    assert [each["url"] for each in found["get_urls"]] == [nowhere["url"]]


def test_OBJ_16_a_label_is_not_a_backends_and_names_one_instance(
    api: httpx.Client, object_id: str
) -> None:
    assert add(api, object_id, {**CDN, "label": "archive"}) == 400
    assert add(api, object_id, CDN) == 201
    assert add(api, object_id, {**CDN, "url": "https://cdn.example.com/2"}) == 400
    assert labels(api, object_id) == ["local", "cdn"]


def test_OBJ_17_a_new_instance_is_not_one_of_the_init_object(
    api: httpx.Client, object_id: str, backends: Backends
) -> None:
    assert add(api, object_id, CDN) == 201
    copied(api, object_id, backends.archive)

    assert [each["label"] for each in init_of(api, object_id)["get_urls"]] == ["local"]


def test_OBJ_18_an_object_that_is_not_registered_has_no_instances(
    api: httpx.Client, make: Maker
) -> None:
    (allocated,) = make.objects(make.flow()["id"], 1)

    for object_id in (allocated, str(uuid4())):
        assert add(api, object_id, CDN) == 404
        assert remove(api, object_id, label="cdn") == 404


def test_OBJ_19_an_instance_shows_wherever_the_object_is_used(
    api: httpx.Client, make: Maker, object_id: str, flow: Json
) -> None:
    other = make.flow(init_segments=True, container="video/iso.segment")
    added(api, other, segment(object_id, 0, 5), segment(object_id, 5, 10))

    assert add(api, object_id, CDN) == 201

    assert labels(api, object_id) == ["local", "cdn"]
    for each in (*segments_of(api, flow), *segments_of(api, other)):
        assert [url["label"] for url in each["get_urls"]] == ["local", "cdn"]
    assert remove(api, object_id, label="cdn") == 204
    for each in (*segments_of(api, flow), *segments_of(api, other)):
        assert [url["label"] for url in each["get_urls"]] == ["local"]


def test_OBJ_20_no_event_tells_of_instances(
    api: httpx.Client, object_id: str, flow: Json, backends: Backends, subscribe: Subscribe
) -> None:
    with receiver() as inbox:
        subscribe(inbox, flow["source_id"], events=["flows/updated", "sources/updated"])

        assert add(api, object_id, CDN) == 201
        copied(api, object_id, backends.archive)
        assert remove(api, object_id, label="cdn") == 204
        assert api.put(f"/flows/{flow['id']}/label", json="after them").status_code == 204

        (event,) = inbox.wait_for(lambda it: it.received)
        assert event.event["flow"]["label"] == "after them"


def test_OBJ_21_an_instance_to_be_removed_is_named(
    api: httpx.Client, object_id: str, backends: Backends
) -> None:
    assert add(api, object_id, CDN) == 201
    copied(api, object_id, backends.archive)

    assert remove(api, object_id) == 400
    assert remove(api, object_id, storage_id=backends.archive, label="cdn") == 400
    assert remove(api, object_id, label="cdn") == 204
    assert remove(api, object_id, storage_id=backends.archive, label="archive") == 204
    assert labels(api, object_id) == ["local"]


def test_OBJ_21_selectors_that_name_nothing_are_told_so(api: httpx.Client, object_id: str) -> None:
    assert remove(api, object_id, storage_id=str(uuid4()), label="nobody's") == 404
    assert remove(api, object_id, storage_id=str(uuid4()), label="local") == 400


def test_OBJ_22_a_controlled_instance_is_named_by_its_backend(
    api: httpx.Client, object_id: str, backends: Backends
) -> None:
    for query in ({"storage_id": backends.archive}, {"label": "archive"}):
        copied(api, object_id, backends.archive)
        assert remove(api, object_id, **query) == 204
        assert labels(api, object_id) == ["local"]


def test_OBJ_23_bytes_of_a_controlled_instance_go_with_it(
    api: httpx.Client, object_id: str, backends: Backends
) -> None:
    copied(api, object_id, backends.archive)
    urls = {
        each["label"]: each["url"] for each in api.get(f"/objects/{object_id}").json()["get_urls"]
    }

    assert remove(api, object_id, storage_id=backends.archive) == 204

    until_gone(urls["archive"])
    assert httpx.get(urls["local"]).content == b"media"


def test_OBJ_23_bytes_of_a_clients_own_instance_are_left_alone(
    api: httpx.Client, make: Maker, object_id: str
) -> None:
    other = make.flow()
    added(api, other, segment(uploaded(api, other)[0], 0, 1))
    (kept,) = segments_of(api, other)[0]["get_urls"]
    assert add(api, object_id, {"url": kept["url"], "label": "theirs"}) == 201

    assert remove(api, object_id, label="theirs") == 204

    assert labels(api, object_id) == ["local"]
    assert httpx.get(kept["url"]).content == b"media"


def test_OBJ_24_the_last_instance_stays(
    api: httpx.Client, object_id: str, backends: Backends
) -> None:
    assert remove(api, object_id, storage_id=backends.local) == 400
    assert labels(api, object_id) == ["local"]
    assert add(api, object_id, CDN) == 201
    assert remove(api, object_id, storage_id=backends.local) == 204
    assert remove(api, object_id, label="cdn") == 400
    assert labels(api, object_id) == ["cdn"]


def test_OBJ_26_removing_an_instance_leaves_the_init_objects_alone(
    api: httpx.Client, object_id: str, backends: Backends
) -> None:
    init_id = init_of(api, object_id)["id"]
    for each in (object_id, init_id):
        copied(api, each, backends.archive)

    assert remove(api, object_id, storage_id=backends.archive) == 204

    assert labels(api, object_id) == ["local"]
    assert labels(api, init_id) == ["local", "archive"]


def test_OBJ_27_an_instance_that_is_not_there_cannot_be_removed(
    api: httpx.Client, object_id: str, backends: Backends
) -> None:
    assert add(api, object_id, CDN) == 201

    assert remove(api, object_id, label="nobody's") == 404
    assert remove(api, object_id, storage_id=backends.unlabelled) == 404
    assert remove(api, object_id, label="cdn") == 204
    assert remove(api, object_id, label="cdn") == 404
