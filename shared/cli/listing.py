"""`tams ls`: list what the store has, or had."""

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
from cli.options import AsJson, OptionalFlowId, TimeRangeText, Token, Url, is_given
from cli.tables import flows_table, recycle_bin_table, segments_table, sources_table


class Kind(StrEnum):
    SOURCES = "sources"
    FLOWS = "flows"
    SEGMENTS = "segments"


def ls(
    context: typer.Context,
    kind: Annotated[
        Kind, typer.Argument(metavar="KIND", help="What to list: sources, flows or segments.")
    ] = Kind.FLOWS,
    flow_id: OptionalFlowId = None,
    timerange: TimeRangeText = "_",
    deleted: Annotated[
        bool,
        typer.Option(
            "--deleted",
            help="List those in the recycle bin instead. This is an extension of TAMS.",
        ),
    ] = False,
    url: Url = LOCAL_URL,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """List Sources, Flows or the Segments of a Flow."""
    if deleted:
        if is_given(context, "timerange"):
            raise typer.BadParameter("cannot be used with --deleted", param_hint="--timerange")
        _list_deleted(kind, flow_id, url, token, as_json=as_json)
        return
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
        out.print(
            f"its media is in the Flows that it collects: {names}", markup=False, soft_wrap=True
        )


def _list_deleted(
    kind: Kind, flow_id: str | None, url: str, token: str | None, *, as_json: bool
) -> None:
    wanted = {"kind": "segments" if kind is Kind.SEGMENTS else kind.removesuffix("s")}
    if flow_id is not None:
        wanted["flow_id"] = flow_id
    with connected(url, token) as client:
        items = list(client.pages("/recycle-bin", **wanted))
    if as_json:
        out.print_json(json.dumps(items))
    else:
        out.print(recycle_bin_table(items) if items else f"no deleted {kind}")


def _members(client: Client, flow_id: str) -> list[dict[str, Any]]:
    """The Flows that a Flow collects. Raises CommandError if there is no such Flow.

    The API lists no Segments for an unknown Flow too (SEG-2), so only the Flow itself tells.
    """
    flow = client.find(f"/flows/{flow_id}")
    if flow is None:
        raise CommandError(f"there is no Flow {flow_id}: `tams ls flows` lists them")
    members: list[dict[str, Any]] = flow.get("flow_collection", [])
    return members
