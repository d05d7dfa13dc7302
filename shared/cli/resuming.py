"""What earlier runs of `tams ingest` have stored, for a later run to resume."""

from collections.abc import Sequence
from itertools import count
from typing import Any
from uuid import UUID

from cli.client import Client
from cli.flows import TrackFlow, flows_of, identity_of, multi_ids
from cli.ingest_options import COMPLETE, Options
from cli.probe import Track
from tams.timing import TimeRange


def find_earlier(
    client: Client, options: Options, digest: str, tracks: Sequence[Track], choice: tuple[str, ...]
) -> tuple[UUID, dict[str, Any] | None]:
    """The identity to ingest under, and its multi Flow if it exists.

    `again` skips complete Flows, so an interrupted `--again` can be resumed too. What an older release
    began in other containers stays as it is.
    """
    for copy in count():
        more = (*choice, copy) if copy else choice
        identity = identity_of(digest, options.segment_seconds, options.start_ns, *more)
        known = client.find(f"/flows/{multi_ids(identity)[0]}")
        if known is None:
            break
        if known.get("status") == COMPLETE:
            if not options.again:
                break
        elif _can_resume(client, flows_of(tracks, identity)):
            break
    return identity, known


def _can_resume(client: Client, flows: Sequence[TrackFlow]) -> bool:
    """Whether the Flows that are there have Segments in the same containers."""
    found = [(flow, client.find(f"/flows/{flow.flow_id}")) for flow in flows]
    return all(
        document is None or document.get("container") == flow.track.wrapping.mime
        for flow, document in found
    )


def stored_in(client: Client, flow_id: str) -> tuple[set[int | None], dict[bytes, str]]:
    """Where the Flow's Segments start, and the ids of its init Objects by their content."""
    listed = client.pages(f"/flows/{flow_id}/segments", accept_get_urls="", limit="1000")
    starts: set[int | None] = set()
    init_ids: set[str] = set()
    for each in listed:
        starts.add(TimeRange.parse(each["timerange"]).start_ns)
        if "init_object" in each:
            init_ids.add(each["init_object"]["object_id"])
    inits = {}
    for init_id in init_ids:
        urls = client.get(f"/objects/{init_id}").get("get_urls")
        if urls:
            inits[client.download(urls[0]["url"])] = init_id
    return starts, inits


def is_whole(multi: dict[str, Any], flows: Sequence[TrackFlow]) -> bool:
    """Whether every track's Flow still exists: a multi Flow drops deleted Flows from its collection."""
    collected = {each["id"] for each in multi.get("flow_collection", [])}
    return multi.get("status") == COMPLETE and collected >= {flow.flow_id for flow in flows}
