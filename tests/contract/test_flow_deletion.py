"""FLW-51…55: Flows deleted."""

from uuid import uuid4

import httpx

from tests.api.maker import Maker
from tests.contract.conftest import AT_ONCE_SEGMENTS, Subscribe
from tests.contract.steps import added, read_only, segment, segments_of
from tests.receiver import receiver


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
