"""A client that has a Flow or a Source already is told so, and never wrongly."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.maker import Maker
from tests.waiting import until
from vastlocal.control import Control

Json = dict[str, Any]


def get(api: httpx.Client, path: str, etag: str = "", **params: Any) -> httpx.Response:
    return api.get(path, params=params, headers={"If-None-Match": etag} if etag else {})


def test_a_client_that_has_it_gets_no_body(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    for path in (f"/flows/{flow['id']}", f"/sources/{flow['source_id']}"):
        first = get(api, path)
        etag = first.headers["etag"]
        assert first.headers["cache-control"] == "private, no-cache"

        for known in (etag, f'"other", {etag}', etag.removeprefix("W/"), "*"):
            again = get(api, path, known)
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["etag"] == etag
        assert api.head(path, headers={"If-None-Match": etag}).status_code == 304
        for unknown in ('"other"', 'W/"*"', "nonsense", etag.replace("-", "")):
            assert get(api, path, unknown).json() == first.json()


def changes(api: httpx.Client, make: Maker, flow: Json) -> dict[str, Callable[[], object]]:
    path, parent = f"/flows/{flow['id']}", make.flow()
    collection = [{"id": flow["id"]}]
    return {
        "label": lambda: api.put(f"{path}/label", json="new"),
        "tag": lambda: api.put(f"{path}/tags/a", json="b"),
        "the same again": lambda: api.put(path, json={**flow, "label": "new"}),
        "Segments": lambda: make.segments(flow["id"], 3),
        "one Segment less": lambda: api.delete(
            f"{path}/segments", params={"timerange": "[0:0_2:0)"}
        ),
        "a collector": lambda: api.put(f"/flows/{parent['id']}/flow_collection", json=collection),
        "a collector less": lambda: api.delete(f"/flows/{parent['id']}"),
        "read-only": lambda: api.put(f"{path}/read_only", json=True),
    }


def test_after_any_change_it_is_sent_again(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    path, seen = f"/flows/{flow['id']}", set[str]()
    for name, change in changes(api, make, flow).items():
        before = get(api, path, include_timerange="true")
        seen.add(before.headers["etag"])
        change()
        after = get(api, path, before.headers["etag"], include_timerange="true")
        assert after.status_code == 200, name
        assert after.headers["etag"] not in seen, name


def test_a_source_is_sent_again_when_its_collections_change(api: httpx.Client, make: Maker) -> None:
    parent, child = make.flow(), make.flow()
    paths = [f"/sources/{each['source_id']}" for each in (parent, child)]
    etags = [get(api, path).headers["etag"] for path in paths]

    api.put(f"/flows/{parent['id']}/flow_collection", json=[{"id": child["id"]}])

    for path, etag in zip(paths, etags, strict=True):
        assert get(api, path, etag).status_code == 200


def test_a_later_flow_with_the_same_id_is_another(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    path = f"/flows/{flow['id']}"
    etag = get(api, path).headers["etag"]
    assert api.delete(path).status_code == 204
    assert get(api, path, etag).status_code == 404
    make.flow(id=flow["id"])

    assert get(api, path, etag).status_code == 200


@pytest.mark.parametrize("related", [False, True])
def test_it_takes_one_select(api: httpx.Client, make: Maker, vast: Control, related: bool) -> None:
    flow = make.flow()
    if related:
        make.flow(flow_collection=[{"id": flow["id"]}])
    path = f"/flows/{flow['id']}"
    etag = get(api, path).headers["etag"]
    until(lambda: vast.counters().requests["commit"] >= 1)
    vast.reset()

    assert get(api, path, etag).status_code == 304

    counted = {"begin": 1, "query_rows": 1, "commit": 1}
    until(lambda: counted in [dict(each) for each in vast.counters().transactions.values()])
