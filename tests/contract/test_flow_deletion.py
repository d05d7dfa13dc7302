"""FLW-51…56: deleting Flows."""

from uuid import uuid4

import httpx

from tests.builders import a_multi_flow_body, an_audio_flow_body
from tests.contract.conftest import AT_ONCE_SEGMENTS, Subscribe
from tests.contract.steps import added, flow_of, read_only, segment, segments_of
from tests.maker import Maker
from tests.receiver import receiver
from tests.waiting import next_second, until


def status(api: httpx.Client, object_id: str) -> int:
    return api.get(f"/objects/{object_id}").status_code


def test_FLW_51_a_flow_goes_with_its_segments(api: httpx.Client, make: Maker) -> None:
    flow = make.flow()
    make.segments(flow["id"], 2)

    response = api.delete(f"/flows/{flow['id']}")

    assert response.status_code == 204
    assert response.content == b""
    assert api.get(f"/flows/{flow['id']}").status_code == 404
    assert segments_of(api, flow) == []
    assert api.get(f"/sources/{flow['source_id']}").status_code == 404


def test_FLW_53_objects_go_when_no_segment_of_any_flow_uses_them(
    api: httpx.Client, make: Maker
) -> None:
    flow, other = make.flow(), make.flow()
    shared, own = (each["object_id"] for each in make.segments(flow["id"], 2))
    added(api, other, segment(shared, 0, 2))

    api.delete(f"/flows/{flow['id']}")

    assert api.get(f"/objects/{own}").status_code == 404
    assert api.get(f"/objects/{shared}").json()["referenced_by_flows"] == [other["id"]]
    assert len(segments_of(api, other)) == 1


def test_FLW_53_an_init_object_stays_while_media_of_another_flow_needs_it(
    api: httpx.Client, make: Maker
) -> None:
    flow, other = (make.flow(init_segments=True, container="video/iso.segment") for _ in range(2))
    init, shared, own = make.objects(flow["id"], 3)
    segments = [segment(each, n, n + 1) for n, each in enumerate((shared, own))]
    added(api, flow, *({**each, "init_object_id": init} for each in segments))
    added(api, other, segment(shared, 0, 1))

    assert api.delete(f"/flows/{flow['id']}").status_code == 204

    assert [status(api, each) for each in (init, shared, own)] == [200, 200, 404]
    assert api.delete(f"/flows/{other['id']}").status_code == 204
    assert [status(api, each) for each in (init, shared, own)] == [404, 404, 404]


def test_FLW_53_a_deletion_in_the_background_spares_what_another_flow_uses(
    api: httpx.Client, make: Maker
) -> None:
    flow, other = make.flow(), make.flow()
    segments = make.segments(flow["id"], AT_ONCE_SEGMENTS + 1)
    first, shared, *_, last = (each["object_id"] for each in segments)
    added(api, other, segment(shared, 2, 4))

    accepted = api.delete(f"/flows/{flow['id']}")

    assert accepted.status_code == 202
    until(lambda: api.get(accepted.headers["Location"]).json()["status"] == "done")
    assert [status(api, each) for each in (first, shared, last)] == [404, 200, 404]
    assert api.get(f"/objects/{shared}").json()["referenced_by_flows"] == [other["id"]]
    assert len(segments_of(api, other)) == 1


def test_FLW_54_an_unknown_flow_is_not_found_and_a_read_only_one_stays(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow()
    read_only(api, flow, True)

    assert api.delete(f"/flows/{uuid4()}").status_code == 404
    assert api.delete("/flows/not-a-uuid").status_code == 404
    assert api.delete(f"/flows/{flow['id']}").status_code == 403
    assert api.get(f"/flows/{flow['id']}").status_code == 200


def test_FLW_55_a_deletion_is_told_of_when_it_is_done_or_begun(
    api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    source_id = str(uuid4())
    small, large = make.flow(source_id=source_id), make.flow(source_id=source_id)
    make.segments(large["id"], AT_ONCE_SEGMENTS + 1)
    with receiver() as inbox:
        subscribe(inbox, source_id, events=["flows/deleted"])

        statuses = [api.delete(f"/flows/{each['id']}").status_code for each in (small, large)]

        inbox.wait_for(lambda it: len(it.distinct) == 2)
    assert statuses == [204, 202]
    assert [each.flow_id for each in inbox.distinct] == [small["id"], large["id"]]


def test_FLW_56_a_deleted_flow_leaves_the_collections_it_was_in(
    api: httpx.Client, make: Maker, subscribe: Subscribe
) -> None:
    first, gone, last = make.flow(), make.flow(), make.flow(an_audio_flow_body)
    items = [{"id": each["id"], "role": each["id"]} for each in (first, gone, last)]
    multi = make.flow(a_multi_flow_body, flow_collection=items)
    with receiver() as inbox:
        subscribe(inbox, multi["source_id"], events=["flows/updated"])
        next_second()

        assert api.delete(f"/flows/{gone['id']}").status_code == 204

        (told,) = inbox.wait_for(lambda it: it.of_flow(multi["id"]))
    left = flow_of(api, multi)
    assert left["flow_collection"] == [items[0], items[2]]
    assert left["metadata_version"] != multi["metadata_version"]
    assert left["metadata_updated"] > multi["metadata_updated"]
    assert told.event["flow"]["metadata_version"] == left["metadata_version"]
    assert flow_of(api, first)["collected_by"] == [multi["id"]]
