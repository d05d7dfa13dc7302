"""GEN: what holds for every request."""

from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.contract.conftest import AT_ONCE_SEGMENTS
from tests.contract.steps import Json, added, flow_of, post, put, segment, segments_of
from tests.maker import Maker


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
        api.get("/flows", params={"limit": 1}),
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
    make.flow()
    api.put(f"/sources/{flow['source_id']}/tags/a", json="b")
    assert "Link" in api.head("/flows?limit=1").headers

    for path in paths_with_a_get(flow, posted["object_id"]):
        plain = {"Accept-Encoding": "identity"}  # what has no body is in no coding
        got, head = api.get(path, headers=plain), api.head(path, headers=plain)
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


def test_GEN_13_dates_are_whole_seconds_of_utc(api: httpx.Client, make: Maker, flow: Json) -> None:
    make.segments(flow["id"], 1)
    source = api.get(f"/sources/{flow['source_id']}").json()
    read = flow_of(api, flow)
    make.segments(flow["id"], AT_ONCE_SEGMENTS + 1, start=2)
    deletion = api.delete(f"/flows/{flow['id']}").json()
    error = api.get(f"/flows/{uuid4()}").json()
    (told, *_) = api.get("/events", params={"wait": 15, "source_ids": flow["source_id"]}).json()

    for moment in (
        *(read[name] for name in ("created", "metadata_updated", "segments_updated")),
        *(source[name] for name in ("created", "updated")),
        *(deletion[name] for name in ("created", "updated")),
        *(told["event"]["source"][name] for name in ("created", "updated")),
        told["event_timestamp"],
        error["time"],
    ):
        assert datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S%z"), moment


def test_GEN_14_what_a_body_says_beyond_the_schema_is_dropped_but_not_in_essence_parameters(
    api: httpx.Client, make: Maker
) -> None:
    flow = make.flow(colour="red")
    (object_id,) = make.objects(flow["id"], 1)
    hook = {"url": "http://127.0.0.1:1024", "events": [], "colour": "red"}

    assert "colour" not in flow
    added(api, flow, segment(object_id, 0, 1, colour="red"))
    webhook = api.post("/service/webhooks", json=hook)
    assert webhook.status_code == 201
    assert api.delete(f"/service/webhooks/{webhook.json()['id']}").status_code == 204
    technical = {name: flow[name] for name in ("format", "codec", "essence_parameters")}
    profile = {"id": str(uuid4()), "flow_metadata": technical, "colour": "red"}
    assert api.post(f"/service/profiles/{profile['id']}", json=profile).status_code == 201
    wrong = {**flow["essence_parameters"], "colour": "red"}
    assert put(api, flow, essence_parameters=wrong).status_code == 400


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
    verbose = api.get(f"/objects/{object_id}", params={"verbose_storage": "true"}).json()
    for each in (read["get_urls"], read["init_object"]["get_urls"]):
        assert each
        assert all(url.keys() <= url_keys for url in each)
    described = {"storage_id", "controlled", "store_type", "provider", "region"}
    described |= {"availability_zone", "store_product", "tags", "url", "presigned", "label"}
    for each in (
        verbose["get_urls"],
        segments_of(api, flow, verbose_storage="true")[0]["get_urls"],
    ):
        assert each
        assert all(url.keys() <= described for url in each)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/objects/x", {"GET", "HEAD", "DELETE"}),
        ("POST", "/sources/{source_id}", {"GET", "HEAD", "PUT", "DELETE"}),
        ("DELETE", "/sources/{source_id}/tags", {"GET", "HEAD", "PUT"}),
        ("DELETE", "/flows/{id}/read_only", {"GET", "HEAD", "PUT"}),
        ("POST", "/flows/{id}/label", {"GET", "HEAD", "PUT", "DELETE"}),
        ("PUT", "/service/profiles/{id}", {"GET", "HEAD", "POST", "DELETE"}),
        ("GET", "/flows/{id}/storage", {"POST"}),
        ("PATCH", "/flows/{id}", {"GET", "HEAD", "PUT", "DELETE"}),
    ],
)
def test_GEN_16_a_method_that_a_path_does_not_have_is_405_with_those_it_has(
    api: httpx.Client, flow: Json, method: str, path: str, allowed: set[str]
) -> None:
    response = api.request(method, path.format(**flow), json={})

    assert response.status_code == 405
    assert set(response.headers["Allow"].split(", ")) == allowed


def test_GEN_17_a_page_of_another_origin_may_ask_and_read_the_headers(
    api: httpx.Client, flow: Json
) -> None:
    origin = {"Origin": "http://localhost:3000"}
    asked = {
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,content-type",
    }

    before = api.options(f"/flows/{flow['id']}/label", headers={**origin, **asked})
    listed = api.get("/flows", params={"limit": 1}, headers=origin)

    assert before.status_code in {200, 204}
    assert "PUT" in before.headers["Access-Control-Allow-Methods"]
    assert "authorization" in before.headers["Access-Control-Allow-Headers"].lower()
    for each in (before, listed):
        assert each.headers["Access-Control-Allow-Origin"] in {"*", origin["Origin"]}
    exposed = listed.headers["Access-Control-Expose-Headers"].lower().replace(" ", "").split(",")
    assert {"link", "location", "x-paging-nextkey", "x-paging-limit"} <= set(exposed)


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

    assert page.links["next"]["url"].startswith(str(api.base_url.join("/flows?")))


def test_GEN_20_a_get_may_say_that_it_sends_json(api: httpx.Client, flow: Json) -> None:
    headers: Any = {"Content-Type": "application/json"}

    for path in ("/service", "/flows?limit=1", f"/flows/{flow['id']}/segments"):
        assert api.get(path, headers=headers).status_code == 200


def test_a_slash_at_the_end_of_a_path_separates_nothing(api: httpx.Client, flow: Json) -> None:
    item, source = f"/flows/{flow['id']}", f"/sources/{flow['source_id']}"
    for path in (
        *("/flows", "/sources", "/service", "/service/webhooks", "/service/storage-backends"),
        *(item, f"{item}/segments", f"{item}/label", source, f"{source}/tags", "/openapi.json"),
    ):
        query = {"source_id": flow["source_id"]} if path == "/flows" else {}
        plain = api.get(path, params=query)
        for method, content in (("GET", plain.content), ("HEAD", b"")):
            answer = api.request(method, f"{path}/", params=query, follow_redirects=True)
            assert (answer.status_code, answer.content) == (200, content), path


def test_a_slash_at_the_end_of_a_path_changes_no_write(api: httpx.Client, flow: Json) -> None:
    path = f"/flows/{flow['id']}"

    label = api.put(f"{path}/label/", json="slashed", follow_redirects=True)
    segments = api.post(f"{path}/segments/", json={}, follow_redirects=True)
    gone = api.delete(f"{path}/", follow_redirects=True)

    assert (label.status_code, segments.status_code, gone.status_code) == (204, 400, 204)
    assert api.get(f"{path}/", follow_redirects=True).status_code == 404
    assert api.get("/nowhere/", follow_redirects=True).status_code == 404
    assert api.get("/flows/", params={"a": "b c"}).headers["Location"] == "../flows?a=b+c"
