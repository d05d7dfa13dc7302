"""What depends on a resource, for deletions that must not take it along (an extension)."""

from collections.abc import Collection, Sequence

from tams.errors import ConflictError, quoted
from tams.models.caller import Permission, classes_of
from tams.models.stored import StoredFlow
from tams.ports import Repositories
from tams.services.access.permissions import readable_flows

_NAMED_MAX = 10


def check_flow_unneeded(repositories: Repositories, stored: StoredFlow) -> None:
    """Raises ConflictError for a Flow that has Segments, or that others collect."""
    reasons = []
    if count := stored.timeline.segment_count:
        may_read = repositories.caller.may(Permission.READ, classes_of(stored.flow.tags))
        counted = f"has {count} Segment{'s'[: count != 1]}"
        reasons.append(counted if may_read else "has Segments")
    collectors = repositories.collections.collectors([stored.flow.id]).get(stored.flow.id, [])
    if collectors:
        reasons.append(f"is collected by {named_flows(repositories, collectors)}")
    if reasons:
        raise still_needed("Flow", stored.flow.id, reasons)


def still_needed(kind: str, identifier: str, reasons: Sequence[str]) -> ConflictError:
    return ConflictError(
        f"{kind} {quoted(identifier)} {' and '.join(reasons)}: delete what depends on it first, or use "
        "cascade=true"
    )


def named_flows(
    repositories: Repositories, flow_ids: Collection[str], *, are_all: bool = True
) -> str:
    """A few Flows by id, as far as the caller may know of them. `are_all` says that there are no others."""
    classes = repositories.caller.classes_for(Permission.READ)
    known = readable_flows(repositories, classes, flow_ids)
    return named_some("Flow", sorted(known), hidden=len(known) < len(flow_ids), are_all=are_all)


def named_some(kind: str, known: Sequence[str], *, hidden: bool, are_all: bool = True) -> str:
    """The first of these ids, how many others the caller may know of, and whether there are `hidden` ones."""
    unknown = f"{kind}s that you may not read"
    if not known:
        return unknown
    text = f"{kind}{'s'[: len(known) > 1]} {', '.join(map(quoted, known[:_NAMED_MAX]))}"
    if (others := len(known) - _NAMED_MAX) > 0:
        text += f" and {'' if are_all else 'at least '}{others} more"
    return f"{text} and {unknown}" if hidden else text
