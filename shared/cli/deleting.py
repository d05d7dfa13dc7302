"""`tams rm` and `tams restore`: delete from the store, and bring back what was deleted."""

import json
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any

import typer

from cli.addresses import LOCAL_URL
from cli.client import Client
from cli.connection import connected
from cli.console import out
from cli.errors import CommandError
from cli.options import AsJson, DeletedId, RestoredId, TimeRangeText, Token, Url, is_given
from cli.short_ids import deleted_id_of, flow_id_of, source_id_of
from tams.timing import TimeRange


class What(StrEnum):
    SOURCE = "source"
    FLOW = "flow"
    SEGMENTS = "segments"


class Restorable(StrEnum):
    SOURCE = "source"
    FLOW = "flow"
    SEGMENTS = "segments"
    ENTRY = "entry"
    DELETION = "deletion"


def rm(
    context: typer.Context,
    kind: Annotated[
        What,
        typer.Argument(
            metavar="KIND",
            help="What to delete: source (an extension of TAMS), flow, or segments of a Flow (see "
            "--timerange).",
        ),
    ],
    identifier: DeletedId,
    timerange: TimeRangeText = "_",
    hard: Annotated[
        bool,
        typer.Option(
            "--hard", help="Delete for good, without the recycle bin. This is an extension of TAMS."
        ),
    ] = False,
    cascade: Annotated[
        bool, typer.Option("--cascade", help="Delete a Source together with its Flows.")
    ] = False,
    members: Annotated[
        bool,
        typer.Option(
            "--members",
            help="Also delete the Flows that a multi Flow collects: everything that one ingest made.",
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    as_json: AsJson = False,
    url: Url = LOCAL_URL,
    token: Token = None,
) -> None:
    """Delete a Source, a Flow, or the Segments that lie entirely within a timerange.

    With --json, `deleted` says whether there was anything to delete, and `deletion_request` is the id of the
    request if the service continues in the background.
    """
    _check_timerange(context, kind, is_given(context, "timerange"))
    _check_scope(kind, cascade=cascade, members=members)
    asked = {"soft_delete": "false"} if hard else {}
    if cascade:
        asked["cascade"] = "true"
    with connected(url, token) as client:
        whole = (source_id_of if kind is What.SOURCE else flow_id_of)(client, identifier)
        collected = _collected(client, whole) if members else []
        what = _segments(timerange, whole) if kind is What.SEGMENTS else f"{kind.title()} {whole}"
        if members:
            what += " and what it collects"
        if not yes:
            typer.confirm(f"Delete {what}{' for good' if hard else ''}?", abort=True)
        there, request_id = True, None
        if kind is What.SEGMENTS:
            path = f"/flows/{whole}/segments"
            there = _has_segments(client, path, timerange)
            request_id = client.delete(path, timerange=timerange, **asked)
        else:
            request_id = client.delete(f"/{kind}s/{whole}", **asked)
        for each in collected:
            request_id = client.delete(f"/flows/{each}", **asked) or request_id
    if as_json:
        found: dict[str, object] = {"kind": kind, "id": whole, "deleted": there}
        if request_id is not None:
            found["deletion_request"] = request_id
        out.print_json(json.dumps(found))
    else:
        if request_id is not None:
            words = (
                f"the service is deleting {what} in the background: deletion request {request_id}"
            )
        else:
            words = f"deleted {what}" if there else _no_segments(timerange, whole)
        out.print(words, highlight=False, soft_wrap=True)


def _has_segments(client: Client, path: str, timerange: str) -> bool:
    """Whether any Segment lies entirely within the timerange. True as well for callers who may not see that.

    Segments do not overlap, so only the first and the last of those in it can reach out of it.
    """
    within = TimeRange.parse(timerange)
    try:
        found = list(islice(client.pages(path, timerange=timerange, limit="3"), 3))
    except CommandError:  # the DELETE says what is wrong
        return True
    return any(within.contains(TimeRange.parse(each["timerange"])) for each in found)


def restore(
    context: typer.Context,
    kind: Annotated[
        Restorable,
        typer.Argument(
            metavar="KIND",
            help="What to restore: source, flow, segments of a Flow, an entry of the recycle bin, or a "
            "whole deletion (by its deletion_id).",
        ),
    ],
    identifier: RestoredId,
    timerange: TimeRangeText = "_",
    partial: Annotated[
        bool,
        typer.Option(
            "--partial", help="Restore only Segments that do not overlap any that the Flow has now."
        ),
    ] = False,
    url: Url = LOCAL_URL,
    token: Token = None,
) -> None:
    """Restore what was deleted. `tams ls --deleted` lists it. This is an extension of TAMS."""
    _check_timerange(context, kind, is_given(context, "timerange"))
    if partial and kind is not Restorable.SEGMENTS:
        raise typer.BadParameter("only segments can be restored in part", param_hint="--partial")
    with connected(url, token) as client:
        identifier = deleted_id_of(client, identifier)
        if kind is Restorable.ENTRY:
            client.post_list("/recycle-bin/restore", [{"id": identifier}])
            out.print(f"restored entry {identifier}", highlight=False)
            return
        if kind is Restorable.DELETION:
            _restore_deletion(client, identifier)
            return
        path = (
            f"/flows/{identifier}/segments"
            if kind is Restorable.SEGMENTS
            else f"/{kind}s/{identifier}"
        )
        query = {"timerange": timerange, "partial": "true"} if partial else {"timerange": timerange}
        restored = client.post(
            f"{path}/restore", None, **(query if kind is Restorable.SEGMENTS else {})
        )
    _tell(restored)


def _restore_deletion(client: Client, deletion_id: str) -> None:
    """One request brings back as much as it has time for."""
    while True:
        restored = client.post(f"/recycle-bin/deletions/{deletion_id}/restore", None)
        _tell(restored)
        if not (left := restored.get("entries_left")):
            return
        out.print(f"{left} of the entries are left …", highlight=False)


def _collected(client: Client, flow_id: str) -> list[str]:
    flow = client.get(f"/flows/{flow_id}")
    return [each["id"] for each in flow.get("flow_collection", [])]


def _tell(restored: dict[str, Any]) -> None:
    if "source_id" in restored:
        out.print(f"Source    {restored['source_id']}", highlight=False)
    for flow_id in restored.get("flow_ids", []):
        out.print(f"Flow      {flow_id}", highlight=False)
    out.print(f"Segments  {restored['segment_count']}", highlight=False)
    for left_out in restored.get("left_out", []):
        out.print(f"left out: {left_out}", highlight=False)


def _check_timerange(context: typer.Context, kind: str, given: bool) -> None:
    """Raises BadParameter."""
    if given and kind != "segments":
        raise typer.BadParameter(
            "only for segments. For part of a Flow's timeline: "
            f"tams {context.info_name} segments FLOW_ID --timerange …",
            param_hint="--timerange",
        )


def _check_scope(kind: What, *, cascade: bool, members: bool) -> None:
    """Raises BadParameter."""
    if cascade and kind is not What.SOURCE:
        raise typer.BadParameter("only for a Source, which has Flows", param_hint="--cascade")
    if members and kind is not What.FLOW:
        raise typer.BadParameter(
            "only for a Flow, which may collect others", param_hint="--members"
        )


def _segments(timerange: str, flow_id: str) -> str:
    every = TimeRange.parse(timerange).is_eternity
    which = "all Segments" if every else f"the Segments within {timerange}"
    return f"{which} of Flow {flow_id}"


def _no_segments(timerange: str, flow_id: str) -> str:
    within = "" if TimeRange.parse(timerange).is_eternity else f" in {timerange}"
    return f"no Segments of Flow {flow_id}{within}"
