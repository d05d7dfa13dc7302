"""Which Flows a listing shows, where VAST cannot decide: collections, and media in a timerange."""

from collections.abc import Callable, Collection

from tams.models.queries import FlowQuery
from tams.ports import Repositories
from tams.services.access.permissions import readable_flows
from tams.services.segments.window import PageRequest, reader_of
from tams.timing import TimeRange


def beyond_vast(repositories: Repositories, query: FlowQuery) -> Callable[[str], bool] | None:
    """Decides what VAST cannot in a listing, Flow by Flow; None when VAST can decide everything."""
    checks: list[Callable[[str], bool]] = []
    if query.collected_by_ids is not None:
        wanted = query.collected_by_ids
        collected = _collected(repositories, query, wanted)
        checks.append(lambda flow_id: (flow_id in collected) is bool(wanted))
    if not query.timerange.is_eternity and not query.timerange.is_empty:
        checks.append(lambda flow_id: _has_media_in(repositories, flow_id, query.timerange))
    if not checks:
        return None
    return lambda flow_id: all(check(flow_id) for check in checks)


def _collected(repositories: Repositories, query: FlowQuery, wanted: Collection[str]) -> set[str]:
    """What any of the wanted Flows collects, or any Flow at all, among collectors the caller may know of."""
    if query.classes is None:
        return repositories.collections.collected(wanted or None)
    parents = wanted or repositories.collections.parents()
    return repositories.collections.collected(readable_flows(repositories, query.classes, parents))


def _has_media_in(repositories: Repositories, flow_id: str, timerange: TimeRange) -> bool:
    """Judges by Segment, not by extent: a gap that covers the timerange does not match (FLW-2)."""
    outline = repositories.flows.outline(flow_id)
    if outline is None:
        return False
    found, _ = reader_of(repositories, outline).page(PageRequest(timerange, 1))
    return bool(found)
