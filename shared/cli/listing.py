"""`tams ls`: lists what the store has, or had."""

import json
from collections.abc import Callable
from enum import StrEnum
from functools import partial
from typing import Annotated, Any

import typer

from cli.addresses import LOCAL_URL
from cli.client import Client
from cli.connection import connected
from cli.console import out
from cli.errors import CommandError
from cli.extents import flows_with_timeranges, members_not_listed
from cli.option_values import tag_filters
from cli.options import (
    AsJson,
    OptionalFlowId,
    TagFilters,
    TimeRangeText,
    Token,
    Url,
    is_given,
)
from cli.short_ids import deleted_id_of, flow_id_of
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
    label: Annotated[
        str | None, typer.Option(help="Only Sources or Flows with exactly this label.")
    ] = None,
    tag: TagFilters = None,
    search: Annotated[
        str | None,
        typer.Option(
            metavar="TEXT",
            help="Only Sources or Flows with this text in the label, the description or a tag.",
        ),
    ] = None,
    url: Url = LOCAL_URL,
    token: Token = None,
    as_json: AsJson = False,
) -> None:
    """List Sources, Flows or the Segments of a Flow.

    The server filters by label and tag. --search reads the whole list, and ignores case.
    """
    if deleted:
        for name in ("timerange", "label", "tag", "search"):
            if is_given(context, name):
                raise typer.BadParameter("cannot be used with --deleted", param_hint=f"--{name}")
        _list_deleted(kind, flow_id, url, token, as_json=as_json)
        return
    tables: dict[Kind, Callable[[Any], Any]] = {
        Kind.SOURCES: sources_table,
        Kind.FLOWS: flows_table,
        Kind.SEGMENTS: segments_table,
    }
    _check(kind, flow_id, is_given(context, "timerange"), label is not None or search is not None)
    members: list[dict[str, Any]] = []
    with connected(url, token) as client:
        if kind is Kind.SEGMENTS:
            assert flow_id is not None
            whole = flow_id_of(client, flow_id)
            asked = {"timerange": timerange, **tag_filters(tag)}
            items = list(client.pages(f"/flows/{whole}/segments", **asked))
            members = _members(client, whole) if not items else []
        else:
            asked = {**tag_filters(tag), **({"label": label} if label is not None else {})}
            listed = flows_with_timeranges if kind is Kind.FLOWS else _sources
            items = [each for each in listed(client, **asked) if _has(each, search)]
            if kind is Kind.FLOWS and not as_json:
                tables[kind] = partial(flows_table, members=members_not_listed(client, items))
    if as_json:
        out.print_json(json.dumps(items))
        return
    out.print(tables[kind](items) if items else f"no {kind}")
    if members:
        names = ", ".join(f"{each['id']} ({each.get('role', 'no role')})" for each in members)
        out.print(
            f"its media is in the Flows that it collects: {names}", markup=False, soft_wrap=True
        )


def _check(kind: Kind, flow_id: str | None, timed: bool, named: bool) -> None:
    """Raises BadParameter."""
    if kind is Kind.SEGMENTS and flow_id is None:
        raise typer.BadParameter(
            "give the Flow whose Segments to list: tams ls segments FLOW_ID", param_hint="FLOW_ID"
        )
    if kind is not Kind.SEGMENTS and (flow_id is not None or timed):
        raise typer.BadParameter(
            "only segments take a Flow id and a timerange: tams ls segments FLOW_ID --timerange …",
            param_hint="KIND",
        )
    if kind is Kind.SEGMENTS and named:
        raise typer.BadParameter("Segments have no labels: use --tag", param_hint="--label")


def _sources(client: Client, **parameters: str) -> list[dict[str, Any]]:
    return list(client.pages("/sources", **parameters))


def _has(document: dict[str, Any], text: str | None) -> bool:
    if text is None:
        return True
    tags = document.get("tags", {})
    values = (
        each for value in tags.values() for each in ([value] if isinstance(value, str) else value)
    )
    words = (document.get("label", ""), document.get("description", ""), *tags, *values)
    return any(text.casefold() in each.casefold() for each in words)


def _list_deleted(
    kind: Kind, flow_id: str | None, url: str, token: str | None, *, as_json: bool
) -> None:
    wanted = {"kind": "segments" if kind is Kind.SEGMENTS else kind.removesuffix("s")}
    with connected(url, token) as client:
        if flow_id is not None:
            wanted["flow_id"] = deleted_id_of(client, flow_id)
        items = list(client.pages("/recycle-bin", **wanted))
    if as_json:
        out.print_json(json.dumps(items))
    else:
        out.print(recycle_bin_table(items) if items else f"no deleted {kind}")


def _members(client: Client, flow_id: str) -> list[dict[str, Any]]:
    """The Flows that a Flow collects. Raises CommandError if there is no such Flow.

    The API lists no Segments for an unknown Flow too (SEG-2), so only the Flow itself shows it.
    """
    flow = client.find(f"/flows/{flow_id}")
    if flow is None:
        raise CommandError(f"there is no Flow {flow_id}: `tams ls flows` lists them")
    members: list[dict[str, Any]] = flow.get("flow_collection", [])
    return members
