"""What runs in the background, and the event log, which shows what it passed on."""

from typing import Any
from uuid import uuid4

from tests.builders import a_video_flow_body
from tests.in_process import ARCHIVE_ID
from tests.integration.coverage.prepared import MANY, Act, gets, operation
from tests.integration.coverage.world import World


@operation
def relay_and_deliver_events(world: World) -> Act:
    flow = world.make.flow()
    world.relay()
    webhook = world.webhook(flow_ids=[flow["id"]], flow_collected_by_ids=[str(uuid4())])
    whole = world.webhook(flow_ids=[flow["id"]])
    world.platform.noted.deliveries.sent.clear()
    world.ask("PUT", f"/flows/{flow['id']}/label", json="x", status=204)

    def act() -> None:
        world.relay()
        world.deliver()
        for each in (webhook, whole):
            world.ask("GET", f"/service/webhooks/{each}")
            world.ask("DELETE", f"/service/webhooks/{each}", status=204)

    return act


@operation
def read_the_event_log(world: World) -> Act:
    world.relay()
    world.platform.time.pass_(seconds=1)
    since = world.now.isoformat()
    key = _next_page(world, since)
    flow, _ = world.flow_with_segments(2)
    world.relay()

    def act() -> None:
        world.ask("GET", "/events", params={"page": key, "limit": 10})
        world.ask("GET", "/events", params={"page": key, "flow_ids": flow})
        world.ask("GET", "/events", params={"page": key, "since": since})

    return act


@operation
def read_the_event_log_from_a_time_on(world: World) -> Act:
    world.relay()
    world.platform.time.pass_(seconds=1)
    since = world.now.isoformat()
    world.flow_with_segments(2)
    world.relay()
    return lambda: world.ask("GET", "/events", params={"since": since, "limit": 10})


def _next_page(world: World, since: str) -> str:
    """The key of the end of the log."""
    params: dict[str, Any] = {"since": since, "limit": 100}
    while True:
        answer = world.api.get("/events", params=params)
        page = str(answer.headers["X-Paging-NextKey"])
        if not answer.json():
            return page
        params["page"] = page


@operation
def sweep_when_nothing_is_due(world: World) -> Act:
    world.sweep()
    return world.sweep


@operation
def sweep_what_is_due(world: World) -> Act:
    """Of each kind a little, as far as the sweeper has to find it."""
    world.sweep()
    with world.earlier(days=9):
        flow_id, objects = world.flow_with_segments(MANY)
        world.make.objects(flow_id, 2)
        world.store_bytes(objects[0])
        world.ask(
            "POST", f"/objects/{objects[0]}/instances", json={"storage_id": ARCHIVE_ID}, status=201
        )
        gone, _ = world.flow_with_segments(2)
        world.ask("DELETE", f"/flows/{gone}", status=204)
        world.ask("DELETE", f"/flows/{flow_id}/segments", status=202)
        key = {"Idempotency-Key": str(uuid4())}
        batch = [a_video_flow_body(id=str(uuid4()), source_id=str(uuid4()))]
        world.ask("POST", "/flows/batch", json=batch, headers=key, status=201)
    with world.earlier(minutes=5):
        body = {"segments": [{"timerange": "[900:0_901:0)"}]}
        entry = world.ask("POST", f"/flows/{flow_id}/storage", json=body, status=201)
        (made,) = entry["media_objects"]
        world.store_bytes(made["object_id"], headers=made["put_url"].get("headers"))
    for queue in ("object_cleanup", "copies", "deletions"):
        getattr(world.platform.noted, queue).sent.clear()
    source = world.make.flow(tags={"retention": "P1D"})
    world.ask("PUT", f"/sources/{source['source_id']}/tags/retention", json="P2D", status=204)

    def act() -> None:
        world.sweep()
        world.delete()
        world.copy()
        world.clean()

    return act


@operation
def report_health(world: World) -> Act:
    return gets(world, "/health/ready")
