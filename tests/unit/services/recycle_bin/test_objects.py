"""Objects live as long as the bin needs them."""

from tams.models.caller import EVERYONE
from tams.services.recycle_bin.recycle_bin import RecycleBinService
from tests.unit.services.binned import BinWorld
from tests.unit.services.recycle_bin.documents import is_shown
from tests.unit.services.world import holding, of


def test_an_object_used_elsewhere_outlives_the_bin(world: BinWorld) -> None:
    flow_id, other = world.flow(), world.flow()
    (object_id,) = world.segments(flow_id, 1)
    assert world.register(other, {"object_id": object_id, "timerange": "[0:0_1:0)"}) == []
    world.delete_flow(flow_id)
    assert is_shown(world, object_id)
    (entry,) = world.bin_of(flow_id)

    RecycleBinService.of(world.platform, EVERYONE).purge(entry.id)

    stored = world.object(object_id)
    assert stored is not None
    assert stored.reference_count == 1
    assert world.platform.noted.object_cleanup.sent == []


def test_an_object_that_only_the_bin_uses_may_be_used_again(world: BinWorld) -> None:
    flow_id, other = world.flow(), world.flow()
    (object_id,) = world.segments(flow_id, 1)
    world.delete_flow(flow_id)

    assert world.register(other, {"object_id": object_id, "timerange": "[0:0_1:0)"}) == []

    assert is_shown(world, object_id)
    world.restore.flow(flow_id)
    assert len(world.listed(flow_id)) == 1


def test_what_only_the_bin_uses_may_be_used_again_by_who_may_write_its_own_flow(
    world: BinWorld,
) -> None:
    own, elsewhere = world.flow(tags=of("news")), world.flow(tags=of("sport"))
    (object_id,) = world.segments(own, 1)
    world.delete_segments(own, "_")
    again = {
        "object_id": object_id,
        "timerange": "[0:0_1:0)",
        "get_urls": [{"label": "tapes", "url": "https://tapes.example.com/1"}],
    }
    alice = world.as_(holding(read="news", write="news"))
    bob = world.as_(holding(read="sport", write="sport"))

    (fault,) = bob.register(elsewhere, again)
    assert "cannot be used here" in fault.reason
    assert alice.register(own, again) == []

    assert is_shown(world, object_id)
