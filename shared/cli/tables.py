"""Listings formatted for people."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from cli.extents import duration_words, extent_of
from cli.queues import QueueDepth
from cli.unfinished import status_words


def sources_table(sources: Iterable[dict[str, Any]]) -> Table:
    table = _table("Source", "Format", "Label", "Collects")
    for source in sources:
        collects = ", ".join(
            each.get("role", each["id"]) for each in source.get("source_collection", [])
        )
        _add(table, source["id"], _format(source), source.get("label", ""), collects)
    return table


def flows_table(flows: Iterable[dict[str, Any]], members: Iterable[dict[str, Any]] = ()) -> Table:
    """With how long each is, and when, if the listing says so. `members` are Flows that these collect."""
    listed = list(flows)
    others = [*listed, *members]
    timed = any("timerange" in each for each in others)
    names = ("Flow", "Format", "Label", "Codec", "Picture or sound")
    table = _table(*names, *(["Duration", "Timerange"] if timed else []), "Status")
    for flow in listed:
        extent = extent_of(flow, others)
        _add(
            table,
            flow["id"],
            _format(flow),
            flow.get("label", ""),
            flow.get("codec", ""),
            essence_words(flow),
            *([duration_words(extent), str(extent)] if timed else []),
            status_words(flow),
        )
    return table


def recycle_bin_table(entries: Iterable[dict[str, Any]]) -> Table:
    table = _table(
        "Entry", "What", "Id", "Label", "Segments", "Size", "Deleted", "By", "Kept until"
    )
    for entry in entries:
        _add(
            table,
            entry["id"],
            entry["kind"],
            entry.get("flow_id", entry["source_id"]),
            entry.get("label", ""),
            str(entry.get("segment_count", "")),
            _bin_size(entry),
            _time(entry["deleted_at"]),
            entry.get("deleted_by", ""),
            _time(entry["kept_until"]),
        )
    return table


def _time(text: str) -> str:
    """With a place where a narrow column may break."""
    return text.replace("T", " ")


def _bin_size(entry: dict[str, Any]) -> str:
    if "size_bytes" not in entry:
        return "not yet known" if "is_measured" in entry else ""
    unknown = entry["unknown_sizes"]
    return size_text(entry["size_bytes"]) + (f" + {unknown} unknown" if unknown else "")


def retention_table(flows: Iterable[dict[str, Any]]) -> Table:
    table = _table(
        "Flow", "Label", "Retention", "Set on", "Segments", "Deletes", "Next", "Kept because"
    )
    for flow in flows:
        _add(
            table,
            flow["flow_id"],
            flow.get("label", ""),
            flow["retention"],
            "Source" if flow["from_source"] else "Flow",
            str(flow["segment_count"]),
            flow["goes"],
            flow.get("next", "at the next sweep" if "kept_because" not in flow else ""),
            flow.get("kept_because", ""),
        )
    return table


def queues_table(queues: Iterable[QueueDepth]) -> Table:
    table = _table("Queue", "Waiting", "In work", "Delayed", "Oldest", "Dead letters")
    for queue in queues:
        oldest = "" if queue.oldest_seconds is None else f"{queue.oldest_seconds:.0f} s"
        counts = [str(each) for each in (queue.waiting, queue.in_work, queue.delayed)]
        given_up = f"[red]{queue.given_up}[/red]" if queue.given_up else "0"
        table.add_row(queue.name, *counts, oldest, given_up)
    return table


def schema_table(tables: Iterable[dict[str, Any]]) -> Table:
    table = _table("Table", "Rows", "Size", "Sorted by", "Oldest", "Newest")
    for each in tables:
        if each["rows"] is None:
            table.add_row(each["name"], "[red]missing[/red]")
            continue
        ages = [(each[name] or "").removesuffix("+00:00") for name in ("oldest", "newest")]
        size, rows = size_text(each["size_bytes"]), str(each["rows"])
        table.add_row(each["name"], rows, size, _sorting(each["sorting"]), *ages)
    return table


def _sorting(sorting: dict[str, Any] | None) -> str:
    if sorting is None:
        return ""
    key = ", ".join(sorting["key"])
    return key if sorting["done"] else f"{key} (not all rows yet)"


def projections_table(projections: Iterable[dict[str, Any]]) -> Table:
    table = _table("Table", "Projection", "State", "Columns")
    for each in projections:
        state = each["state"]
        columns = ", ".join(each["columns"] or each["found"])
        if state == "differs":
            columns += f"; found {', '.join(each['found'])}"
        shown = state if state == "present" else f"[yellow]{state}[/yellow]"
        table.add_row(each["table"], each["name"], shown, columns)
    return table


def leftovers_table(kinds: Mapping[str, dict[str, Any]]) -> Table:
    table = _table("Kind", "Number", "Size", "What they are", "For example")
    for name, each in kinds.items():
        size = "" if each["size_bytes"] is None else size_text(each["size_bytes"])
        examples = [escape(example) for example in each["examples"][:2]]
        more = ["…"] if each["count"] > len(examples) and examples else []
        words = ", ".join([*examples, *more])
        table.add_row(name, str(each["count"]), size, each["title"], words)
    return table


def size_text(size_bytes: float) -> str:
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if size_bytes < 1024:
            return f"{size_bytes:.0f} {unit}" if unit == "B" else f"{size_bytes:.1f} {unit}"
        size_bytes /= 1024
    return f"{size_bytes:.1f} PiB"


def segments_table(segments: Iterable[dict[str, Any]]) -> Table:
    """With a column for tags, an extension of TAMS, if any Segment has some."""
    listed = list(segments)
    tagged = any("tags" in segment for segment in listed)
    table = _table("Timerange", "Object", "ts_offset", "Key frames", *(["Tags"] if tagged else []))
    for segment in listed:
        _add(
            table,
            segment["timerange"],
            segment["object_id"],
            segment.get("ts_offset", ""),
            str(segment.get("key_frame_count", "")),
            *([_tags(segment)] if tagged else []),
        )
    return table


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        no_wrap = name in {"Entry", "Source", "Flow", "Id", "Timerange", "Object"}
        table.add_column(name, no_wrap=no_wrap, overflow="ellipsis" if no_wrap else "fold")
    return table


def _add(table: Table, *cells: str) -> None:
    """A row of what others wrote, as it is: rich takes brackets and colons in a string for its markup."""
    table.add_row(*map(Text, cells))


def _tags(segment: dict[str, Any]) -> str:
    pairs = (
        f"{name}={value if isinstance(value, str) else ','.join(value)}"
        for name, value in segment.get("tags", {}).items()
    )
    return "; ".join(pairs)


def _format(document: dict[str, Any]) -> str:
    return str(document["format"]).rsplit(":", 1)[-1]


def essence_words(flow: dict[str, Any]) -> str:
    essence = flow.get("essence_parameters", {})
    if "frame_width" in essence:
        size = f"{essence['frame_width']}x{essence['frame_height']}"
        rate = essence.get("frame_rate")
        return f"{size}, {rate['numerator'] / rate.get('denominator', 1):.5g} fps" if rate else size
    if "sample_rate" in essence:
        plural = "" if essence["channels"] == 1 else "s"
        return f"{essence['sample_rate']} Hz, {essence['channels']} channel{plural}"
    members = len(flow.get("flow_collection", []))
    return f"collects {members}" if members else ""
