"""Uploads through the API under classes: allowed where both storage and the Segment would be."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from local.stack import Stack
from tests.access.classes_model import PEOPLE, Person
from tests.access.conftest import Api, Backends
from tests.access.listed import callers
from tests.access.steps import make


@pytest.fixture(scope="module")
def api(classed: Stack) -> Iterator[dict[str, Api]]:
    with callers(classed) as it:
        yield it


def upload(
    api: httpx.Client, flow_id: str, start: int, storage_id: str | None = None
) -> httpx.Response:
    segment = json.dumps({"timerange": f"[{start}:0_{start + 1}:0)"})
    files: dict[str, Any] = {"segment": (None, segment), "file": ("x", b"media", "video/mp2t")}
    data = {} if storage_id is None else {"storage_id": storage_id}
    return api.post(f"/flows/{flow_id}/segments", files=files, data=data)


@pytest.mark.parametrize("person", PEOPLE, ids=lambda it: it.name)
@pytest.mark.parametrize("name", ["news", "sport"])
def test_who_may_write_a_flow_uploads_to_it(
    name: str, person: Person, api: dict[str, Api], backends: Backends
) -> None:
    flow = make(api["admin"], name)
    refused = person.status("write", {name})
    backend_refused = None if person.may("write", {"news"}) else 400
    if person.may_any({"news"}) and backend_refused:
        backend_refused = 403

    plain = upload(api[person.name], flow["id"], 0)
    classed = upload(api[person.name], flow["id"], 1, backends.news)

    assert plain.status_code == (refused or 201), plain.text
    assert classed.status_code == (refused or backend_refused or 201), classed.text
    listed = api["admin"].get(f"/flows/{flow['id']}/segments").json()
    assert len(listed) == [plain.status_code, classed.status_code].count(201)
    for each in (plain, classed):
        if each.status_code == 201:
            found = api["admin"].get(each.headers["Location"])
            assert found.json()["referenced_by_flows"] == [flow["id"]]
