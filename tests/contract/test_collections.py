"""COL: Flows collect Flows, in order and with roles; what Sources collect follows from it."""

from typing import Any
from uuid import uuid4

import httpx

from tests.builders import a_multi_flow_body, an_audio_flow_body
from tests.maker import Maker

PACKAGE = "urn:uuid:0f6c3c5e-5f0a-4a3e-8d0a-0c8f5b8f9a01"
UMID = "urn:smpte:umid:060a2b34.01010105.01010f20.13000000.d2c9036c.8f195343.ab7014d2.d718bfda"
FULL_MAPPING = {
    "track_index": 0,
    "format_track_index": 3,
    "audio_track": {"channel_numbers": [1, 0], "channel_range": "0_5"},
    "mp2ts_container": {"pid": 257},
    "mxf_container": {"package_uid": PACKAGE, "track_id": 2},
    "isobmff_container": {"track_id": 1},
}
BAD_MAPPINGS: list[Any] = [
    {"track_index": -1},
    {"track_index": "0"},
    {"format_track_index": -1},
    {"format_track_index": 0.5},
    {"audio_track": {"channel_numbers": []}},
    {"audio_track": {"channel_numbers": [-1]}},
    {"audio_track": {"channel_numbers": 1}},
    {"audio_track": {"channel_range": "0-5"}},
    {"audio_track": {"channel_range": "0_"}},
    {"mp2ts_container": {"pid": "257"}},
    {"mxf_container": {"package_uid": "0f6c3c5e-5f0a-4a3e-8d0a-0c8f5b8f9a01"}},
    {"mxf_container": {"package_uid": "urn:smpte:umid:060a2b34"}},
    {"mxf_container": {"track_id": 1.5}},
    {"isobmff_container": {"track_id": "1"}},
    {"isobmff_container": 1},
    [],
    "0",
]


def put(api: httpx.Client, flow: dict[str, Any], **fields: Any) -> httpx.Response:
    return api.put(f"/flows/{flow['id']}", json={**flow, **fields})


def put_collection(api: httpx.Client, flow: dict[str, Any], items: Any) -> int:
    return api.put(f"/flows/{flow['id']}/flow_collection", json=items).status_code


def collection(api: httpx.Client, flow: dict[str, Any]) -> Any:
    """As its own resource, and checked to be the same in the Flow."""
    items = api.get(f"/flows/{flow['id']}/flow_collection").json()
    assert api.get(f"/flows/{flow['id']}").json().get("flow_collection", []) == items
    return items


def collected_by(api: httpx.Client, flow: dict[str, Any]) -> set[str]:
    return set(api.get(f"/flows/{flow['id']}").json().get("collected_by", []))


def source_of(api: httpx.Client, flow: dict[str, Any]) -> Any:
    return api.get(f"/sources/{flow['source_id']}").json()


def test_COL_1_members_keep_their_order_and_may_have_a_role(api: httpx.Client, make: Maker) -> None:
    multi, *members = (make.flow() for _ in range(5))
    roles = [{"role": "L / R"}, {}, {"role": ""}, {"role": "video"}]
    items = [{"id": each["id"], **role} for each, role in zip(members, roles, strict=True)]

    for order in (items, items[::-1], [items[2], items[0], items[3], items[1]]):
        assert put_collection(api, multi, order) == 204
        assert collection(api, multi) == order
    assert put(api, multi, flow_collection=items).status_code == 204
    assert collection(api, multi) == items
    wrong: list[Any] = [[{"role": "x"}], [{**items[0], "role": 1}], [{"id": "x"}], ["x"], items[0]]
    for bad in wrong:
        assert put_collection(api, multi, bad) == 400, bad
        assert put(api, multi, flow_collection=bad).status_code == 400, bad
    assert collection(api, multi) == items


def test_COL_2_every_member_is_a_registered_flow(api: httpx.Client, make: Maker) -> None:
    multi, member, gone = make.flow(a_multi_flow_body), make.flow(), make.flow()
    api.delete(f"/flows/{gone['id']}")
    new = a_multi_flow_body(id=str(uuid4()), source_id=str(uuid4()))

    for missing in (str(uuid4()), gone["id"]):
        items = [{"id": member["id"]}, {"id": missing}]
        assert put_collection(api, multi, items) == 400
        assert put(api, multi, flow_collection=items).status_code == 400
        assert put(api, new, flow_collection=items).status_code == 400

    assert collection(api, multi) == []
    assert collected_by(api, member) == set()
    assert api.get(f"/flows/{new['id']}").status_code == 404


def test_COL_3_flows_collect_flows_and_sources_collect_sources(
    api: httpx.Client, make: Maker
) -> None:
    multi, member = make.flow(a_multi_flow_body), make.flow()

    assert put_collection(api, multi, [{"id": member["source_id"]}]) == 400
    assert put_collection(api, multi, [{"id": member["id"]}]) == 204

    assert collection(api, multi) == [{"id": member["id"]}]
    assert collected_by(api, member) == {multi["id"]}
    assert source_of(api, multi)["source_collection"] == [{"id": member["source_id"]}]
    assert source_of(api, member)["collected_by"] == [multi["source_id"]]


def test_COL_4_a_collection_is_read_replaced_and_deleted(api: httpx.Client, make: Maker) -> None:
    multi, one, two = make.flow(a_multi_flow_body), make.flow(), make.flow()
    path, nobody = f"/flows/{multi['id']}/flow_collection", f"/flows/{uuid4()}/flow_collection"

    assert api.get(path).json() == []
    for members in ([one, two], [two], []):
        items = [{"id": each["id"]} for each in members]
        assert api.put(path, json=items).status_code == 204
        assert api.get(path).json() == items
    wrong: list[Any] = [{"id": one["id"]}, "x", 1, None, [[]]]
    for bad in wrong:
        assert api.put(path, json=bad).status_code == 400, bad
    api.put(path, json=[{"id": one["id"]}])
    api.put(f"/flows/{multi['id']}/read_only", json=True)
    assert api.put(path, json=[]).status_code == 403
    assert api.delete(path).status_code == 403
    assert api.get(path).json() == [{"id": one["id"]}]
    api.put(f"/flows/{multi['id']}/read_only", json=False)
    assert api.delete(path).status_code == 204
    assert api.get(path).json() == []
    assert api.get(nobody).status_code == 404
    assert api.put(nobody, json=[]).status_code == 404
    assert api.delete(nobody).status_code == 404


def test_COL_5_collected_by_is_worked_out_from_the_collections(
    api: httpx.Client, make: Maker
) -> None:
    member = make.flow(collected_by=[str(uuid4())])
    first, second = make.flow(a_multi_flow_body), make.flow(a_multi_flow_body)

    assert collected_by(api, member) == set()
    for multi in (first, second):
        put_collection(api, multi, [{"id": member["id"]}])
    assert collected_by(api, member) == {first["id"], second["id"]}
    (listed,) = api.get("/flows", params={"source_id": member["source_id"]}).json()
    assert set(listed["collected_by"]) == {first["id"], second["id"]}
    assert put(api, member, collected_by=[]).status_code == 204
    assert collected_by(api, member) == {first["id"], second["id"]}
    put_collection(api, first, [])
    assert collected_by(api, member) == {second["id"]}
    api.delete(f"/flows/{second['id']}")
    assert collected_by(api, member) == set()


def test_COL_6_sources_collect_the_sources_of_collected_flows(
    api: httpx.Client, make: Maker
) -> None:
    multi = make.flow(a_multi_flow_body, source_collection=[{"id": str(uuid4())}])
    video, audio = make.flow(), make.flow(an_audio_flow_body)

    assert "source_collection" not in source_of(api, multi)
    items = [{"id": audio["id"], "role": "sound"}, {"id": video["id"]}]
    put_collection(api, multi, items)
    assert source_of(api, multi)["source_collection"] == [
        {"id": audio["source_id"], "role": "sound"},
        {"id": video["source_id"]},
    ]
    for member in (video, audio):
        assert source_of(api, member)["collected_by"] == [multi["source_id"]]
    put_collection(api, multi, items[:1])
    assert source_of(api, multi)["source_collection"] == [
        {"id": audio["source_id"], "role": "sound"}
    ]
    assert "collected_by" not in source_of(api, video)
    api.delete(f"/flows/{multi['id']}")
    assert "collected_by" not in source_of(api, audio)


def test_COL_12_a_collection_that_contradicts_another_of_its_source_is_refused(
    api: httpx.Client, make: Maker
) -> None:
    video, audio = make.flow(), make.flow(an_audio_flow_body)
    proxies = [make.flow(source_id=video["source_id"])]
    proxies += [make.flow(an_audio_flow_body, source_id=audio["source_id"])]
    first = make.flow(a_multi_flow_body)
    second = make.flow(a_multi_flow_body, source_id=first["source_id"])

    def items(flows: list[dict[str, Any]], *roles: str) -> list[dict[str, Any]]:
        return [{"id": flow["id"], "role": role} for flow, role in zip(flows, roles, strict=True)]

    assert put_collection(api, first, items([video, audio], "picture", "sound")) == 204
    before = source_of(api, first)["source_collection"]
    assert put_collection(api, second, items(proxies, "sound", "picture")) == 400
    assert put_collection(api, second, items(proxies[::-1], "sound", "picture")) == 400
    assert collection(api, second) == []
    assert source_of(api, first)["source_collection"] == before
    assert put_collection(api, second, items(proxies, "picture", "sound")) == 204
    assert source_of(api, first)["source_collection"] == before


def test_COL_13_a_container_mapping_is_checked_and_kept(api: httpx.Client, make: Maker) -> None:
    member = make.flow(container_mapping=FULL_MAPPING)
    multi = make.flow(a_multi_flow_body, container_mapping={})
    umid = {"mxf_container": {"package_uid": UMID}}
    items = [{"id": member["id"], "container_mapping": FULL_MAPPING}]

    assert member["container_mapping"] == FULL_MAPPING
    assert put_collection(api, multi, items) == 204
    for bad in BAD_MAPPINGS:
        assert put_collection(api, multi, [{**items[0], "container_mapping": bad}]) == 400, bad
        assert put(api, member, container_mapping=bad).status_code == 400, bad
    assert collection(api, multi) == items
    assert put(api, member, container_mapping=umid).status_code == 204
    assert api.get(f"/flows/{member['id']}").json()["container_mapping"] == umid


def test_COL_14_members_without_media_of_their_own_are_normal(
    api: httpx.Client, make: Maker
) -> None:
    mono = make.flow(
        an_audio_flow_body, container_mapping={"audio_track": {"channel_range": "0_0"}}
    )
    items = [{"id": mono["id"], "role": "left"}]
    multi = make.flow(a_multi_flow_body, container="video/mp2t", flow_collection=items)

    make.segments(multi["id"], 2)

    assert len(api.get(f"/flows/{multi['id']}/segments").json()) == 2
    assert api.get(f"/flows/{mono['id']}/segments").json() == []
    spanned = api.get(f"/flows/{mono['id']}", params={"include_timerange": "true"}).json()
    assert spanned["timerange"] == "()"
    assert collection(api, multi) == items
