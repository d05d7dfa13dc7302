"""GEN: what holds for every request."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.api.maker import Maker
from tests.contract.steps import Json, added, flow_of, post, segment, segments_of

IMPOSSIBLE = [
    "not-a-uuid",
    "4F1B4BD0-2C6F-4A0F-8F06-0A3C6BD0F7A1",
    "00000000-0000-0000-0000-000000000000",
    "4f1b4bd0-2c6f-6a0f-8f06-0a3c6bd0f7a1",
    "018f4bd0-2c6f-7a0f-8f06-0a3c6bd0f7a1",
    "4f1b4bd0-2c6f-8a0f-8f06-0a3c6bd0f7a1",
    "4f1b4bd0-2c6f-4a0f-7f06-0a3c6bd0f7a1",
]


@pytest.fixture
def flow(make: Maker) -> Json:
    made: Json = make.flow(tags={"a": "b"})
    return made


def paths_with_a_get(flow: Json, object_id: str) -> list[str]:
    """One for each GET that needs nothing but a Flow, its Source and an Object."""
    of_both = ("", "/tags", "/tags/a", "/label", "/description")
    of_flow = ("/read_only", "/flow_collection", "/max_bit_rate", "/avg_bit_rate", "/segments")
    return [
        "/",
        "/service",
        "/service/storage-backends",
        "/service/profiles",
        "/service/webhooks",
        "/sources?limit=1",
        *(f"/sources/{flow['source_id']}{name}" for name in of_both),
        "/flows?limit=1",
        *(f"/flows/{flow['id']}{name}" for name in (*of_both, *of_flow)),
        f"/objects/{object_id}",
        "/flow-delete-requests",
    ]


def test_GEN_1_bodies_are_json(api: httpx.Client, flow: Json) -> None:
    answers = [
        api.get("/service"),
        api.get(f"/flows/{flow['id']}"),
        api.get(f"/flows/{uuid4()}"),
        api.post(f"/flows/{flow['id']}/storage", json={}),
        api.put(f"/flows/{flow['id']}", content=b"{"),
    ]

    for answer in answers:
        assert answer.headers["Content-Type"].partition(";")[0] == "application/json"
        answer.json()


def test_GEN_2_a_head_answers_as_its_get_would_without_the_body(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    (posted,) = make.segments(flow["id"], 1)
    api.put(f"/sources/{flow['source_id']}/tags/a", json="b")

    for path in paths_with_a_get(flow, posted["object_id"]):
        got, head = api.get(path), api.head(path)
        assert head.status_code == got.status_code == 200, path
        assert head.content == b""
        ignored = {"date", "content-length"}
        same = [
            {name: value for name, value in each.headers.items() if name not in ignored}
            for each in (got, head)
        ]
        assert same[0] == same[1], path
    for path in (f"/flows/{flow['id']}/storage", f"/objects/{posted['object_id']}/instances"):
        assert api.head(path).status_code in {404, 405}


@pytest.mark.parametrize("bad", IMPOSSIBLE)
def test_GEN_4_ids_are_lower_case_uuids_of_versions_1_to_5(api: httpx.Client, bad: str) -> None:
    for path in (
        f"/sources/{bad}",
        f"/flows/{bad}",
        f"/service/profiles/{bad}",
        f"/service/webhooks/{bad}",
    ):
        assert api.get(path).status_code == 404
    assert api.get("/flows", params={"source_id": bad}).status_code == 400
    for version in "12345":
        good = f"4f1b4bd0-2c6f-{version}a0f-8f06-0a3c6bd0f7a1"
        assert api.get("/flows", params={"source_id": good}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/flows/not-a-uuid"),
        ("PUT", "/flows/not-a-uuid"),
        ("DELETE", "/flows/not-a-uuid"),
        ("GET", "/flows/not-a-uuid/segments"),
        ("POST", "/flows/not-a-uuid/segments"),
        ("POST", "/flows/not-a-uuid/storage"),
        ("PUT", "/flows/not-a-uuid/label"),
        ("GET", "/sources/not-a-uuid/tags"),
        ("PUT", "/service/webhooks/not-a-uuid"),
        ("POST", "/service/profiles/not-a-uuid"),
        ("GET", "/flow-delete-requests/not-a-request"),
    ],
)
def test_GEN_5_an_id_that_cannot_be_is_not_found(api: httpx.Client, method: str, path: str) -> None:
    assert api.request(method, path, json={}).status_code == 404


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [
        ("/flows", "timerange", "yesterday"),
        ("/flows", "format", "video"),
        ("/flows", "limit", "many"),
        ("/flows", "frame_width", "1.5"),
        ("/flows", "profile_id", "x"),
        ("/flows", "sort_by", "size"),
        ("/sources", "format", "urn:x"),
        ("/sources", "limit", ""),
        ("/sources", "collected_by_ids", "x"),
        ("/service/profiles", "format", "x"),
        ("/service/webhooks", "limit", "x"),
        ("/service/storage-backends", "reverse_order", "x"),
        ("/flow-delete-requests", "sort_by", "updated"),
        ("/flows/{id}", "timerange", "[0_1)"),
        ("/flows/{id}/segments", "timerange", "x"),
        ("/flows/{id}/segments", "limit", "-1"),
    ],
)
def test_GEN_6_query_values_that_make_no_sense_are_refused(
    api: httpx.Client, flow: Json, path: str, name: str, value: str
) -> None:
    response = api.get(path.format(id=flow["id"]), params={name: value})

    assert response.status_code == 400
    assert name in response.json()["summary"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/flows/{id}", b"{"),
        ("PUT", "/flows/{id}", b"[]"),
        ("PUT", "/flows/{id}", b""),
        ("PUT", "/flows/{id}/label", b"1"),
        ("PUT", "/flows/{id}/tags/a", b"{}"),
        ("POST", "/flows/{id}/segments", b'"x"'),
        ("POST", "/flows/{id}/storage", b'{"limit": "x"}'),
        ("POST", "/service", b'{"name": 1}'),
        ("POST", "/service/webhooks", b"{}"),
        ("PUT", "/flows/{id}/label", b"\xff"),
        ("PUT", "/flows/{id}/label", b"NaN"),
        ("PUT", "/flows/{id}", b'{"a":' * 5_000 + b"1" + b"}" * 5_000),
    ],
)
def test_GEN_8_bodies_that_do_not_fit_are_refused(
    api: httpx.Client, flow: Json, method: str, path: str, body: bytes
) -> None:
    headers = {"Content-Type": "application/json"}
    response = api.request(method, path.format(id=flow["id"]), content=body, headers=headers)

    assert response.status_code == 400
    assert response.json()["summary"]
    assert flow_of(api, flow) == flow


@pytest.mark.parametrize(
    ("object_id", "in_path"),
    [
        ("a/b", "a%2Fb"),
        ("a/b/instances", "a%2Fb%2Finstances"),
        ("%2F", "%252F"),
        ("ü ö?#&", "%C3%BC%20%C3%B6%3F%23%26"),
        ("..", "%2E%2E"),
        ("a+b", "a%2Bb"),
    ],
)
def test_GEN_9_object_ids_are_any_text(
    api: httpx.Client, make: Maker, object_id: str, in_path: str
) -> None:
    flow = make.flow()
    unique = str(uuid4())
    full = f"{unique}{object_id}"
    allocated = api.post(f"/flows/{flow['id']}/storage", json={"object_ids": [full]})
    assert allocated.status_code == 201
    added(api, flow, segment(full, 0, 1))
    path = f"/objects/{unique}{in_path}"

    assert api.get(path).json()["id"] == full
    cdn = {"url": "https://cdn.example.com/1", "label": "cdn"}
    assert api.post(f"{path}/instances", json=cdn).status_code == 201
    assert api.delete(f"{path}/instances", params={"label": "cdn"}).status_code == 204
    assert segments_of(api, flow, object_id=full)[0]["object_id"] == full


@pytest.mark.parametrize(
    ("name", "in_path"), [("a/b c", "a%2Fb%20c"), ("a.b", "a.b"), ("50%", "50%25"), ("ü", "%C3%BC")]
)
def test_GEN_10_tag_names_are_any_text(
    api: httpx.Client, flow: Json, name: str, in_path: str
) -> None:
    path = f"/flows/{flow['id']}/tags/{in_path}"

    assert api.put(path, json="x").status_code == 204
    assert api.get(path).json() == "x"
    assert flow_of(api, flow)["tags"][name] == "x"
    query = {"source_id": flow["source_id"], f"tag.{name}": "x"}
    assert [each["id"] for each in api.get("/flows", params=query).json()] == [flow["id"]]
    assert api.delete(path).status_code == 204


def test_GEN_13_dates_have_a_timezone(api: httpx.Client, make: Maker, flow: Json) -> None:
    make.segments(flow["id"], 1)
    source = api.get(f"/sources/{flow['source_id']}").json()
    read = flow_of(api, flow)
    error = api.get(f"/flows/{uuid4()}").json()

    for moment in (
        *(read[name] for name in ("created", "metadata_updated", "segments_updated")),
        *(source[name] for name in ("created", "updated")),
        error["time"],
    ):
        assert moment.endswith("Z")
        assert "T" in moment


def test_GEN_15_closed_answers_hold_nothing_of_our_own(api: httpx.Client, make: Maker) -> None:
    flow = make.flow(init_segments=True, container="video/iso.segment")
    init_id, object_id = make.objects(flow["id"], 2)
    added(api, flow, segment(object_id, 0, 1, init_object_id=init_id))
    url_keys = {"url", "presigned", "label"}

    read = api.get(f"/objects/{object_id}").json()

    assert read.keys() <= {
        "id",
        "referenced_by_flows",
        "first_referenced_by_flow",
        "timerange",
        "key_frame_count",
        "init_object",
        "get_urls",
    }
    assert read["init_object"].keys() == {"id", "get_urls"}
    assert all(each.keys() <= url_keys for each in read["get_urls"])


def test_GEN_18_what_is_on_a_timeline_stays_what_it_is(
    api: httpx.Client, make: Maker, flow: Json
) -> None:
    (first,) = make.segments(flow["id"], 1)
    (other,) = make.objects(flow["id"], 1)
    before = segments_of(api, flow, accept_get_urls="")

    assert post(api, flow, {**first, "object_id": other}).status_code == 400
    assert post(api, flow, [{**first, "object_id": other}]).status_code == 200

    assert segments_of(api, flow, accept_get_urls="") == before


def test_GEN_19_links_work_behind_a_proxy_that_ends_tls(api: httpx.Client, make: Maker) -> None:
    source_id = str(uuid4())
    for _ in range(2):
        make.flow(source_id=source_id)
    headers = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "tams.example.com"}

    page = api.get("/flows", params={"source_id": source_id, "limit": 1}, headers=headers)

    assert page.links["next"]["url"].startswith("/flows?")


def test_GEN_20_a_get_may_say_that_it_sends_json(api: httpx.Client, flow: Json) -> None:
    headers: Any = {"Content-Type": "application/json"}

    for path in ("/service", "/flows?limit=1", f"/flows/{flow['id']}/segments"):
        assert api.get(path, headers=headers).status_code == 200
