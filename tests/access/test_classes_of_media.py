"""auth_classes of Objects and storage backends, rule by rule."""

from uuid import uuid4

import httpx

from local.stack import Stack
from tests.access.conftest import Api, Backends
from tests.access.steps import add, external, make, registered
from tests.contract.steps import segment
from tests.waiting import until


def test_AUT_17_a_segment_reuses_only_objects_that_may_be_read(news: Api, sport: Api) -> None:
    flow, other = make(news), make(sport)
    object_id = registered(news, flow)

    refused = add(sport, other, 0, object_id)

    assert refused.status_code == 400
    assert add(sport, other, 0, object_id, **external("x")).status_code == 400
    assert flow["id"] not in refused.text
    listed = sport.post(
        f"/flows/{other['id']}/segments",
        json=[segment(object_id, 0, 1), segment(str(uuid4()), 5, 6, **external("y"))],
    )
    (failed,) = listed.json()["failed_segments"]
    assert failed["object_id"] == object_id


def test_AUT_24_who_may_only_read_an_object_adds_no_url_to_it(
    news: Api, both: Api, admin: Api
) -> None:
    """Or they could send its other readers anywhere."""
    shared = make(both, "news", "sport")
    object_id = registered(both, shared)
    tag = f"/flows/{shared['id']}/tags/auth_classes"
    assert admin.put(tag, json=["sport", "news-readers"]).status_code == 204
    path = f"/objects/{object_id}/instances"
    url = {"label": "evil", "url": "https://evil.example.com/x"}

    assert news.post(path, json=url).status_code == 404
    assert admin.put(tag, json=["news", "sport"]).status_code == 204
    assert news.post(path, json=url | {"label": "good"}).status_code == 201


def test_AUT_24_nor_by_using_it_again_in_a_flow_of_their_own(
    classed: Stack, news: Api, mixed: Api
) -> None:
    flow = make(news)
    object_id = registered(news, flow)
    mine = make(mixed, "archive")

    assert mixed.get(f"/objects/{object_id}").status_code == 200
    assert add(mixed, mine, 0, object_id, **external("evil")).status_code == 400
    evil = {"label": "evil", "url": "https://evil.example.com/x"}
    assert mixed.post(f"/objects/{object_id}/instances", json=evil).status_code == 403
    assert add(mixed, mine, 0, object_id).status_code == 201
    assert mixed.post(f"/objects/{object_id}/instances", json=evil).status_code == 403
    assert news.post(f"/objects/{object_id}/instances", json=evil).status_code == 201


def test_AUT_19_an_object_shows_only_flows_that_may_be_read(
    news: Api, sport: Api, both: Api
) -> None:
    flow, other = make(news), make(both, "sport")
    object_id = registered(news, flow)
    path = f"/objects/{object_id}"
    assert sport.get(path).status_code == 404

    assert add(both, other, 0, object_id).status_code == 201

    seen = sport.get(path).json()
    assert seen["referenced_by_flows"] == [other["id"]]
    assert "first_referenced_by_flow" not in seen
    assert both.get(path).json()["referenced_by_flows"] == sorted([flow["id"], other["id"]])
    assert news.get(path).json()["first_referenced_by_flow"] == flow["id"]
    filtered = sport.get(path, params={"flow_tag.none": "x"})
    assert (filtered.status_code, filtered.json()["referenced_by_flows"]) == (200, [])


def test_BKE_9_backends_are_listed_for_those_with_any_permission(
    news: Api, sport: Api, admin: Api, backends: Backends
) -> None:
    def listed(api: Api) -> set[str]:
        found = api.get("/service/storage-backends")
        assert found.headers["x-paging-count"] == str(len(found.json()))
        return {each["id"] for each in found.json()}

    assert listed(admin) == {backends.open, backends.news, backends.vault}
    assert listed(news) == {backends.open, backends.news}
    assert listed(sport) == {backends.open}


def test_STO_22_storage_is_allocated_on_backends_that_may_be_written(
    news: Api, sport: Api, both: Api, admin: Api, backends: Backends
) -> None:
    def asked(api: Api, storage_id: str) -> httpx.Response:
        return api.post(f"/flows/{flow['id']}/storage", json={"storage_id": storage_id})

    flow = make(both, "news", "sport")
    assert asked(news, backends.news).status_code == 201
    assert asked(sport, backends.open).status_code == 201
    assert asked(admin, backends.vault).status_code == 201
    unseen, unknown = asked(sport, backends.news), asked(sport, str(uuid4()))
    assert unseen.status_code == unknown.status_code == 400
    assert unseen.json()["summary"].partition("'")[0] == unknown.json()["summary"].partition("'")[0]


def test_AUT_18_storage_and_instances_take_write_on_flow_and_backend(
    news: Api, sport: Api, both: Api, mixed: Api, backends: Backends
) -> None:
    flow = make(both, "news", "sport")
    object_id = registered(both, flow)
    path = f"/objects/{object_id}/instances"

    assert mixed.post(f"/flows/{make(news)['id']}/storage").status_code == 403
    assert sport.post(f"/flows/{make(news)['id']}/storage").status_code == 404
    assert sport.post(path, json={"storage_id": backends.news}).status_code == 400
    assert news.post(path, json={"storage_id": backends.vault}).status_code == 400
    assert news.post(path, json={"storage_id": backends.news}).status_code == 201
    until(lambda: len(news.get(f"/objects/{object_id}").json()["get_urls"]) == 2)
    assert sport.delete(path, params={"label": "news"}).status_code == 404
    of_mixed = make(mixed, "archive")
    allocated = mixed.post(f"/flows/{of_mixed['id']}/storage", json={"storage_id": backends.news})
    assert allocated.status_code == 403, "mixed may read there, and no more"
    assert news.delete(path, params={"label": "news"}).status_code == 204


def test_URL_22_urls_on_backends_that_may_not_be_read_are_left_out(
    news: Api, sport: Api, both: Api, backends: Backends
) -> None:
    flow = make(both, "news", "sport")
    object_id = registered(both, flow, backends.news)

    for path in (f"/objects/{object_id}", f"/flows/{flow['id']}/segments"):
        seen, hidden = news.get(path).json(), sport.get(path)
        assert hidden.status_code == 200
        shown, left = (
            (each[0] if isinstance(each, list) else each) for each in (seen, hidden.json())
        )
        assert [each["label"] for each in shown["get_urls"]] == ["news"]
        assert left["get_urls"] == []
