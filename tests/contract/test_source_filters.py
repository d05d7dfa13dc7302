"""SRC: filters for lists of Sources."""

from typing import Any
from uuid import uuid4

import httpx

from tests.builders import a_multi_flow_body, a_video_flow_body, an_audio_flow_body
from tests.maker import Maker

VIDEO = "urn:x-nmos:format:video"
AUDIO = "urn:x-nmos:format:audio"
MULTI = "urn:x-nmos:format:multi"
FORMATS = (VIDEO, AUDIO, MULTI, "urn:x-tam:format:image", "urn:x-nmos:format:data")


def a_source(
    api: httpx.Client, make: Maker, mark: str, body: Any = a_video_flow_body, **tags: str
) -> tuple[str, str]:
    """Ids of a Source that carries our mark, and of its Flow."""
    flow = make.flow(body)
    path = f"/sources/{flow['source_id']}"
    for name, value in {"test": mark, **tags}.items():
        assert api.put(f"{path}/tags/{name}", json=value).status_code == 204
    return flow["source_id"], flow["id"]


def found(api: httpx.Client, mark: str, **parameters: str) -> set[str]:
    """Ids of our Sources that pass a filter; HEAD must see it like GET."""
    query = {"tag.test": mark, **parameters}
    response = api.get("/sources", params=query)
    assert response.status_code == 200, response.text
    count = api.head("/sources", params=query).headers["X-Paging-Count"]
    assert int(count) == len(response.json())
    return {each["id"] for each in response.json()}


def collect(api: httpx.Client, collector: str, *members: str) -> None:
    items = [{"id": each} for each in members]
    response = api.put(f"/flows/{collector}/flow_collection", json=items)
    assert response.status_code == 204, response.text


def test_SRC_8_filters_of_sources_combine_with_and(api: httpx.Client, make: Maker) -> None:
    mark = str(uuid4())
    video, video_flow = a_source(api, make, mark, genre="news")
    audio, _ = a_source(api, make, mark, an_audio_flow_body, genre="news")
    multi, multi_flow = a_source(api, make, mark, a_multi_flow_body)
    collect(api, multi_flow, video_flow)
    for each, label in ((video, "Cam 1"), (audio, "Cam 1"), (multi, "Cam 10")):
        api.put(f"/sources/{each}/label", json=label)

    assert found(api, mark, label="Cam 1") == {video, audio}
    for other in ("cam 1", "Cam", "Cam 1 "):
        assert found(api, mark, label=other) == set()
    assert [found(api, mark, format=each) for each in FORMATS] == [
        {video},
        {audio},
        {multi},
        set(),
        set(),
    ]
    assert found(api, mark, **{"tag.genre": "news,sport"}) == {video, audio}
    assert found(api, mark, **{"tag_exists.genre": "false"}) == {multi}
    assert found(api, mark, collected_by_ids=multi) == {video}
    assert found(api, mark, label="Cam 1", format=AUDIO) == {audio}
    assert found(api, mark, label="Cam 1", format=MULTI) == set()
    both = {"tag.genre": "news", "collected_by_ids": multi}
    assert found(api, mark, format=VIDEO, label="Cam 1", **both) == {video}
    for name, value in (("format", "video"), ("tag.genre", "a,"), ("tag_exists.genre", "maybe")):
        assert api.get("/sources", params={name: value}).status_code == 400, name


def test_SRC_9_sources_are_found_by_any_of_their_collectors(api: httpx.Client, make: Maker) -> None:
    mark = str(uuid4())
    (one, one_flow), (two, two_flow), _ = (a_source(api, make, mark) for _ in range(3))
    (first, first_flow), (second, second_flow) = (
        a_source(api, make, mark, a_multi_flow_body) for _ in range(2)
    )
    collect(api, first_flow, one_flow, two_flow)
    collect(api, second_flow, two_flow)

    assert found(api, mark, collected_by_ids=first) == {one, two}
    assert found(api, mark, collected_by_ids=second) == {two}
    assert found(api, mark, collected_by_ids=f"{first},{second}") == {one, two}
    assert found(api, mark, collected_by_ids=f"{uuid4()},{second}") == {two}
    assert found(api, mark, collected_by_ids=str(uuid4())) == set()


def test_SRC_10_an_empty_list_of_collectors_asks_for_what_nothing_collects(
    api: httpx.Client, make: Maker
) -> None:
    mark = str(uuid4())
    (member, member_flow), (alone, _) = (a_source(api, make, mark) for _ in range(2))
    top, top_flow = a_source(api, make, mark, a_multi_flow_body)
    collect(api, top_flow, member_flow)

    assert found(api, mark, collected_by_ids="") == {alone, top}
    assert found(api, mark) == {member, alone, top}
    collect(api, top_flow)
    assert found(api, mark, collected_by_ids="") == {member, alone, top}
    for bad in ("x", f"{top},", f",{top}", f"{top},,{member}", f"{top}, {member}", top.upper()):
        assert api.get("/sources", params={"collected_by_ids": bad}).status_code == 400, bad
        assert api.head("/sources", params={"collected_by_ids": bad}).status_code == 400, bad
