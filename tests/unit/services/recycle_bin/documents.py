"""What clients see of the resources that these tests delete and restore."""

from typing import Any

from tams.errors import NotFoundError
from tams.models.caller import EVERYONE
from tams.services.flows.flows import FlowService
from tams.services.flows.sources import SourceService
from tams.services.objects.objects import ObjectService
from tams.services.recycle_bin.restore import RestoreService
from tests.unit.services.binned import BinWorld


def flow_document(world: BinWorld, flow_id: str) -> dict[str, Any]:
    flow = FlowService.of(world.platform, EVERYONE).get(flow_id, include_timerange=True)
    return flow.to_document()


def source_document(world: BinWorld, source_id: str) -> dict[str, Any]:
    return SourceService.of(world.platform, EVERYONE).get(source_id).to_document()


def is_shown(world: BinWorld, object_id: str) -> bool:
    try:
        ObjectService.of(world.platform, EVERYONE).get(object_id)
    except NotFoundError:
        return False
    return True


def restore_together(world: BinWorld, *entry_ids: str) -> None:
    """In one transaction, as a batch does."""

    def each(platform: Any) -> None:
        for entry_id in entry_ids:
            RestoreService.of(platform, world.caller).entry(entry_id)

    world.platform.together(world.caller, each, *entry_ids)
