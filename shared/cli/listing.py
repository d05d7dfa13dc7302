"""`tams ls` and `tams rm`: list what the store has, and delete from it."""

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any

import typer

from cli.addresses import LOCAL_URL
from cli.client import Client
from cli.connection import connected
from cli.console import out
from cli.errors import CommandError
from cli.options import AsJson, FlowId, OptionalFlowId, TimeRangeText, Token, Url, is_given
from cli.tables import flows_table, segments_table, sources_table
from tams.timing import TimeRange


class Kind(StrEnum):
    SOURCES = "sources"
    FLOWS = "flows"
    SEGMENTS = "segments"


class Removable(StrEnum):
    FLOW = "flow"
    SEGMENTS = "segments"


def ls(
    context: typer.Context,
    kind: Annotated[
        Kind, typer.Argument(metavar="KIND", help="What to list: sources, flows or segments.")
    ] = Kind.FLOWS,
    flow_id: OptionalFlowId = None,
    timerange: TimeRangeText = "_",
    url: Url = LOCAL_URL,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """List Sources, Flows or the Segments of a Flow."""
    tables: dict[Kind, Callable[[Any], Any]] = {
        Kind.SOURCES: sources_table,
        Kind.FLOWS: flows_table,
        Kind.SEGMENTS: segments_table,
    }
    if kind is Kind.SEGMENTS and flow_id is None:
        raise typer.BadParameter(
            "give the Flow whose Segments to list: tams ls segments FLOW_ID", param_hint="FLOW_ID"
        )
    if kind is not Kind.SEGMENTS and (flow_id is not None or is_given(context, "timerange")):
        raise typer.BadParameter(
            "only segments take a Flow id and a timerange: tams ls segments FLOW_ID --timerange …",
            param_hint="KIND",
        )
    with connected(url, token) as client:
        if kind is Kind.SEGMENTS:
            path, parameters = f"/flows/{flow_id}/segments", {"timerange": timerange}
        else:
            path, parameters = f"/{kind}", {}
        items = list(client.pages(path, **parameters))
        members = _members(client, flow_id) if flow_id is not None and not items else []
    if as_json:
        out.print_json(json.dumps(items))
        return
    out.print(tables[kind](items) if items else f"no {kind}")
    if members:
        names = ", ".join(f"{each['id']} ({each.get('role', 'no role')})" for each in members)
        out.print(f"its media is in the Flows that it collects: {names}", soft_wrap=True)


def _members(client: Client, flow_id: str) -> list[dict[str, Any]]:
    """The Flows that a Flow collects. Raises CommandError if there is no such Flow.

    The API lists no Segments for an unknown Flow too (SEG-2), so only the Flow itself tells.
    """
    flow = client.find(f"/flows/{flow_id}")
    if flow is None:
        raise CommandError(f"there is no Flow {flow_id}: `tams ls flows` lists them")
    members: list[dict[str, Any]] = flow.get("flow_collection", [])
    return members


def rm(
    context: typer.Context,
    kind: Annotated[
        Removable,
        typer.Argument(
            metavar="KIND",
            help="What to delete: flow (the whole Flow) or segments (see --timerange).",
        ),
    ],
    flow_id: FlowId,
    timerange: TimeRangeText = "_",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")] = False,
    url: Url = LOCAL_URL,
    token: Token = None,
) -> None:
    """Delete a Flow, or the Segments that lie entirely within a timerange."""
    if kind is Removable.FLOW and is_given(context, "timerange"):
        raise typer.BadParameter(
            "a Flow can only be deleted as a whole. To delete part of its timeline: "
            "tams rm segments FLOW_ID --timerange …",
            param_hint="--timerange",
        )
    what = f"Flow {flow_id}" if kind is Removable.FLOW else _segments(timerange, flow_id)
    if not yes:
        typer.confirm(f"Delete {what}?", abort=True)
    with connected(url, token) as client:
        if kind is Removable.FLOW:
            client.delete(f"/flows/{flow_id}")
        else:
            client.delete(f"/flows/{flow_id}/segments", timerange=timerange)
    out.print(f"deleted {what}", highlight=False)


def _segments(timerange: str, flow_id: str) -> str:
    every = TimeRange.parse(timerange).is_eternity
    which = "all Segments" if every else f"the Segments within {timerange}"
    return f"{which} of Flow {flow_id}"
