"""Without queues, the rows in VAST are the queue: everything that happens in the background still does."""

from pathlib import Path

import httpx

from tests.contract.steps import added, segment, segments_of, uploaded
from tests.e2e.media import needs_ffmpeg
from tests.e2e.playing import FPS, H264, PICTURE, Use, cut, flow_of, numbered_frames
from tests.e2e.rendering import exact, frames_of
from tests.e2e.shown import numbers_shown
from tests.maker import Maker
from tests.receiver import receiver
from tests.waiting import until, until_gone


def test_a_webhook_gets_its_events_in_order(client: httpx.Client) -> None:
    with receiver() as inbox:
        source_id = Maker(client).flow()["source_id"]
        wanted = ["flows/created", "flows/segments_added", "flows/deleted"]
        body = {"url": inbox.url, "events": wanted, "source_ids": [source_id]}
        hook = client.post("/service/webhooks", json=body).json()
        flow = Maker(client).flow(source_id=source_id)
        for at, object_id in enumerate(uploaded(client, flow, 2)):
            added(client, flow, segment(object_id, at, at + 1))
        # What is deleted before its event is delivered has no addresses.
        inbox.wait_for(lambda it: len(it.distinct) == 3)
        client.delete(f"/flows/{flow['id']}")

        got = inbox.wait_for(lambda it: len(it.distinct) == 4)

        client.delete(f"/service/webhooks/{hook['id']}")
    assert [each.event_type for each in got] == [wanted[0], wanted[1], wanted[1], wanted[2]]
    assert got[1].event["segments"][0]["get_urls"], "url_signer is in the same process"


def test_a_long_deletion_ends_and_its_media_go(client: httpx.Client) -> None:
    flow = Maker(client).flow()
    objects = uploaded(client, flow, 5)
    added(client, flow, *(segment(each, at, at + 1) for at, each in enumerate(objects)))
    url = segments_of(client, flow)[0]["get_urls"][0]["url"]
    assert httpx.get(url).status_code == 200

    deleted = client.delete(f"/flows/{flow['id']}/segments")

    assert deleted.status_code == 202
    request = deleted.headers["location"]
    until(lambda: client.get(request).json()["status"] == "done")
    until_gone(url)


def test_an_upload_registers_its_segment_though_nobody_reports_it(client: httpx.Client) -> None:
    flow = Maker(client).flow()
    body = {"segments": [{"timerange": "[0:0_1:0)"}]}
    asked = client.post(f"/flows/{flow['id']}/storage", json=body)
    assert asked.status_code == 201, asked.text
    put = asked.json()["media_objects"][0]["put_url"]
    headers = {"Content-Type": put["content-type"], **put.get("headers", {})}

    assert httpx.put(put["url"], content=b"media", headers=headers).status_code == 200

    until(lambda: len(segments_of(client, flow)) == 1)


def test_the_service_says_that_it_is_well(client: httpx.Client) -> None:
    until(lambda: client.get("/health").status_code == 200)

    assert client.get("/health").json()["queues"] == "ok"


@needs_ffmpeg
def test_parts_are_rendered(client: httpx.Client, tmp_path: Path) -> None:
    media = cut([*numbered_frames(4), *H264], tmp_path / "it", cmaf=True)
    given = {"container": "video/iso.segment", "essence_parameters": PICTURE}
    edit = [Use(0, 0, 12 / FPS, 38 / FPS), Use(1, 2, 0, 1)]
    flow = flow_of(client, media, edit, 0.0, **given)

    answer = exact(client, f"/flows/{flow['id']}/hls.m3u8")

    assert numbers_shown(str(answer.url)) == frames_of(edit)
