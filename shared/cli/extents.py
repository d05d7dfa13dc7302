"""Which timeranges Flows cover."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from cli.client import Client
from cli.errors import CommandError, UnreachableError
from cli.times import NS
from tams.timing import TimeRange
from tams.timing.coverage import hull

_JOBS = 8
_ASKED_ONE_BY_ONE = 200
"""Of a server that says no timeranges in lists, so many Flows are asked for theirs."""


def flows_with_timeranges(client: Client, **parameters: str) -> list[dict[str, Any]]:
    """A list of Flows that say their timeranges, in as few requests as the server allows."""
    try:
        listed = list(client.pages("/flows", **parameters, include_timerange="true"))
    except UnreachableError:
        raise
    except CommandError:  # in lists it is an extension of TAMS, which a server may refuse
        listed = list(client.pages("/flows", **parameters))
    unknown = [
        each for each in listed if "timerange" not in each and not each["format"].endswith(":multi")
    ]
    if unknown[_ASKED_ONE_BY_ONE:]:
        return listed
    for flow, timerange in zip(unknown, _timeranges(client, unknown), strict=True):
        flow["timerange"] = timerange
    return listed


def members_not_listed(client: Client, listed: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The Flows that listed ones collect and that are not listed themselves: their ids and timeranges."""
    ids = {each["id"] for each in listed}
    collected = (member for each in listed for member in each.get("flow_collection", []))
    missing = list({each["id"]: each for each in collected if each["id"] not in ids}.values())
    if missing[_ASKED_ONE_BY_ONE:]:
        return []
    timeranges = _timeranges(client, missing)
    return [
        {"id": each["id"], "timerange": timerange}
        for each, timerange in zip(missing, timeranges, strict=True)
    ]


def _timeranges(client: Client, flows: Sequence[dict[str, Any]]) -> list[str]:
    with ThreadPoolExecutor(_JOBS) as pool:
        return list(pool.map(lambda each: _timerange(client, each["id"]), flows))


def _timerange(client: Client, flow_id: str) -> str:
    """Of a Flow that may have gone since it was listed."""
    flow = client.find(f"/flows/{flow_id}", include_timerange="true")
    return str((flow or {}).get("timerange", "()"))


def extent_of(flow: dict[str, Any], others: Iterable[dict[str, Any]] = ()) -> TimeRange:
    """The time from its first Segment to its last; of a multi Flow, that of the Flows it collects."""
    own = TimeRange.parse(flow.get("timerange", "()"))
    members = {each["id"] for each in flow.get("flow_collection", [])}
    if not own.is_empty or not members:
        return own
    return hull(
        TimeRange.parse(each.get("timerange", "()")) for each in others if each["id"] in members
    )


def duration_words(timerange: TimeRange) -> str:
    """Hours, minutes and seconds, to the millisecond: `0:01:02.5`. Empty for no time, or endless time."""
    if timerange.is_empty or timerange.duration_ns is None:
        return ""
    ms = (timerange.duration_ns + NS // 2_000) // (NS // 1_000)
    seconds, rest = divmod(ms, 1_000)
    fraction = f".{rest:03}".rstrip("0").rstrip(".")
    return f"{seconds // 3_600}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"
