"""`tams admin status`: what an operator wants to know before and after each change."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from cli.addresses import is_local
from cli.background import queues_of
from cli.console import out
from cli.errors import CommandError
from cli.options import AsJson, is_given
from cli.programs import answer_of
from cli.queues import QueueDepth
from cli.stacks import (
    LOCAL_DATA,
    LOCAL_QUEUES,
    LOCAL_S3,
    LOCAL_VAST,
    Data,
    QueueUrl,
    Stack,
    VastUrl,
)
from cli.tables import queues_table, schema_table, size_text
from cli.variables import environment_of, names_local_stack

_WAITING = {
    "events_to_relay": "events for which no delivery is written yet",
    "deliveries": "deliveries to webhooks",
    "copies": "copies of Objects",
    "objects_to_remove": "Objects to remove",
    "deletion_requests": "deletion requests",
    "deletion_requests_in_error": "deletion requests in error",
    "webhooks_in_error": "webhooks in error",
}


def status(
    context: typer.Context,
    stack: Stack = None,
    vast_url: VastUrl = LOCAL_VAST,
    queue_url: QueueUrl = LOCAL_QUEUES,
    data: Data = LOCAL_DATA,
    probe: Annotated[
        bool,
        typer.Option(
            "--probe/--no-probe",
            help="Find out how VAST treats conflicting writes, in a temporary schema.",
        ),
    ] = True,
    as_json: AsJson = False,
) -> None:
    """Show versions, tables, projections, waiting work, and what needs attention.

    The exit code is 0 if nothing needs attention, otherwise 1. With --json, `ready` says whether this release
    can use the tables and nothing is pending, and `attention` lists in sentences what needs attention.

    The command uses the VAST of --stack if you give it, otherwise that of the TAMS_VAST__… variables that
    `make provision` uses, otherwise the local stack's.
    """
    environment = environment_of(context, stack, vast_url, data, LOCAL_S3)
    arguments = ["--probe"] if probe else []
    found: dict[str, Any] = json.loads(answer_of("tams.runtime.status", environment, *arguments))
    depths = _queues(context, stack, queue_url, data) if found["vast"]["reachable"] else None
    found["queues"] = None if depths is None else [vars(each) for each in depths]
    found["attention"] += [
        f"{each.given_up} dead letters of {each.name}: read its log, then `tams admin redrive`"
        for each in depths or ()
        if each.given_up
    ]
    if as_json:
        out.print_json(json.dumps(found))
    else:
        _tell(found, depths)
    raise typer.Exit(1 if found["attention"] else 0)


def _queues(
    context: typer.Context, stack: str | None, queue_url: str, data: Path
) -> list[QueueDepth] | None:
    """None when nobody said where the queues are, and they are not where a local stack has them."""
    is_named = stack is not None or is_given(context, "queue_url")
    if not is_named and not names_local_stack(context, stack):
        return None
    try:
        return queues_of(stack, queue_url, data).all()
    except CommandError:
        if is_named:
            raise
        return None


def _tell(found: Mapping[str, Any], depths: list[QueueDepth] | None) -> None:
    vast = found["vast"]
    if not vast["reachable"]:
        out.print(
            f"VAST         {vast['endpoint']}  [red]{escape(vast['error'])}[/red]",
            soft_wrap=True,
        )
        if is_local(vast["endpoint"]):
            out.print("Start the local server with `make run`, or name another with --vast.")
        return
    _line("VAST", f"{vast['endpoint']}  reachable")
    _line("package", found["package"])
    _tell_schema(found)
    out.print(schema_table(found["tables"]))
    _tell_waiting(found)
    _tell_bin(found["recycle_bin"])
    _tell_backends(found["storage_backends"])
    _tell_conflicts(found["conflicts"])
    if depths is not None:
        out.print(queues_table(depths))
    for sentence in found["attention"]:
        out.print(
            f"[yellow]attention:[/yellow] {escape(sentence)}", highlight=False, soft_wrap=True
        )
    if not found["attention"]:
        out.print("Nothing needs attention.")


def _tell_schema(found: Mapping[str, Any]) -> None:
    version = found["version"]
    there = "none" if version["found"] is None else version["found"]
    _line("schema", f"{found['schema']}, version {there}, this release needs {version['needed']}")
    for each in found["pending"]:
        stops = version["found"] is not None and not each["additive"]
        kind = "  (not additive: stop the functions first)" if stops else ""
        _line("pending", f"{each['number']}  {each['title']}{kind}")
    states: dict[str, int] = {}
    for each in found["projections"]:
        states[each["state"]] = states.get(each["state"], 0) + 1
    _line("projections", ", ".join(f"{count} {state}" for state, count in sorted(states.items())))


def _tell_waiting(found: Mapping[str, Any]) -> None:
    if found["backlog"] is None:
        return
    waiting = [
        f"{count} {_WAITING.get(name, name)}" for name, count in found["backlog"].items() if count
    ]
    _line("waiting", ", ".join(waiting) or "nothing")
    _line("sweeper", f"last ran {found['swept']}" if found["swept"] else "has not run yet")


def _tell_bin(held: Mapping[str, Any] | None) -> None:
    if held is None:
        return
    size = size_text(held["size_bytes"])
    entries = "1 entry" if held["entry_count"] == 1 else f"{held['entry_count']} entries"
    segments = "1 Segment" if held["segment_count"] == 1 else f"{held['segment_count']} Segments"
    parts = [entries, segments, size]
    if count := held["unmeasured_count"]:
        parts.append(f"{count} not measured yet")
    if count := held["unknown_sizes"]:
        parts.append(f"{count} Objects of unknown size")
    if "oldest" in held:
        parts.append(f"the oldest from {held['oldest']}")
    _line("recycle bin", ", ".join(parts))


def _tell_backends(backends: Mapping[str, Any] | None) -> None:
    if backends is None:
        _line("storage", "not checked, because TAMS_STORAGE_BACKENDS is not set")
        return
    number = backends["objects_looked_at"]
    checked = f"all {number} Objects" if backends["all_objects"] else f"the first {number} Objects"
    unknown = len(backends["unknown"])
    _line("storage", f"{unknown} backends not configured that Objects name ({checked} checked)")


def _tell_conflicts(conflicts: Mapping[str, Any] | None) -> None:
    if conflicts is None:
        return
    if conflicts["error"] is not None:
        _line("conflicts", f"not known: {conflicts['error']}")
        return
    safe = "our transactions are safe" if conflicts["safe"] else "UNSAFE"
    _line("conflicts", f"{conflicts['rule']}: {safe}")


def _line(name: str, text: str) -> None:
    out.print(f"{name:12} {text}", highlight=False, markup=False, soft_wrap=True)
