"""SRT: the order of lists."""

import time
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.contract.conftest import AT_ONCE_SEGMENTS, Backends
from tests.contract.steps import Json, put, segments_of, timeranges
from tests.maker import Maker, all_pages


@pytest.fixture
def mark() -> Json:
    return {"test": str(uuid4())}


def ids(api: httpx.Client, path: str, mark: Json, **query: Any) -> list[str]:
    """In order, page by page."""
    query = {"tag.test": mark["test"], "limit": 2, **query}
    return [each["id"] for page in all_pages(api, path, **query) for each in page]


@pytest.fixture
def flows(api: httpx.Client, make: Maker, mark: Json) -> list[str]:
    """Ids of four Flows in the order of their making: b, none, a, none; the first was changed last."""
    made = []
    for label in ("b", None, "a", None):
        made.append(make.flow(label=label, tags=mark))
        time.sleep(0.002)
    assert put(api, made[0], generation=1).status_code == 204
    return [flow["id"] for flow in made]


def test_SRT_1_flows_are_sorted_by_creation_change_or_label(
    api: httpx.Client, mark: Json, flows: list[str]
) -> None:
    first, second, third, fourth = flows

    assert ids(api, "/flows", mark) == ids(api, "/flows", mark, sort_by="created") == flows[::-1]
    changed = ids(api, "/flows", mark, sort_by="metadata_updated")
    assert changed == [first, fourth, third, second]
    assert ids(api, "/flows", mark, sort_by="label")[:2] == [third, first]
    assert api.get("/flows", params={"sort_by": "updated"}).status_code == 400


def sources_of(api: httpx.Client, make: Maker, mark: Json, *labels: str | None) -> list[str]:
    """Ids of Sources, in the order of their making."""
    made = []
    for label in labels:
        source_id = make.flow(label=label)["source_id"]
        assert api.put(f"/sources/{source_id}/tags/test", json=mark["test"]).status_code == 204
        made.append(source_id)
        time.sleep(0.002)
    return made


def test_SRT_2_sources_are_sorted_by_creation_change_or_label(
    api: httpx.Client, make: Maker, mark: Json
) -> None:
    made = sources_of(api, make, mark, "b", "C", "a")  # capitals first
    assert api.put(f"/sources/{made[0]}/description", json="x").status_code == 204

    assert ids(api, "/sources", mark) == made[::-1]
    assert ids(api, "/sources", mark, sort_by="created") == made[::-1]
    assert ids(api, "/sources", mark, sort_by="updated") == [made[0], made[2], made[1]]
    assert ids(api, "/sources", mark, sort_by="label") == [made[1], made[2], made[0]]
    assert api.get("/sources", params={"sort_by": "metadata_updated"}).status_code == 400


def test_SRT_3_deletion_requests_are_sorted_by_creation_or_expiry(
    api: httpx.Client, make: Maker
) -> None:
    made = []
    for _ in range(2):
        flow = make.flow()
        make.segments(flow["id"], AT_ONCE_SEGMENTS + 1)
        made.append(api.delete(f"/flows/{flow['id']}").json()["id"])

    def order(**query: str) -> list[str]:
        pages = all_pages(api, "/flow-delete-requests", **query)
        return [each["id"] for page in pages for each in page if each["id"] in made]

    assert order() == order(sort_by="created") == made[::-1]
    assert set(order(sort_by="expiry")) == set(made)
    for bad in ("updated", "label", ""):
        assert api.get("/flow-delete-requests", params={"sort_by": bad}).status_code == 400


def test_SRT_4_dates_come_newest_first_and_texts_from_a_to_z(
    api: httpx.Client, make: Maker, mark: Json, flows: list[str]
) -> None:
    listed = [
        each for page in all_pages(api, "/flows", **{"tag.test": mark["test"]}) for each in page
    ]
    dates = [each["created"] for each in listed]

    assert dates == sorted(dates, reverse=True)
    assert ids(api, "/flows", mark, sort_by="label")[:2] == [flows[2], flows[0]]


@pytest.mark.parametrize("sort_by", ["created", "metadata_updated", "label"])
def test_SRT_5_every_order_can_be_reversed(
    api: httpx.Client, mark: Json, flows: list[str], sort_by: str
) -> None:
    forwards = ids(api, "/flows", mark, sort_by=sort_by)

    assert ids(api, "/flows", mark, sort_by=sort_by, reverse_order="true") == forwards[::-1]
    assert ids(api, "/flows", mark, sort_by=sort_by, reverse_order="false") == forwards
    assert set(forwards) == set(flows)


def test_SRT_6_what_has_no_label_comes_by_id_after_what_has_one(
    api: httpx.Client, mark: Json, flows: list[str]
) -> None:
    unlabelled = sorted([flows[1], flows[3]])

    assert ids(api, "/flows", mark, sort_by="label")[2:] == unlabelled
    backwards = ids(api, "/flows", mark, sort_by="label", reverse_order="true")
    assert backwards[:2] == unlabelled[::-1]


def test_SRT_7_backends_come_by_label_and_those_without_one_last(
    api: httpx.Client, backends: Backends
) -> None:
    path = "/service/storage-backends"
    order = [backends.archive, backends.local, backends.unlabelled]

    assert [each["id"] for each in api.get(path).json()] == order
    backwards = api.get(path, params={"reverse_order": "true"}).json()
    assert [each["id"] for each in backwards] == order[::-1]


def test_SRT_8_webhooks_come_by_url(api: httpx.Client, mark: Json) -> None:
    urls = [f"http://127.0.0.1:1024/{name}" for name in ("b", "a", "c")]
    for url in urls:
        body = {"url": url, "events": [], "tags": mark}
        assert api.post("/service/webhooks", json=body).status_code == 201

    def listed(**query: str) -> list[str]:
        pages = all_pages(api, "/service/webhooks", **{"tag.test": mark["test"]}, limit=2, **query)
        return [each["url"] for page in pages for each in page]

    assert listed() == sorted(urls)
    assert listed(reverse_order="true") == sorted(urls, reverse=True)


def test_SRT_9_segments_come_by_time_and_markers_count(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    order = ["[0:0_1:0)", "[1:0]", "[2:0_3:0)", "[3:0_4:0]", "[5:0]"]
    posts = [
        {"object_id": object_id, "timerange": timerange}
        for object_id, timerange in zip(make.objects(flow["id"], 5), order[::-1], strict=True)
    ]
    assert api.post(f"/flows/{flow['id']}/segments", json=posts).status_code == 201

    assert timeranges(segments_of(api, flow)) == order
    assert timeranges(segments_of(api, flow, reverse_order="true")) == order[::-1]


def test_SRT_10_profiles_come_in_one_order_whatever_is_asked(
    api: httpx.Client, make: Maker
) -> None:
    flow, label = make.flow(), str(uuid4())
    metadata = {name: flow[name] for name in ("format", "codec", "essence_parameters")}
    made = [str(uuid4()) for _ in range(3)]
    for profile_id in made:
        body = {"id": profile_id, "label": label, "flow_metadata": metadata}
        assert api.post(f"/service/profiles/{profile_id}", json=body).status_code == 201

    pages = all_pages(api, "/service/profiles", label=label, limit=1)
    assert [each["id"] for page in pages for each in page] == sorted(made)
    for query in ({"reverse_order": "true"}, {"sort_by": "label"}):
        assert api.get("/service/profiles", params=query).status_code == 400
