"""What deletes, restores and destroys."""

from uuid import uuid4

from tams.models.caller import EVERYONE
from tams.services.deletion.sources import FLOWS_MAX
from tams.services.recycle_bin.restore import RestoreService
from tams.timing import TimeRange
from tests.contract.steps import segment
from tests.integration.coverage.media_operations import with_init
from tests.integration.coverage.prepared import MANY, Act, operation
from tests.integration.coverage.world import World


@operation
def delete_an_object(world: World) -> Act:
    _, (object_id,) = world.flow_with_segments(1)
    init_id, _ = with_init(world)

    def act() -> None:
        for each in (object_id, init_id):
            world.ask("DELETE", f"/objects/{each}", params={"cascade": "true"}, status=204)
        world.clean()

    return act


@operation
def delete_segments(world: World) -> Act:
    flow_id, _ = world.flow_with_segments(4)
    path = f"/flows/{flow_id}/segments"

    def act() -> None:
        world.ask("DELETE", path, params={"timerange": "[0:0_4:0)"}, status=204)
        RestoreService.of(world.platform, EVERYONE).segments(flow_id, TimeRange.eternity())
        world.ask("DELETE", path, params={"soft_delete": "false"}, status=204)
        world.clean()

    return act


@operation
def delete_many_segments(world: World) -> Act:
    flow_id, _ = world.flow_with_segments(MANY)

    def act() -> None:
        gone = world.ask("DELETE", f"/flows/{flow_id}/segments", status=202)
        world.delete()
        world.ask("GET", f"/flow-delete-requests/{gone['id']}")

    return act


@operation
def delete_and_restore_a_flow(world: World) -> Act:
    flow_id, _ = world.flow_with_segments(4)
    world.collection(flow_id)

    def act() -> None:
        world.ask("DELETE", f"/flows/{flow_id}", status=204)
        (entry,) = world.ask("GET", "/recycle-bin", params={"flow_id": flow_id})
        world.ask("GET", f"/recycle-bin/{entry['id']}")
        world.ask("GET", f"/flows/{flow_id}", params={"include_deleted": "true"})
        world.ask("POST", f"/flows/{flow_id}/restore")

    return act


@operation
def delete_and_restore_a_source(world: World) -> Act:
    flow = world.make.flow()
    path = f"/sources/{flow['source_id']}"

    def act() -> None:
        world.ask("DELETE", path, params={"cascade": "true"}, status=204)
        world.ask("POST", f"{path}/restore")

    return act


@operation
def delete_a_source_with_many_flows(world: World) -> Act:
    source_id = str(uuid4())
    for _ in range(FLOWS_MAX + 1):
        world.make.flow(source_id=source_id)

    def act() -> None:
        path = f"/sources/{source_id}"
        world.ask("DELETE", path, params={"cascade": "true"}, status=202)
        world.delete()

    return act


@operation
def delete_an_object_of_many_flows_and_restore_all(world: World) -> Act:
    _, (object_id,) = world.flow_with_segments(1)
    for _ in range(FLOWS_MAX):
        other = str(world.make.flow()["id"])
        world.ask("POST", f"/flows/{other}/segments", json=segment(object_id, 0, 2), status=201)

    def act() -> None:
        asked = {"cascade": "true"}
        request = world.ask("DELETE", f"/objects/{object_id}", params=asked, status=202)
        world.delete()
        found = world.ask("GET", "/recycle-bin", params={"deletion_id": request["id"]})
        assert len(found) == FLOWS_MAX + 1
        world.ask("POST", f"/recycle-bin/deletions/{request['id']}/restore")

    return act


@operation
def destroy_an_entry_of_the_recycle_bin(world: World) -> Act:
    flow_id, _ = world.flow_with_segments(4)
    world.ask("DELETE", f"/flows/{flow_id}", status=204)
    (entry,) = world.ask("GET", "/recycle-bin", params={"flow_id": flow_id})

    def act() -> None:
        world.ask("DELETE", f"/recycle-bin/{entry['id']}", status=204)
        world.clean()

    return act


@operation
def delete_a_flow_for_good(world: World) -> Act:
    flow_id, _ = world.flow_with_segments(MANY)

    def act() -> None:
        world.ask("DELETE", f"/flows/{flow_id}", params={"soft_delete": "false"}, status=202)
        world.delete()
        world.clean()

    return act
