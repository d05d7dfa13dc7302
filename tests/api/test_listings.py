"""Lists of Flows and Sources: every filter, every order, page by page."""

import itertools
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.maker import Maker, all_pages
from tests.builders import a_multi_flow_body, an_audio_flow_body


def listed(api: httpx.Client, path: str, **parameters: Any) -> list[str]:
    """Ids over all pages, two at a time."""
    pages = all_pages(api, path, limit=2, **parameters)
    assert all(page for page in pages[:-1])
    return [item["id"] for page in pages for item in page]


@pytest.fixture
def mark(make: Maker) -> dict[str, str]:
    """A tag that only one test's items have."""
    return {"test": str(uuid4())}


def test_tags_filter_by_value_by_element_and_by_existence(
    api: httpx.Client, make: Maker, mark: dict[str, str]
) -> None:
    tags: list[dict[str, Any]] = [
        {"lang": "en"},
        {"lang": ["en", "cy"]},
        {"lang": []},
        {"other": "en"},
        {"lang": "en-GB", "lang2": "en"},
    ]
    ids = [make.flow(tags={**mark, **each})["id"] for each in tags]

    def found(**parameters: str) -> set[int]:
        query = {"tag.test": mark["test"], **parameters}
        return {ids.index(each) for each in listed(api, "/flows", **query)}

    assert found() == {0, 1, 2, 3, 4}
    assert found(**{"tag.lang": "en"}) == {0, 1}
    assert found(**{"tag.lang": "cy,en-GB"}) == {1, 4}
    assert found(**{"tag.lang": "EN"}) == set()
    assert found(**{"tag_exists.lang": "true"}) == {0, 1, 2, 4}
    assert found(**{"tag_exists.lang": "false"}) == {3}
    assert found(**{"tag.lang": "en", "tag_exists.lang2": "true"}) == set()
    assert found(**{"tag_exists.lang2": "true", "tag_exists.other": "false"}) == {4}
    for bad in ({"tag.lang": "en,"}, {"tag_exists.lang": "yes"}):
        assert api.get("/flows", params=bad).status_code == 400


@pytest.mark.parametrize(
    ("path", "updated"), [("/flows", "metadata_updated"), ("/sources", "updated")]
)
def test_every_order_is_kept_over_pages_and_turned_round(
    api: httpx.Client, make: Maker, mark: dict[str, str], path: str, updated: str
) -> None:
    made = [make.flow(tags=mark) for _ in range(5)]
    ids = [each["id" if path == "/flows" else "source_id"] for each in made]
    for identifier in ids:
        if path == "/sources":
            api.put(f"{path}/{identifier}/tags/test", json=mark["test"])
    for identifier, label in zip(ids, ["b", None, "a", "B", None], strict=True):
        if label is not None:
            assert api.put(f"{path}/{identifier}/label", json=label).status_code == 204
    unlabelled = sorted([ids[1], ids[4]])

    def found(**parameters: str) -> list[str]:
        return listed(api, path, **{"tag.test": mark["test"], **parameters})

    assert found() == ids[::-1]
    assert found(sort_by="created") == ids[::-1]
    assert found(reverse_order="true") == ids
    assert found(sort_by="label") == [ids[3], ids[2], ids[0], *unlabelled]
    assert found(sort_by="label", reverse_order="true") == found(sort_by="label")[::-1]
    touched = [ids[3], ids[2], ids[0]]
    assert found(sort_by=updated)[:3] == touched
    assert found(sort_by=updated, reverse_order="true") == found(sort_by=updated)[::-1]
    assert api.get(path, params={"sort_by": "id"}).status_code == 400
    assert api.get(path, params={"reverse_order": "1"}).status_code == 400


def test_flows_are_found_by_what_they_are(
    api: httpx.Client, make: Maker, mark: dict[str, str]
) -> None:
    video = make.flow(tags=mark, status="ingesting", label="One")["id"]
    init = make.flow(tags=mark, init_segments=True, label="Two")["id"]
    audio = make.flow(an_audio_flow_body, tags=mark)["id"]

    def found(**parameters: Any) -> set[str]:
        return set(listed(api, "/flows", **{"tag.test": mark["test"], **parameters}))

    assert found(format="urn:x-nmos:format:audio") == {audio}
    assert found(codec="video/h264") == {video, init}
    assert found(label="One") == {video}
    assert found(label="one") == set()
    assert found(status="ingesting") == {video}
    assert found(frame_width=1280, frame_height=720) == {video, init}
    assert found(frame_width=1) == set()
    assert found(init_segments="true") == {init}
    assert found(init_segments="false") == {video, audio}
    for bad in (
        {"status": "x"},
        {"codec": "video/h264;x=1"},
        {"frame_width": "x"},
        {"init_segments": "1"},
    ):
        assert api.get("/flows", params=bad).status_code == 400


def test_flows_are_found_by_the_media_they_have(
    api: httpx.Client, make: Maker, mark: dict[str, str]
) -> None:
    empty, gapped = make.flow(tags=mark)["id"], make.flow(tags=mark)["id"]
    make.segments(gapped, 2, seconds=10)
    make.segments(gapped, 2, seconds=10, start=100)

    def found(timerange: str) -> set[str]:
        return set(listed(api, "/flows", **{"tag.test": mark["test"], "timerange": timerange}))

    assert found("_") == {empty, gapped}
    assert found("()") == {empty}
    assert found("[5:0_6:0)") == {gapped}
    assert found("[30:0_90:0)") == set()
    assert found("[20:0_100:0)") == set()
    assert found("[20:0_100:0]") == {gapped}
    assert found("[0:0]") == {gapped}
    assert found("_0:0)") == set()
    assert found("[120:0_") == set()


def test_collected_by_ids_finds_members_or_what_nothing_collects(
    api: httpx.Client, make: Maker, mark: dict[str, str]
) -> None:
    one, two, lone = (make.flow(tags=mark) for _ in range(3))
    first = make.flow(a_multi_flow_body, tags=mark, flow_collection=[{"id": one["id"]}])
    second = make.flow(a_multi_flow_body, tags=mark, flow_collection=[{"id": two["id"]}])

    def found(path: str, key: str, *collectors: dict[str, Any]) -> set[str]:
        ids = ",".join(each[key] for each in collectors)
        query = {"collected_by_ids": ids} | ({"tag.test": mark["test"]} if path == "/flows" else {})
        return set(listed(api, path, **query))

    assert found("/flows", "id", first) == {one["id"]}
    assert found("/flows", "id", first, second) == {one["id"], two["id"]}
    assert found("/flows", "id") == {lone["id"], first["id"], second["id"]}
    assert found("/sources", "source_id", first) == {one["source_id"]}
    uncollected = found("/sources", "source_id")
    assert {lone["source_id"], first["source_id"]} <= uncollected
    assert one["source_id"] not in uncollected
    for path, bad in itertools.product(("/flows", "/sources"), ("x", "a,", str(uuid4()).upper())):
        assert api.get(path, params={"collected_by_ids": bad}).status_code == 400
