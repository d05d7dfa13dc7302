"""Lists for players (an extension), over HTTP: who gets them, what is in them, and what is not."""

import re
from typing import Any

import httpx
import pytest

from tests.builders import a_multi_flow_body, an_audio_flow_body
from tests.contract.steps import put, segment
from tests.maker import Maker
from tests.waiting import until
from vastlocal.control import Control

UNKNOWN = "00000000-0000-4000-8000-00000000abcd"
LISTS = ("hls.m3u8", "output.m3u8", "dash.mpd")


def played(api: httpx.Client, path: str, **query: Any) -> httpx.Response:
    response = api.get(path, params=query)
    assert response.status_code == 200, response.text
    return response


def uris(text: str) -> list[str]:
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_a_flow_is_listed_with_urls_that_lead_to_its_objects(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    (object_id,) = make.objects(flow["id"], 1)
    storage = api.get(f"/flows/{flow['id']}/segments")
    assert storage.json() == []
    posted = api.post(f"/flows/{flow['id']}/segments", json=segment(object_id, 0, 2))
    assert posted.status_code == 201

    response = played(api, f"/flows/{flow['id']}/hls.m3u8")

    assert response.headers["Content-Type"] == "application/vnd.apple.mpegurl"
    assert response.headers["X-TAMS-Exact"] == "true"
    (uri,) = uris(response.text)
    assert f"media/{object_id}?" in uri
    assert "#EXTINF:2.0," in response.text
    assert "#EXT-X-ENDLIST" in response.text
    same = played(api, f"/flows/{flow['id']}/output.m3u8")
    assert same.text == response.text


def test_two_lists_name_an_object_alike(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    make.segments(flow["id"], 3)
    path = f"/flows/{flow['id']}/hls.m3u8"

    first, second = (uris(played(api, path).text) for _ in range(2))
    some = uris(played(api, path, timerange="[2:0_4:0)").text)

    assert first == second
    assert some == [first[1]]


def test_a_list_of_a_timerange_has_whole_objects_and_says_so(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    make.segments(flow["id"], 3)
    path = f"/flows/{flow['id']}/hls.m3u8"

    exact = played(api, path, timerange="[2:0_4:0)")
    cut = played(api, path, timerange="[3:0_5:0)")

    assert exact.headers["X-TAMS-Exact"] == "true"
    assert cut.headers["X-TAMS-Exact"] == 'false; because="cut rendering"'
    assert len(uris(cut.text)) == 2


def test_a_collection_plays_its_members_together(api: httpx.Client, make: Maker) -> None:
    picture, sound = make.flow(), make.flow(an_audio_flow_body, tags={"language": "cy"})
    for each in (picture, sound):
        make.segments(each["id"], 2)
    whole = make.flow(
        a_multi_flow_body,
        flow_collection=[
            {"id": picture["id"], "role": "video"},
            {"id": sound["id"], "role": "Commentary"},
        ],
    )

    for path in (f"/flows/{whole['id']}", f"/sources/{whole['source_id']}"):
        text = played(api, f"{path}/hls.m3u8", timerange="[0:0_2:0)").text
        assert 'NAME="Commentary"' in text
        assert 'LANGUAGE="cy"' in text
        (uri,) = uris(text)
        assert uri == f"../../flows/{picture['id']}/hls.m3u8?timerange=%5B0%3A0_2%3A0%29"
        own = api.get(httpx.URL(f"{path}/").join(uri))
        assert len(uris(own.text)) == 1
        document = played(api, f"{path}/dash.mpd").text
        assert document.count("<Period ") == 1
        assert document.count("<AdaptationSet ") == 2


def test_the_flows_of_a_source_are_a_ladder(api: httpx.Client, make: Maker) -> None:
    high = make.flow(max_bit_rate=5_000)
    low = make.flow(source_id=high["source_id"], max_bit_rate=500)
    empty = make.flow(source_id=high["source_id"])
    for each in (high, low):
        make.segments(each["id"], 1)

    text = played(api, f"/sources/{high['source_id']}/hls.m3u8").text

    assert sorted(re.findall("[:,]BANDWIDTH=(\\d+)", text)) == ["500000", "5000000"]
    assert empty["id"] not in text


@pytest.mark.parametrize("name", LISTS)
def test_an_unknown_flow_has_no_list(api: httpx.Client, name: str) -> None:
    assert api.get(f"/flows/{UNKNOWN}/{name}").status_code == 404


@pytest.mark.parametrize("name", ["hls.m3u8", "dash.mpd"])
def test_an_unknown_source_has_no_list(api: httpx.Client, name: str) -> None:
    assert api.get(f"/sources/{UNKNOWN}/{name}").status_code == 404


def test_a_flow_that_no_player_plays_says_what_players_play(api: httpx.Client, make: Maker) -> None:
    flow = make.flow(container="application/mxf")
    make.segments(flow["id"], 1)

    for path in (f"/flows/{flow['id']}", f"/sources/{flow['source_id']}"):
        for name in ("hls.m3u8", "dash.mpd"):
            response = api.get(f"{path}/{name}")
            assert response.status_code == 400
            assert "application/mxf" in response.json()["summary"]
            assert "video/mp2t" in response.json()["summary"]


@pytest.mark.parametrize("query", ["timerange=x", "live=0", "live=x", "limit=5"])
def test_a_wrong_query_is_refused(api: httpx.Client, make: Maker, query: str) -> None:
    flow = make.flow()

    assert api.get(f"/flows/{flow['id']}/hls.m3u8?{query}").status_code == 400


def test_a_flow_being_ingested_grows_and_is_not_sent_again_unchanged(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow(status="ingesting")
    make.segments(flow["id"], 3)
    path = f"/flows/{flow['id']}/hls.m3u8"

    first = played(api, path)
    again = api.get(path, headers={"If-None-Match": first.headers["ETag"]})
    make.segments(flow["id"], 1, start=6)
    grown = api.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in first.text
    assert "#EXT-X-ENDLIST" not in first.text
    assert again.status_code == 304
    assert again.text == ""
    assert grown.text.startswith(first.text)
    assert len(uris(grown.text)) == 4
    newest = played(api, path, live=4).text
    assert uris(newest) == uris(grown.text)[2:]
    assert "#EXT-X-MEDIA-SEQUENCE:2\n" in newest
    assert put(api, flow, status="closed_complete").status_code == 204
    assert "#EXT-X-ENDLIST" in played(api, path).text


def test_a_list_with_the_address_of_a_removed_instance_is_sent_anew(
    api: httpx.Client, make: Maker
) -> None:
    """A new instance is no reason: every address of the list before still leads to the Object."""
    flow = make.flow()
    (object_id,) = make.objects(flow["id"], 1)
    posted = api.post(f"/flows/{flow['id']}/segments", json=segment(object_id, 0, 2))
    assert posted.status_code == 201
    path = f"/flows/{flow['id']}/hls.m3u8"
    first = played(api, path)
    known = {"If-None-Match": first.headers["ETag"]}

    elsewhere = {"label": "elsewhere", "url": "https://media.example.com/1.ts"}
    instances = f"/objects/{object_id}/instances"
    assert api.post(instances, json=elsewhere).status_code == 201
    assert uris(played(api, path).text) == uris(first.text)
    assert api.get(path, headers=known).status_code == 304

    found = api.get(f"/objects/{object_id}", params={"verbose_storage": "true"}).json()
    (ours,) = (each["storage_id"] for each in found["get_urls"] if "storage_id" in each)
    assert api.delete(instances, params={"storage_id": ours}).status_code == 204
    anew = api.get(path, headers=known)
    assert anew.status_code == 200
    assert uris(anew.text) == [elsewhere["url"]]


@pytest.mark.parametrize("name", LISTS)
def test_a_long_list_is_compressed_for_those_who_ask(
    api: httpx.Client, make: Maker, name: str
) -> None:
    flow = make.flow()
    make.segments(flow["id"], 20)

    for coding in ("gzip", "identity"):
        headers = {"Accept-Encoding": coding}
        response = api.get(f"/flows/{flow['id']}/{name}", headers=headers)
        assert response.headers.get("Content-Encoding", "identity") == coding
        assert response.text.count("X-Amz-Signature") == 20


def test_a_poll_takes_four_round_trips(api: httpx.Client, make: Maker, vast: Control) -> None:
    flow = make.flow(status="ingesting")
    make.segments(flow["id"], 40)

    vast.reset()
    first = played(api, f"/flows/{flow['id']}/hls.m3u8", timerange="[10:0_")
    until(lambda: {"begin": 1, "query_rows": 2, "commit": 1} in transactions(vast))

    vast.reset()
    known = {"If-None-Match": first.headers["ETag"]}
    again = api.get(f"/flows/{flow['id']}/hls.m3u8", params={"timerange": "[10:0_"}, headers=known)
    assert again.status_code == 304
    until(lambda: {"begin": 1, "query_rows": 1, "commit": 1} in transactions(vast))


def transactions(vast: Control) -> list[dict[str, int]]:
    return [dict(each) for each in vast.counters().transactions.values()]
