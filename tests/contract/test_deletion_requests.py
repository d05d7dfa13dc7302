"""DEL, and the 202 of FLW-52 and SEG-51: deletions that outlive their request."""

import time
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from local.stack import Stack
from tams.errors import NotFoundError
from tests.contract.conftest import AT_ONCE_SEGMENTS
from tests.maker import Maker, all_pages
from tests.services import Services, services_on
from tests.waiting import PATIENCE_SECONDS

MANY = AT_ONCE_SEGMENTS + 25


def finished(api: httpx.Client, path: str) -> dict[str, Any]:
    """The deletion request once it has ended."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        request: dict[str, Any] = api.get(path).json()
        if request["status"] in {"done", "error"}:
            return request
        assert time.monotonic() < deadline, request
        time.sleep(0.05)


@pytest.fixture
def deleted_flow(api: httpx.Client, make: Maker) -> httpx.Response:
    """The answer to the deletion of a Flow with many Segments."""
    flow = make.flow()
    make.segments(flow["id"], MANY)
    return api.delete(f"/flows/{flow['id']}")


@pytest.fixture
def deleted_range(api: httpx.Client, make: Maker) -> httpx.Response:
    """The answer to the deletion of all but the ends of a Flow's timeline: 1 s of 2 s Segments stays."""
    flow = make.flow()
    make.segments(flow["id"], MANY)
    path = f"/flows/{flow['id']}/segments"
    return api.delete(path, params={"timerange": f"[1:0_{2 * MANY - 1}:0)"})


def test_FLW_52_a_large_flow_is_deleted_by_a_request(deleted_flow: httpx.Response) -> None:
    request = deleted_flow.json()

    assert deleted_flow.status_code == 202
    location = deleted_flow.request.url.join(f"/flow-delete-requests/{request['id']}")
    assert deleted_flow.headers["Location"] == str(location)
    assert request["delete_flow"] is True
    assert deleted_flow.request.url.path == f"/flows/{request['flow_id']}"


def test_FLW_52_the_flow_is_gone_at_once_and_its_id_free_again_in_the_end(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    object_id = make.segments(flow["id"], MANY)[0]["object_id"]

    accepted = api.delete(f"/flows/{flow['id']}")

    assert api.get(f"/flows/{flow['id']}").status_code == 404
    assert api.get(f"/flows/{flow['id']}/segments").json() == []
    assert api.get(f"/sources/{flow['source_id']}").status_code == 404
    assert api.get("/flows", params={"source_id": flow["source_id"]}).json() == []
    assert finished(api, accepted.headers["Location"])["status"] == "done"
    assert api.get(f"/objects/{object_id}").status_code == 404
    assert make.flow(id=flow["id"], source_id=flow["source_id"])["id"] == flow["id"]
    assert api.get(f"/flows/{flow['id']}/segments").json() == []


def test_SEG_51_many_segments_are_deleted_by_a_request(
    api: httpx.Client, deleted_range: httpx.Response
) -> None:
    request = deleted_range.json()
    path = f"/flows/{request['flow_id']}/segments"

    assert deleted_range.status_code == 202
    location = deleted_range.request.url.join(f"/flow-delete-requests/{request['id']}")
    assert deleted_range.headers["Location"] == str(location)
    assert request["delete_flow"] is False
    ends = ["[0:0_2:0)", f"[{2 * MANY - 2}:0_{2 * MANY}:0)"]
    assert [each["timerange"] for each in api.get(path).json()] == ends
    assert finished(api, deleted_range.headers["Location"])["status"] == "done"
    assert [each["timerange"] for each in api.get(path).json()] == ends
    flow = api.get(f"/flows/{request['flow_id']}", params={"include_timerange": "true"}).json()
    assert flow["timerange"] == f"[0:0_{2 * MANY}:0)"


def test_DEL_1_requests_are_listed_sorted_and_paged(
    api: httpx.Client, deleted_flow: httpx.Response, deleted_range: httpx.Response
) -> None:
    older, newer = deleted_flow.json()["id"], deleted_range.json()["id"]
    for each in (older, newer):
        finished(api, f"/flow-delete-requests/{each}")

    def found(**parameters: str) -> list[str]:
        pages = all_pages(api, "/flow-delete-requests", limit="1", **parameters)
        ids = [each["id"] for page in pages for each in page]
        return [each for each in ids if each in {older, newer}]

    assert found() == [newer, older]
    assert found(reverse_order="true") == [older, newer]
    assert sorted(found(sort_by="expiry")) == sorted([newer, older])
    assert api.get("/flow-delete-requests", params={"sort_by": "id"}).status_code == 400


def test_DEL_2_a_request_that_exists_is_listed(
    api: httpx.Client, deleted_flow: httpx.Response
) -> None:
    listed = api.get("/flow-delete-requests", params={"limit": 1000}).json()

    assert deleted_flow.json()["id"] in {each["id"] for each in listed}


@pytest.mark.parametrize("unknown", ["00000000-0000-4000-8000-00000000abcd", "any-text", "a%2Fb"])
def test_DEL_3_an_unknown_request_is_404(
    api: httpx.Client, deleted_flow: httpx.Response, unknown: str
) -> None:
    assert api.get(deleted_flow.headers["Location"]).status_code == 200
    assert api.get(f"/flow-delete-requests/{unknown}").status_code == 404


def test_DEL_4_a_request_tells_what_is_deleted_and_since_when(
    deleted_range: httpx.Response,
) -> None:
    request = deleted_range.json()

    assert {"id", "flow_id", "timerange_to_delete", "delete_flow", "status"} <= request.keys()
    assert request["created"] == request["updated"]


def test_DEL_5_a_request_goes_from_created_to_done(
    api: httpx.Client, deleted_range: httpx.Response
) -> None:
    assert deleted_range.json()["status"] == "created"
    assert finished(api, deleted_range.headers["Location"])["status"] == "done"


def test_DEL_7_delete_flow_tells_a_flow_from_segments(
    deleted_flow: httpx.Response, deleted_range: httpx.Response
) -> None:
    assert deleted_flow.json()["delete_flow"] is True
    assert deleted_range.json()["delete_flow"] is False


def test_DEL_8_what_was_asked_stays_and_what_remains_shrinks(
    api: httpx.Client, deleted_flow: httpx.Response, deleted_range: httpx.Response
) -> None:
    asked = f"[1:0_{2 * MANY - 1}:0)"

    assert deleted_flow.json()["timerange_to_delete"] == "_"
    assert deleted_range.json()["timerange_to_delete"] == asked
    assert deleted_range.json()["timerange_remaining"] == asked
    done = finished(api, deleted_range.headers["Location"])
    assert done["timerange_to_delete"] == asked
    assert done["timerange_remaining"] == "()"


def test_DEL_10_a_request_that_is_done_tells_when_it_goes(
    api: httpx.Client, deleted_range: httpx.Response
) -> None:
    done = finished(api, deleted_range.headers["Location"])

    assert done["expiry"] > done["updated"]


def test_DEL_10_a_request_that_has_expired_is_gone(
    api: httpx.Client, deleted_range: httpx.Response, services: Services
) -> None:
    done = finished(api, deleted_range.headers["Location"])
    expiry = datetime.fromisoformat(done["expiry"])

    def get_at(moment: datetime) -> object:
        return replace(services.deletion_requests, clock=lambda: moment).get(done["id"])

    assert get_at(expiry - timedelta(seconds=1))
    with pytest.raises(NotFoundError):
        get_at(expiry + timedelta(seconds=1))


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_DEL_11_clients_make_no_requests(
    api: httpx.Client, deleted_flow: httpx.Response, method: str
) -> None:
    assert api.request(method, deleted_flow.headers["Location"]).status_code == 405
    assert api.request(method, "/flow-delete-requests", json={}).status_code == 405


def test_SEG_56_what_is_being_deleted_takes_no_new_segments_and_the_rest_does(
    api: httpx.Client, make: Maker, deleted_range: httpx.Response
) -> None:
    flow_id = deleted_range.json()["flow_id"]
    within, beyond = make.objects(flow_id, 2)
    path = f"/flows/{flow_id}/segments"

    later = api.post(
        path, json={"object_id": beyond, "timerange": f"[{2 * MANY}:0_{2 * MANY + 1}:0)"}
    )

    assert later.status_code == 201
    finished(api, deleted_range.headers["Location"])
    again = api.post(path, json={"object_id": within, "timerange": "[10:0_11:0)"})
    assert again.status_code == 201
    found = [each["timerange"] for each in api.get(path).json()]
    assert "[10:0_11:0)" in found
    assert f"[{2 * MANY}:0_{2 * MANY + 1}:0)" in found


def test_DEL_6_a_request_in_error_tells_why_and_can_go_on(
    api: httpx.Client, stack: Stack, deleted_range: httpx.Response, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = deleted_range.headers["Location"]
    request = finished(api, path)
    requests = services_on(stack, monkeypatch).deletion_requests

    requests.fail(request["id"], "the disk is full")

    failed = api.get(path).json()
    assert failed["status"] == "error"
    assert failed["error"]["summary"] == "the disk is full"
    requests.work_off(request["id"])
    again = api.get(path).json()
    assert again["status"] == "done"
    assert "error" not in again
