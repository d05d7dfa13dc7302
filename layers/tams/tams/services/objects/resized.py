"""Marks the coverage of Flows stale when the size of an Object that they use changes."""

from collections.abc import Collection
from dataclasses import replace

from tams.models.recycle_bin import BinKind
from tams.models.timelines import flow_of
from tams.ports import Repositories


def note_resized(repositories: Repositories, object_ids: Collection[str]) -> None:
    """Two round trips, and one for each Flow. Flows in the recycle bin are marked too."""
    uses = repositories.segments.uses_of(object_ids)
    for stored in repositories.flows.find_many({flow_of(each) for each in uses}).values():
        if (used := uses.pop(stored.outline.timeline_id, None)) is not None:
            repositories.flows.save_coverage(stored.with_stale(used))
    for flow_id in {flow_of(each) for each in uses}:
        for entry in repositories.recycle_bin.of(flow_id, BinKind.FLOW, now_us=0):
            if (used := uses.get(entry.outline.timeline_id)) is not None:
                noted = replace(entry, flow=entry.of.with_stale(used))
                repositories.recycle_bin.save_timeline(noted)
