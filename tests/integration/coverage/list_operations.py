"""Pages of every listing."""

from tests.integration.coverage.prepared import Act, gets, operation
from tests.integration.coverage.world import World

LISTED = 5


def _newest(world: World) -> None:
    """A page of Flows and Sources that nothing collects, newer than all others."""
    world.platform.time.pass_(seconds=1)
    for _ in range(LISTED):
        world.make.flow()


@operation
def list_with_deleted_ones(world: World) -> Act:
    _newest(world)
    return gets(
        world, *(f"/{each}?include_deleted=true&limit={LISTED}" for each in ("flows", "sources"))
    )


@operation
def list_everything(world: World) -> Act:
    """A page of each listing, and of those with filters: of what is newest, or of nothing."""
    world.platform.time.pass_(seconds=1)
    flow = world.make.flow()
    parent = world.collection(flow["id"])
    _newest(world)
    flows = [f"source_id={flow['source_id']}", "label=none", "tag.none=1"]
    flows += [f"collected_by_ids={parent['id']}", "timerange=[9000:0_9001:0)"]
    return gets(
        world,
        *(f"/flows?limit=5&{each}" for each in flows),
        f"/sources?limit={LISTED}",
        "/collections?limit=1",
        "/source-collections?limit=1",
        "/service/profiles?limit=5&label=none",
        "/service/webhooks?limit=5&tag.none=1",
        "/flow-delete-requests?limit=5",
        "/recycle-bin?limit=5&deleted_by=nobody",
        "/recycle-bin/summary",
        "/retention?limit=1",
    )
