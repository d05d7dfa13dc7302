"""auth_classes of webhooks and events, rule by rule: what each caller may receive."""

from uuid import uuid4

from tests.access.conftest import Api, Backends
from tests.access.steps import make, subscribe
from tests.receiver import Receiver, receiver
from tests.waiting import until


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
