"""Uploads through the API that are refused or fail leave nothing."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest

from local.environment import MEDIA_BUCKET
from local.stack import Stack
from tams.models.stored_objects import ObjectState, StoredObject
from tams.object_stores.object_keys import object_key
from tests.contract.conftest import Backends
from tests.contract.steps import Json, read_only, segments_of
from tests.contract.uploading import media, refused, segment, text, upload, uploaded
from tests.maker import Maker
from tests.services import Services
from tests.waiting import until
from vastlocal.control import Control
from vastlocal.http.faults import FaultAction

Files = list[tuple[str, Any]]


@pytest.fixture
def faulty(vast: Control) -> Iterator[Control]:
    """VAST, whose faults end with the test."""
    yield vast
    vast.clear_faults()


@pytest.fixture
def blocked_id(stack: Stack) -> Iterator[str]:
    """The id of an Object for whose bytes the store has no place: a folder is there."""
    object_id = f"blocked-{uuid4()}"
    folder = stack.data_dir / "s3" / MEDIA_BUCKET / object_key(object_id)
    folder.mkdir(parents=True)
    (folder / "x").touch()
    yield object_id
    shutil.rmtree(folder)


def stored(services: Services, object_id: str) -> StoredObject | None:
    return services.store.read(lambda it: it.objects.find_many([object_id]).get(object_id))


def is_gone(services: Services, object_id: str) -> bool:
    return stored(services, object_id) is None


def has_bytes(services: Services, backends: Backends, object_id: str) -> bool:
    headers = services.platform.object_stores.upload_headers(backends.local, object_id)
    return headers is not None


def leaves_nothing(services: Services, backends: Backends, api: httpx.Client, *ids: str) -> None:
    """Neither the Object nor its bytes, once the cleanup has come by."""
    for object_id in ids:
        assert api.get(f"/objects/{object_id}").status_code == 404
        until(partial(is_gone, services, object_id))
        assert not has_bytes(services, backends, object_id)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ([media()], "segment: this part is required"),
        ([segment()], "file: this part is required"),
        ([segment(), media(), media()], "file: this part is given more than once"),
        ([segment(), segment("[1:0_2:0)"), media()], "segment: this part is given more than once"),
        ([segment(), media(), ("other", (None, "x"))], "other: is not a part of an upload"),
        ([segment(), media(b"")], "file: must not be empty"),
        ([segment(), media(kind="video/mp4")], "its Content-Type is video/mp4, but the container"),
        ([segment(), media(kind="application/octet-stream")], "container of the Flow is video/mp2t"),
        ([("segment", (None, "{")), media()], "segment: the part is not valid JSON"),
        ([("segment", (None, "")), media()], "segment: the part is not valid JSON"),
        ([("segment", (None, '{"timerange": NaN}')), media()], "NaN is not a JSON value"),
        ([("segment", (None, b"\xff")), media()], "segment: the part is not valid JSON"),
        ([("segment", (None, "[]")), media()], "segment: must be one Segment"),
        ([("segment", (None, "{}")), media()], "segment: timerange: is required"),
        ([segment("()"), media()], "segment: timerange: must not be empty"),
        ([segment(object_id=""), media()], "segment: object_id: must not be empty"),
        ([segment(init_object_id="x"), media()], "init_object_id is not allowed"),
        ([segment(), media(), text("storage_id", "x")], "storage_id: must be a lower-case UUID"),
        ([segment(), media(), text("storage_id", "0" * 8 + "-0000-4000-8000-" + "0" * 12)],
         "storage_id: storage backend '00000000-0000-4000-8000-000000000000' does not exist"),
        ([segment(), media(), text("sha256", "x")], "sha256: must be 64 hexadecimal digits"),
        ([segment(), media(), text("sha256", "0" * 64)], "sha256: the file that arrived, of 9 bytes"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_400_and_stores_nothing(
    api: httpx.Client, flow: Json, parts: Files, reason: str
) -> None:
    answer = upload(api, flow, *parts)

    refused(answer, 400, reason)
    assert answer.json()["type"] == "InvalidRequest"
    assert segments_of(api, flow) == []


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("multipart/form-data", b"--B--\r\n"),
        ("multipart/form-data; boundary=B", b""),
        ("multipart/form-data; boundary=B", b"{}"),
        (
            "multipart/form-data; boundary=B",
            b"--B\r\nContent-Disposition: form-data; name=file\r\n\r\nx",
        ),
        ("multipart/form-data; boundary=B", b"--B\r\n\r\nx\r\n--B--\r\n"),
        ("multipart/mixed; boundary=B", b"--B--\r\n"),
    ],
)
def test_a_malformed_form_is_400(api: httpx.Client, flow: Json, kind: str, content: bytes) -> None:
    headers = {"Content-Type": kind}

    answer = api.post(f"/flows/{flow['id']}/segments", content=content, headers=headers)

    refused(answer, 400, "the body is not valid JSON" if "mixed" in kind else "")
    assert answer.json()["type"] == "InvalidRequest"


def test_a_compressed_form_is_refused(api: httpx.Client, flow: Json) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=B", "Content-Encoding": "gzip"}

    answer = api.post(f"/flows/{flow['id']}/segments", content=b"x", headers=headers)

    assert answer.status_code == 415


def test_a_missing_or_read_only_flow_comes_before_faults_in_the_form(
    api: httpx.Client, flow: Json
) -> None:
    nobody = {"id": str(uuid4())}
    read_only(api, flow, True)

    for parts in ([segment(), media()], [segment()], [("segment", (None, "{")), media()]):
        assert upload(api, nobody, *parts).status_code == 404
        refused(upload(api, flow, *parts), 403, "read-only")
    assert segments_of(api, flow) == []


def test_rules_are_checked_before_the_bytes_are_stored(
    api: httpx.Client, flow: Json, make: Maker, services: Services, backends: Backends
) -> None:
    make.segments(flow["id"], 1)
    bare, mine = make.flow(container=None), f"mine-{uuid4()}"

    refused(
        upload(api, flow, segment(object_id=mine), media()), 400, "overlaps an existing segment"
    )
    refused(upload(api, bare, segment(object_id=mine), media()), 400, "'container' is not set")

    assert stored(services, mine) is None, "there never was one"
    assert not has_bytes(services, backends, mine)


def test_a_failure_between_the_bytes_and_the_commit_leaves_neither(
    api: httpx.Client, flow: Json, services: Services, backends: Backends, faulty: Control
) -> None:
    mine = f"mine-{uuid4()}"
    faulty.inject(FaultAction.ERROR, "insert_rows", path_contains="segments")

    answer = upload(api, flow, segment(object_id=mine), media())

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert segments_of(api, flow) == []
    leaves_nothing(services, backends, api, mine)
    assert uploaded(api, flow, segment(object_id=mine), media())["id"] == mine


def test_a_store_that_cannot_take_the_bytes_is_503_and_leaves_nothing(
    api: httpx.Client,
    flow: Json,
    services: Services,
    backends: Backends,
    blocked_id: str,
) -> None:
    answer = upload(api, flow, segment(object_id=blocked_id), media())

    assert answer.status_code == 503, answer.text
    assert segments_of(api, flow) == []
    assert api.get(f"/objects/{blocked_id}").status_code == 404
    found = stored(services, blocked_id)
    assert found is None or found.state is ObjectState.DOOMED


def test_uploads_of_one_object_at_the_same_time_end_with_one(api: httpx.Client, flow: Json) -> None:
    mine = f"mine-{uuid4()}"

    def one(at: int) -> int:
        part = segment(f"[{at}:0_{at + 1}:0)", object_id=mine)
        return upload(api, flow, part, media(b"%d" % at)).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(one, range(4)))

    assert sorted(statuses) == [201, 400, 400, 400]
    (listed,) = segments_of(api, flow)
    winner = statuses.index(201)
    assert listed["timerange"] == f"[{winner}:0_{winner + 1}:0)"
    assert httpx.get(listed["get_urls"][0]["url"]).content == b"%d" % winner
