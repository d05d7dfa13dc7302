"""auth_classes, rule by rule: what each caller may do with the resources of each class."""

from typing import Any
from uuid import uuid4

import httpx

from local.stack import Stack
from tests.access.conftest import Api, Backends
from tests.access.steps import add, external, make, registered, subscribe
from tests.builders import a_video_flow_body
from tests.contract.steps import segment
from tests.receiver import Receiver, receiver
from tests.waiting import until

Json = dict[str, Any]


def test_ERR_6_without_any_permission_it_is_404_with_too_little_403(
    news: Api, sport: Api, mixed: Api, both: Api
) -> None:
    flow = make(news)
    path = f"/flows/{flow['id']}"

    assert sport.get(path).status_code == sport.put(f"{path}/label", json="x").status_code == 404
    assert sport.delete(path).status_code == sport.get(f"{path}/tags").status_code == 404
    assert mixed.get(path).status_code == 200
    assert mixed.put(f"{path}/label", json="x").status_code == 403
    assert mixed.delete(path).status_code == 403
    of_sport = f"/flows/{make(sport)['id']}"
    assert mixed.put(f"{of_sport}/label", json="x").status_code == 204
    assert mixed.get(of_sport).status_code == 403


def test_AUT_20_so_are_segments_storage_objects_and_webhooks(
    news: Api, sport: Api, mixed: Api, inbox: Receiver
) -> None:
    flow = make(news)
    object_id = registered(news, flow)
    hook = subscribe(news, inbox).json()["id"]
    requests: list[tuple[str, str, object]] = [
        ("POST", f"/flows/{flow['id']}/segments", segment("x", 5, 6, **external("x"))),
        ("DELETE", f"/flows/{flow['id']}/segments", None),
        ("POST", f"/flows/{flow['id']}/storage", {}),
        ("POST", f"/objects/{object_id}/instances", {"label": "l", "url": "https://e.com/x"}),
        ("DELETE", f"/objects/{object_id}/instances?label=l", None),
        ("DELETE", f"/service/webhooks/{hook}", None),
        ("PUT", f"/flows/{flow['id']}", {name: flow[name] for name in a_video_flow_body()}),
        ("PUT", f"/sources/{flow['source_id']}/label", "x"),
    ]
    for method, path, body in requests:
        assert sport.request(method, path, json=body).status_code == 404, path
        assert mixed.request(method, path, json=body).status_code == 403, path
    assert news.delete(f"/service/webhooks/{hook}").status_code == 204


def test_AUT_14_an_item_takes_the_permission_of_its_method(
    mixed: Api, both: Api, admin: Api
) -> None:
    """Properties are written, even to be deleted; Flows and Segments are deleted."""
    sport, archive = make(both, "sport"), make(mixed, "archive")
    of_sport, of_archive = f"/flows/{sport['id']}", f"/flows/{archive['id']}"

    assert mixed.put(f"{of_sport}/label", json="x").status_code == 204
    assert mixed.delete(f"{of_sport}/label").status_code == 204
    assert mixed.delete(f"{of_sport}/segments").status_code == 403
    assert mixed.delete(of_sport).status_code == 403
    assert mixed.delete(f"{of_archive}/segments").status_code == 204
    assert mixed.delete(of_archive).status_code == 204
    assert admin.delete(of_sport).status_code == 204


def test_AUT_16_a_new_flow_needs_its_source_written_or_a_class_of_ones_own(
    news: Api, sport: Api, both: Api
) -> None:
    flow = make(news)

    def put(api: Api, source_id: str, **tags: Any) -> int:
        body = a_video_flow_body(id=str(uuid4()), source_id=source_id, tags=tags)
        return api.put(f"/flows/{body['id']}", json=body).status_code

    assert put(news, flow["source_id"]) == 201
    assert put(sport, flow["source_id"]) == 404
    assert put(both, flow["source_id"]) == 201
    assert put(both, str(uuid4())) == 400, "which of its two classes?"
    assert put(both, str(uuid4()), auth_classes="sport") == 201
    assert put(news, str(uuid4()), auth_classes=["sport"]) == 403
    assert put(news, str(uuid4()), auth_classes=[]) == 403
    changed = {"source_id": make(sport)["source_id"]}
    assert news.put(f"/flows/{flow['id']}", json=flow | changed).status_code == 404


def test_AUT_21_a_new_source_is_of_the_classes_of_its_first_flow(news: Api, both: Api) -> None:
    flow = make(both, "news", "sport")

    source = both.get(f"/sources/{flow['source_id']}").json()

    assert source["tags"] == {"auth_classes": ["news", "sport"]}
    assert make(news)["tags"] == {"auth_classes": ["news"]}


def test_AUT_22_classes_are_given_and_taken_by_those_who_may_write_there(
    news: Api, both: Api, sport: Api, admin: Api
) -> None:
    flow = make(news)
    tag = f"/flows/{flow['id']}/tags/auth_classes"

    assert news.put(tag, json=["news", "sport"]).status_code == 403
    assert news.put(tag, json=[]).status_code == news.delete(tag).status_code == 403
    assert both.put(tag, json=["news", "sport"]).status_code == 204
    assert sport.put(tag, json=["sport"]).status_code == 403, "news is not sport's to take"
    body = {name: flow[name] for name in a_video_flow_body()}
    assert news.put(f"/flows/{flow['id']}", json=body).status_code == 204
    assert news.get(tag).json() == ["news", "sport"], "a PUT without tags keeps them"
    assert both.put(tag, json=["sport"]).status_code == 204
    assert news.get(f"/flows/{flow['id']}").status_code == 404
    assert admin.delete(tag).status_code == 204
    assert both.get(f"/flows/{flow['id']}").status_code == 404, "what has no class is for admins"


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


def test_whoever_writes_without_reading_can_add_what_is_new(mixed: Api, sport: Api) -> None:
    flow = make(sport)

    object_id = registered(mixed, flow)
    assert add(mixed, flow, 5, str(uuid4()), **external("x")).status_code == 201

    listed = sport.get(f"/flows/{flow['id']}/segments").json()
    assert listed[0]["object_id"] == object_id
    assert mixed.get(f"/flows/{flow['id']}/segments").status_code == 403
    overlapping = segment(str(uuid4()), 0.5, 2, **external("x"))
    refused = mixed.post(f"/flows/{flow['id']}/segments", json=overlapping)
    assert refused.status_code == 400
    assert refused.json()["summary"].endswith("overlaps an existing segment of this Flow")
    assert add(mixed, flow, 5, listed[1]["object_id"], **external("x")).status_code == 201
    assert len(sport.get(f"/flows/{flow['id']}/segments").json()) == 2


def test_an_admin_who_changes_a_webhook_gives_it_no_more_to_read(
    news: Api, sport: Api, admin: Api, inbox: Receiver
) -> None:
    made = subscribe(news, inbox).json()
    path = f"/service/webhooks/{made['id']}"
    assert admin.put(path, json={**made, "status": "created"}).status_code == 201

    of_sport, of_news = make(sport), make(news)

    inbox.wait_for(lambda it: it.of_flow(of_news["id"]))
    assert not inbox.of_flow(of_sport["id"])
    assert news.delete(path).status_code == 204


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


def test_DEL_13_a_deletion_request_is_for_those_who_may_delete_its_flow(
    news: Api, sport: Api, mixed: Api, admin: Api
) -> None:
    """And the list of them for admins alone."""
    flow = make(news)
    for second in range(5):
        assert add(news, flow, second, str(uuid4()), **external("x")).status_code == 201

    accepted = news.delete(f"/flows/{flow['id']}")

    assert accepted.status_code == 202
    path = accepted.headers["location"]
    assert news.get(path).json()["created_by"] == "news"
    assert sport.get(path).status_code == 404
    assert mixed.get(path).status_code == 403
    assert news.get("/flow-delete-requests").status_code == 403
    listed = admin.get("/flow-delete-requests").json()
    assert path.rpartition("/")[2] in {each["id"] for each in listed}


def test_DEL_9_a_deletion_request_tells_who_made_it(news: Api, admin: Api) -> None:
    flow = make(news)
    for second in range(5):
        assert add(news, flow, second, str(uuid4()), **external("x")).status_code == 201

    accepted = admin.delete(f"/flows/{flow['id']}/segments")

    assert accepted.json()["created_by"] == "admin"


def test_AUT_15_a_webhook_names_only_what_may_be_read(
    news: Api, sport: Api, mixed: Api, inbox: Receiver
) -> None:
    flow = make(news)

    made = subscribe(news, inbox, flow_ids=[flow["id"]])
    assert made.status_code == 201
    for fields in (
        {"flow_ids": [flow["id"]]},
        {"source_ids": [flow["source_id"]]},
        {"flow_collected_by_ids": [flow["id"]]},
        {"flow_ids": [str(uuid4())]},
    ):
        assert subscribe(sport, inbox, **fields).status_code == 403
    path = f"/service/webhooks/{made.json()['id']}"
    assert sport.get(path).status_code == 404
    put = {**made.json(), "status": "created"}
    assert mixed.put(path, json=put).status_code == 403
    assert news.put(path, json=put | {"flow_ids": [make(sport)["id"]]}).status_code == 403
    assert news.delete(path).status_code == 204


def test_WHK_38_an_event_goes_to_webhooks_whose_owner_may_read_what_it_is_of(
    news: Api, sport: Api, both: Api, inbox: Receiver
) -> None:
    with receiver() as other:
        hooks = [subscribe(news, inbox).json()["id"], subscribe(sport, other).json()["id"]]
        flow, of_sport = make(news), make(sport)
        shared = make(both, "news", "sport")
        inbox.wait_for(lambda it: it.of_flow(flow["id"]) and it.of_flow(shared["id"]))
        other.wait_for(lambda it: it.of_flow(of_sport["id"]) and it.of_flow(shared["id"]))

        moved = f"/flows/{shared['id']}/tags/auth_classes"
        assert both.put(moved, json=["sport"]).status_code == 204
        assert both.put(f"/flows/{shared['id']}/label", json="not for news").status_code == 204
        other.wait_for(lambda it: len(it.of_flow(shared["id"])) == 3)

        for api, webhook_id in zip((news, sport), hooks, strict=True):
            assert api.delete(f"/service/webhooks/{webhook_id}").status_code == 204
    assert not other.of_flow(flow["id"])
    assert not inbox.of_flow(of_sport["id"])
    assert "not for news" not in str([each.document for each in inbox.received])


def test_an_event_shows_no_url_member_or_collector_that_its_reader_may_not_see(
    news: Api, both: Api, backends: Backends, inbox: Receiver
) -> None:
    member, hidden = make(both, "news"), make(both, "sport")
    subscribed = subscribe(news, inbox).json()["id"]
    parent = make(both, "news", "sport")
    items = [{"id": member["id"]}, {"id": hidden["id"]}]

    assert both.put(f"/flows/{parent['id']}/flow_collection", json=items).status_code == 204

    inbox.wait_for(lambda it: len(it.of_flow(parent["id"])) == 2)
    told = inbox.of_flow(parent["id"])[-1].event["flow"]
    assert [each["id"] for each in told["flow_collection"]] == [member["id"]]
    assert news.delete(f"/service/webhooks/{subscribed}").status_code == 204


def test_members_out_of_sight_stay_where_they_are(news: Api, both: Api) -> None:
    """Who writes a collection back as they see it removes nothing that they do not see."""
    member, hidden = make(both, "news"), make(both, "sport")
    parent = make(both, "news", "sport")
    path = f"/flows/{parent['id']}/flow_collection"
    assert both.put(path, json=[{"id": hidden["id"]}, {"id": member["id"]}]).status_code == 204

    seen = news.get(path).json()
    assert [each["id"] for each in seen] == [member["id"]]
    assert news.put(path, json=seen).status_code == 204
    assert news.put(path, json=[{"id": hidden["id"]}]).status_code == 400

    assert {each["id"] for each in both.get(path).json()} == {member["id"], hidden["id"]}


def test_the_log_of_events_is_of_what_may_be_read(news: Api, sport: Api, both: Api) -> None:
    flow, shared = make(news), make(both, "news", "sport")
    query = {"flow_ids": f"{flow['id']},{shared['id']}", "limit": "10"}

    def told(api: Api) -> set[str]:
        return {each["event"]["flow"]["id"] for each in api.get("/events", params=query).json()}

    until(lambda: told(news) == {flow["id"], shared["id"]})
    assert told(sport) == {shared["id"]}
    tag = f"/flows/{shared['id']}/tags/auth_classes"
    assert both.put(tag, json=["news"]).status_code == 204
    assert told(sport) == set()
