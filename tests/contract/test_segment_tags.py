"""Tags of Segments: given with a Segment, shown, announced, and changed by time (an extension)."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.contract.conftest import Subscribe
from tests.contract.steps import (
    Json,
    added,
    arrived,
    flow_of,
    post,
    read_only,
    segment,
    segments_of,
)
from tests.maker import Maker
from tests.receiver import Receiver

TAGS: Json = {"camera": "1", "people": ["ann", "bob"], "none": [], "": "", "a/b c": "ü\n\x1f"}
AT_ONCE = 2_000
"""Segments that one request may change."""


@pytest.fixture
def flow(api: httpx.Client, make: Maker) -> Json:
    """Three Segments of two seconds, without tags."""
    made: Json = make.flow()
    make.segments(made["id"], 3)
    return made


def tags(api: httpx.Client, flow: Json) -> list[Any]:
    return [each.get("tags") for each in segments_of(api, flow)]


def path(flow: Json, name: str | None = None) -> str:
    return f"/flows/{flow['id']}/segments/tags{'' if name is None else f'/{name}'}"


def test_a_segment_shows_the_tags_it_was_given(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    one, two, three = make.objects(flow["id"], 3)

    added(
        api, flow, segment(one, 0, 1, tags=TAGS), segment(two, 1, 2), segment(three, 2, 3, tags={})
    )

    first, second, third = segments_of(api, flow)
    assert first["tags"] == TAGS
    assert "tags" not in second
    assert "tags" not in third


def test_segments_without_tags_are_answered_as_the_specification_has_them(
    api: httpx.Client, flow: Json
) -> None:
    fields = {"object_id", "timerange", "get_urls"}

    assert [each.keys() for each in segments_of(api, flow)] == [fields] * 3
    api.put(path(flow), json={"a": "1"})
    assert [each.keys() for each in segments_of(api, flow)] == [fields | {"tags"}] * 3
    api.delete(path(flow))
    assert [each.keys() for each in segments_of(api, flow)] == [fields] * 3


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("a=b", "tags: must be an object"),
        ([], "tags: must be an object"),
        (None, "tags: must not be null"),
        ({"a": 1}, "tags.a: must be a string or an array of strings"),
        ({"a": ["b", None]}, "tags.a[1]: must be a string"),
        ({"auth_classes": ["news"]}, "auth_classes is not a tag of Segments"),
        ({"a": "x" * 5_000}, "must not exceed 4096 bytes"),
    ],
)
def test_tags_that_a_segment_cannot_have_are_refused_with_the_reason(
    api: httpx.Client, make: Maker, flow: Json, given: Any, words: str
) -> None:
    (object_id,) = make.objects(flow["id"], 1)

    registered = post(api, flow, segment(object_id, 10, 11, tags=given))
    changed = api.put(path(flow), json=given)

    assert (registered.status_code, changed.status_code) == (400, 400)
    assert words in registered.json()["summary"]
    assert tags(api, flow) == [None, None, None]


def test_of_a_list_only_the_segments_with_impossible_tags_fail(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    one, two = make.objects(flow["id"], 2)

    response = post(
        api,
        flow,
        [
            segment(one, 10, 11, tags={"auth_classes": "x"}),
            segment(two, 11, 12, tags={"a": "1"}),
        ],
    )

    assert response.status_code == 200
    (failed,) = response.json()["failed_segments"]
    assert failed["timerange"] == "[10:0_11:0)"
    assert tags(api, flow) == [None, None, None, {"a": "1"}]


def test_a_segment_posted_again_is_the_same_without_tags_and_differs_with_others(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    (object_id,) = make.objects(flow["id"], 1)
    here = segment(object_id, 0, 1)
    added(api, flow, {**here, "tags": TAGS})

    for again in (here, {**here, "tags": TAGS}, {**here, "tags": dict(reversed(TAGS.items()))}):
        assert post(api, flow, again).status_code == 201
    for other in ({}, {"camera": "2"}):
        refused = post(api, flow, {**here, "tags": other})
        assert refused.status_code == 400
        assert refused.json()["summary"].endswith("differs in tags")

    assert tags(api, flow) == [TAGS]


def test_tags_belong_to_a_segment_and_not_to_its_object(api: httpx.Client, make: Maker) -> None:
    first, other = make.flow(), make.flow()
    (object_id,) = make.objects(first["id"], 1)

    added(api, first, segment(object_id, 0, 1, tags={"take": "1"}))
    added(api, other, segment(object_id, 5, 6, ts_offset="5:0"))
    added(api, first, segment(object_id, 9, 10, ts_offset="9:0", tags={"take": "2"}))

    assert tags(api, first) == [{"take": "1"}, {"take": "2"}]
    assert tags(api, other) == [None]
    assert "tags" not in api.get(f"/objects/{object_id}").json()


def test_tags_of_covered_segments_are_changed_by_time(api: httpx.Client, flow: Json) -> None:
    def told(response: httpx.Response) -> Json:
        assert response.status_code == 200, response.text
        found: Json = response.json()
        return found

    everywhere = {"changed": 3, "timerange": "[0:0_6:0)"}
    middle = {"timerange": "[1:0_5:0)"}
    assert told(api.put(path(flow), json={"a": "1", "b": "2"})) == everywhere
    assert told(api.put(path(flow), params=middle, json={"a": ["3"]})) == {
        "changed": 1,
        "timerange": "[2:0_4:0)",
    }
    assert tags(api, flow) == [{"a": "1", "b": "2"}, {"a": ["3"], "b": "2"}, {"a": "1", "b": "2"}]

    told(api.put(path(flow), params={**middle, "replace": "true"}, json={"c": "4"}))
    assert tags(api, flow)[1] == {"c": "4"}
    told(api.put(path(flow), params={**middle, "replace": "false"}, json={"d": "5"}))
    assert tags(api, flow)[1] == {"c": "4", "d": "5"}

    told(api.delete(path(flow), params=[("name", "a"), ("name", "c"), ("timerange", "_4:0)")]))
    assert tags(api, flow) == [{"b": "2"}, {"d": "5"}, {"a": "1", "b": "2"}]
    assert told(api.delete(path(flow))) == everywhere
    assert tags(api, flow) == [None, None, None]


@pytest.mark.parametrize(("encoded", "name"), [("a", "a"), ("a%2Fb%20c", "a/b c"), ("a/b", "a/b")])
def test_one_tag_has_a_path_of_its_own(
    api: httpx.Client, flow: Json, encoded: str, name: str
) -> None:
    one = {"timerange": "[2:0_4:0)"}

    put = api.put(path(flow, encoded), params=one, json=["x", "y"])

    assert (put.status_code, put.json()) == (200, {"changed": 1, "timerange": "[2:0_4:0)"})
    assert tags(api, flow) == [None, {name: ["x", "y"]}, None]
    deleted = api.delete(path(flow, encoded))
    assert (deleted.status_code, deleted.json()) == (200, {"changed": 1, "timerange": "[2:0_4:0)"})
    assert tags(api, flow) == [None, None, None]


def test_a_slash_at_the_end_of_the_path_names_no_tag(api: httpx.Client, flow: Json) -> None:
    response = api.put(f"{path(flow)}/", json={"a": "1"})

    assert response.status_code == 200
    assert tags(api, flow) == [{"a": "1"}] * 3


@pytest.mark.parametrize("encoded", ["", "%3Fx"])
def test_a_deletion_of_one_tag_whose_name_does_not_arrive_deletes_none(
    api: httpx.Client, flow: Json, encoded: str
) -> None:
    given = {"a": "1", "?x": "2"}
    api.put(path(flow), json=given)

    response = api.delete(path(flow, encoded))

    assert response.status_code == 400
    assert "leave out the slash" in response.json()["summary"]
    assert tags(api, flow) == [given] * 3
    assert api.delete(path(flow), params={"name": "?x"}).json()["changed"] == 3
    assert tags(api, flow) == [{"a": "1"}] * 3


def test_a_tag_of_classes_has_no_path(api: httpx.Client, flow: Json) -> None:
    response = api.put(path(flow, "auth_classes"), json=["news"])

    assert response.status_code == 400
    assert "auth_classes" in response.json()["summary"]


@pytest.mark.parametrize(
    ("method", "query", "body", "words"),
    [
        ("PUT", {"timerange": "x"}, {"a": "1"}, "timerange"),
        ("PUT", {"replace": "yes"}, {"a": "1"}, "replace"),
        ("PUT", {"names": "a"}, {"a": "1"}, "unknown query parameter 'names'"),
        ("PUT", {}, ["a"], "must be an object"),
        ("DELETE", {"timerange": "[1_2)"}, None, "timerange"),
        ("DELETE", {"tag": "a"}, None, "unknown query parameter 'tag'"),
        ("DELETE", {"replace": "true"}, None, "unknown query parameter 'replace'"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    api: httpx.Client, flow: Json, method: str, query: Json, body: Any, words: str
) -> None:
    response = api.request(method, path(flow), params=query, json=body)

    assert response.status_code == 400
    assert words in response.json()["summary"]
    assert tags(api, flow) == [None, None, None]


def test_a_flow_that_is_read_only_or_unknown_takes_no_tags(api: httpx.Client, flow: Json) -> None:
    requests = [
        ("PUT", None, {"a": "1"}),
        ("DELETE", None, None),
        ("PUT", "a", "1"),
        ("DELETE", "a", None),
    ]
    read_only(api, flow, True)
    for method, name, body in requests:
        assert api.request(method, path(flow, name), json=body).status_code == 403
        unknown = {"id": str(uuid4())}
        assert api.request(method, path(unknown, name), json=body).status_code == 404
        assert api.request(method, path({"id": "x"}, name), json=body).status_code == 404
    assert tags(api, flow) == [None, None, None]


def test_tags_of_segments_are_read_with_the_segments(api: httpx.Client, flow: Json) -> None:
    for name in (None, "a"):
        response = api.get(path(flow, name))
        assert response.status_code == 405
        assert set(response.headers["Allow"].split(", ")) == {"PUT", "DELETE"}
    assert api.get(f"/flows/{flow['id']}/segments/other").status_code == 404


def test_more_segments_than_one_request_changes_are_changed_in_pieces(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    (object_id,) = make.objects(flow["id"], 1)
    added(
        api,
        flow,
        *(segment(object_id, n, n + 1, ts_offset=f"{n}:0") for n in range(AT_ONCE + 1)),
    )

    refused = api.put(path(flow), json={"a": "1"})

    assert refused.status_code == 400
    assert f"more than {AT_ONCE} Segments" in refused.json()["summary"]
    piece = f"[0:0_{AT_ONCE}:0)"
    assert f"send a request for {piece} first" in refused.json()["summary"]
    first = api.put(path(flow), params={"timerange": piece}, json={"a": "1"})
    assert first.json() == {"changed": AT_ONCE, "timerange": piece}
    last = api.put(path(flow), params={"timerange": f"[{AT_ONCE}:0_"}, json={"a": "1"})
    assert last.json()["changed"] == 1
    assert segments_of(api, flow, **{"tag_exists.a": "false"}) == []


def test_tags_are_announced_with_new_segments_and_a_change_of_them_as_one_of_the_flow(
    api: httpx.Client, make: Maker, subscribe: Subscribe, inbox: Receiver
) -> None:
    flow = make.flow()
    one, two = make.objects(flow["id"], 2)
    subscribe(inbox, flow["source_id"])
    added(api, flow, segment(one, 0, 1, tags=TAGS), segment(two, 1, 2))

    (event,) = arrived(inbox, "flows/segments_added")
    assert [each.get("tags") for each in event.event["segments"]] == [TAGS, None]

    before = flow_of(api, flow)
    assert api.put(path(flow), json={"camera": "2"}).status_code == 200
    assert api.put(path(flow), json={"camera": "2"}).json()["changed"] == 0
    assert api.delete(path(flow)).status_code == 200

    assert api.put(f"/flows/{flow['id']}/label", json="last").status_code == 204

    *changes, last = arrived(inbox, "flows/updated", 3)
    assert last.event["flow"]["label"] == "last"
    assert len(changes) == 2
    for each in changes:
        assert each.event["flow"]["metadata_version"] == before["metadata_version"]
        assert each.event["flow"]["metadata_updated"] == before["metadata_updated"]
        assert each.event["flow"]["segments_updated"] >= before["segments_updated"]


def test_a_flow_whose_segments_got_other_tags_is_another_one_to_caches(
    api: httpx.Client, flow: Json
) -> None:
    etag = api.get(f"/flows/{flow['id']}").headers["ETag"]

    assert api.put(path(flow), json={"a": "1"}).status_code == 200

    answer = api.get(f"/flows/{flow['id']}", headers={"If-None-Match": etag})
    assert answer.status_code == 200
