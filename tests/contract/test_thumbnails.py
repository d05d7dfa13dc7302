"""Requests for thumbnails (an extension): what they read, and which are refused."""

import httpx
import pytest

from tests.contract.steps import added, segment, uploaded
from tests.contract.test_playback import UNKNOWN, transactions
from tests.maker import Maker
from tests.waiting import until
from vastlocal.control import Control


@pytest.mark.parametrize("kind", ["flows", "sources"])
def test_what_does_not_exist_has_no_thumbnail(api: httpx.Client, kind: str) -> None:
    assert api.get(f"/{kind}/{UNKNOWN}/thumbnail").status_code == 404
    assert api.get(f"/{kind}/x/thumbnail").status_code == 404


def test_a_flow_without_segments_has_no_thumbnail_yet(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()

    for path in (f"/flows/{flow['id']}", f"/sources/{flow['source_id']}"):
        answer = api.get(f"{path}/thumbnail")
        assert answer.status_code == 404
        assert "no media yet" in answer.json()["summary"]


@pytest.mark.parametrize(
    "query", ["at=x", "at=1", "at=[0:0_1:0)", "at=1:1000000000", "width=0", "timerange=_", "at="]
)
def test_a_wrong_query_is_refused(api: httpx.Client, make: Maker, query: str) -> None:
    flow = make.flow()

    assert api.get(f"/flows/{flow['id']}/thumbnail?{query}").status_code == 400


@pytest.mark.parametrize("at", ["-604462909807314:0", f"{'9' * 30}:999999999"])
def test_no_instant_is_too_far_away(api: httpx.Client, make: Maker, at: str) -> None:
    flow = make.flow()
    make.segments(flow["id"], 2)

    answer = api.get(f"/flows/{flow['id']}/thumbnail", params={"at": at})

    assert answer.status_code == 404
    assert "the nearest is at" in answer.json()["summary"]


def test_an_instant_in_a_long_flow_takes_four_round_trips(
    api: httpx.Client, make: Maker, vast: Control
) -> None:
    flow = make.flow()
    added(
        api,
        flow,
        *(segment(each, 2 * i, 2 * i + 2) for i, each in enumerate(make.objects(flow["id"], 60))),
    )

    for query in ({"at": "61:5"}, {}):
        vast.reset()
        api.get(f"/flows/{flow['id']}/thumbnail", params=query)
        until(lambda: {"begin": 1, "query_rows": 2, "commit": 1} in transactions(vast))


def test_a_gap_takes_two_more_to_name_what_is_near(
    api: httpx.Client, make: Maker, vast: Control
) -> None:
    flow = make.flow()
    first, second = make.objects(flow["id"], 2)
    added(api, flow, segment(first, 0, 2), segment(second, 4, 6))

    vast.reset()
    answer = api.get(f"/flows/{flow['id']}/thumbnail", params={"at": "3:0"})

    assert answer.status_code == 404
    # A transaction that has failed has nothing to commit.
    until(lambda: any(each.get("query_rows") == 4 for each in transactions(vast)))


def test_media_at_a_clients_url_is_fetched_by_the_rules_of_copies(
    api: httpx.Client, make: Maker
) -> None:
    """A client's server that does not answer is no failure of the service, which operators would hear of."""
    flow = make.flow()
    (object_id,) = uploaded(api, flow, content=b"x")
    urls = [{"label": "mine", "url": "http://192.0.2.1/x"}]
    elsewhere = segment(f"{object_id}-elsewhere", 0, 2, get_urls=urls)
    assert api.post(f"/flows/{flow['id']}/segments", json=elsewhere).status_code == 201

    answer = api.get(f"/flows/{flow['id']}/thumbnail")

    assert answer.status_code == 404
    assert f"'{object_id}-elsewhere', because the " in answer.json()["summary"]
