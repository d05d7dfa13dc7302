"""GEN: query parameters."""

import httpx
import pytest

from tests.contract.steps import Json
from tests.maker import Maker


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
        ("/collections", "member_id", "x"),
        ("/collections", "source_id", "x"),
        ("/collections", "format", "x"),
        ("/collections", "sort_by", "size"),
        ("/collections", "limit", "0"),
        ("/source-collections", "member_id", "x"),
        ("/source-collections", "format", "x"),
        ("/source-collections", "sort_by", "metadata_updated"),
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
    "path", ["/service/storage-backends", "/service/webhooks", "/flow-delete-requests"]
)
def test_GEN_7_listings_for_which_no_400_is_declared_refuse_too(
    api: httpx.Client, path: str
) -> None:
    for name, value in (("limit", "x"), ("limit", "0"), ("reverse_order", "yes"), ("page", "x")):
        for method in ("GET", "HEAD"):
            response = api.request(method, path, params={name: value})
            assert response.status_code == 400, (method, name)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/service/storage-backends", "reverse_order"),
        ("/service/storage-backends", "tag_exists.a"),
        ("/service/webhooks", "reverse_order"),
        ("/sources", "reverse_order"),
        ("/sources", "tag_exists.a"),
        ("/flows", "reverse_order"),
        ("/flows", "init_segments"),
        ("/flows", "include_timerange"),
        ("/flows", "tag_exists.a"),
        ("/flows/{id}", "include_timerange"),
        ("/flows/{id}/segments", "reverse_order"),
        ("/flows/{id}/segments", "presigned"),
        ("/flows/{id}/segments", "verbose_storage"),
        ("/flows/{id}/segments", "include_object_timerange"),
        ("/flows/{id}/segments", "storage_backend_tag_exists.a"),
        ("/flows/{id}/segments", "tag_exists.a"),
        ("/flow-delete-requests", "reverse_order"),
        ("/collections", "reverse_order"),
        ("/collections", "tag_exists.a"),
        ("/source-collections", "reverse_order"),
        ("/source-collections", "tag_exists.a"),
    ],
)
def test_GEN_11_a_boolean_is_true_or_false_and_nothing_else(
    api: httpx.Client, flow: Json, path: str, name: str
) -> None:
    def status(value: str) -> int:
        return api.get(path.format(id=flow["id"]), params={name: value}).status_code

    assert [status(good) for good in ("true", "false")] == [200, 200]
    for bad in ("True", "TRUE", "1", "0", "yes", ""):
        assert status(bad) == 400, bad


def test_GEN_12_what_any_request_may_have_in_its_query_changes_nothing(
    api: httpx.Client, flow: Json
) -> None:
    query = {"source_id": flow["source_id"]}

    plain = api.get("/flows", params=query)
    with_more = api.get("/flows", params={**query, "access_token": "x", "_": "1795176000"})

    assert plain.status_code == with_more.status_code == 200
    assert plain.json() == with_more.json() == [flow]


@pytest.mark.parametrize(
    ("method", "path", "given", "told"),
    [
        ("GET", "/flows", "sorce_id", "did you mean 'source_id'?"),
        ("GET", "/flows", "Format", "did you mean 'format'?"),
        ("GET", "/flows", "tags.genre", "did you mean 'tag.genre'?"),
        ("GET", "/flows", "tag_exist.genre", "did you mean 'tag_exists.genre'?"),
        ("GET", "/flows", "colour", "this request takes codec, collected_by_ids, format,"),
        ("GET", "/flows/{id}", "include_timeranges", "did you mean 'include_timerange'?"),
        ("GET", "/flows/{id}/segments", "time_range", "did you mean 'timerange'?"),
        ("GET", "/flows/{id}/segments", "tags.genre", "did you mean 'tag.genre'?"),
        ("DELETE", "/flows/{id}/segments", "tag.genre", "this request takes cascade, deleted_by,"),
        ("DELETE", "/flows/{id}/segments", "time_range", "did you mean 'timerange'?"),
        ("GET", "/sources", "collected_by", "did you mean 'collected_by_ids'?"),
        (
            "DELETE",
            "/flows/{id}",
            "timerange",
            "this request takes cascade, deleted_by, soft_delete",
        ),
        ("PUT", "/flows/{id}/label", "label", "this request takes no query parameters"),
        ("GET", "/collections", "member", "did you mean 'member_id'?"),
        ("GET", "/collections", "tags.a", "did you mean 'tag.a'?"),
        ("GET", "/source-collections", "source_id", "this request takes format, label, limit,"),
        ("GET", "/events", "event_type", "did you mean 'event_types'?"),
        ("GET", "/flows", "x" * 5_000, "this request takes codec"),
    ],
)
def test_GEN_12_a_query_parameter_that_a_route_does_not_know_is_refused(
    api: httpx.Client, make: Maker, flow: Json, method: str, path: str, given: str, told: str
) -> None:
    make.segments(flow["id"], 1)

    answer = api.request(method, path.format(id=flow["id"]), params={given: "_"}, json=None)

    assert answer.status_code == 400
    assert f"unknown query parameter '{given[:80]}" in answer.json()["summary"]
    assert told in answer.json()["summary"]
    assert len(answer.json()["summary"]) < 500
    assert len(api.get(f"/flows/{flow['id']}/segments").json()) == 1


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/flows/{id}/segments", "timerange=()&timerange=_"),
        ("/flows/{id}", "soft_delete=true&soft_delete=false"),
        ("/flows/{id}", "cascade=false&cascade=true"),
    ],
)
def test_GEN_6_a_deletion_with_two_values_for_one_parameter_deletes_nothing(
    api: httpx.Client, make: Maker, flow: Json, path: str, query: str
) -> None:
    make.segments(flow["id"], 1)

    answer = api.delete(f"{path.format(id=flow['id'])}?{query}")

    assert answer.status_code == 400
    assert "give one value" in answer.json()["summary"]
    assert len(api.get(f"/flows/{flow['id']}/segments").json()) == 1


def test_GEN_12_what_is_read_without_filters_takes_anything(api: httpx.Client) -> None:
    for path in ("/docs", "/openapi.json", "/health", "/", "/service"):
        assert api.get(path, params={"v": "2"}).status_code == 200


@pytest.mark.parametrize("since", ["2001-02-03T04:05:06+01:00", "2001-02-03T04:05:06.7+0100"])
def test_a_bare_plus_in_a_time_is_understood(api: httpx.Client, flow: Json, since: str) -> None:
    assert api.get(f"/events?limit=1&since={since}").status_code == 200
    for bad in ("2001-02-03 04:05", "yesterday", "x" * 5_000):
        answer = api.get("/events", params={"since": bad})
        assert answer.status_code == 400
        assert "such as" in answer.json()["summary"]
        assert len(answer.json()["summary"]) < 300


def test_a_number_that_is_none_is_quoted(api: httpx.Client) -> None:
    response = api.get("/flows", params={"limit": "none"})

    assert response.status_code == 400
    assert (
        response.json()["summary"] == "Invalid query options: limit: 'none' is not a whole number"
    )
