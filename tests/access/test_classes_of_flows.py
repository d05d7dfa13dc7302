"""auth_classes of Flows and Sources, rule by rule: what each caller may do with those of each class."""

from typing import Any
from uuid import uuid4

from tests.access.conftest import Api
from tests.access.steps import add, external, make, registered, subscribe
from tests.builders import a_video_flow_body
from tests.contract.steps import segment
from tests.receiver import Receiver


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
