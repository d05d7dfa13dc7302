"""The queries in the guide: each answer is what the guide shows, and what the API's documents add up to."""

import io
import re
import runpy
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from sql.engine import Engine
from sql.result_table import show_rows
from tams.timing import TimeRange
from tests.sql.asking import rows_of
from tests.sql.station import HD, Station

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "shared" / "docs"
_EXAMPLE = re.compile(
    r"### (?P<question>[^\n]+)\n.*?```sql\n(?P<query>.*?)```\n\n```text title=\"answer\"\n(?P<answer>.*?)```",
    re.DOTALL,
)
EXAMPLES = {
    match["question"]: (match["query"], match["answer"])
    for match in _EXAMPLE.finditer((DOCS / "guides" / "sql.md").read_text())
}
NS, TAI = 10**9, 37
Rows = list[tuple[Any, ...]]


def name_of(document: dict[str, Any]) -> str:
    return str(document["format"]).rpartition(":")[2]


def bounds(segment: dict[str, Any]) -> tuple[int, int]:
    start, end = TimeRange.parse(segment["timerange"]).half_open()
    assert start is not None
    assert end is not None
    return start, end


def utc(ns: int) -> datetime:
    return datetime.fromtimestamp(ns // NS - TAI, UTC).replace(tzinfo=None)


def what_there_is(station: Station) -> Rows:
    flows = Counter(name_of(flow) for flow in station.all("/flows"))
    segments = Counter(name_of(flow) for flow, _ in station.segments())
    return sorted((name, count, segments[name]) for name, count in flows.items())


def by_day(station: Station) -> Rows:
    found: Counter[tuple[str, Any]] = Counter()
    for flow, segment in station.segments():
        start, end = bounds(segment)
        found[flow["label"], datetime.fromtimestamp(start // NS, UTC).date()] += end - start
    return sorted((*key, total / NS) for key, total in found.items())


def by_backend(station: Station) -> Rows:
    places: dict[str | None, list[int | None]] = defaultdict(list)
    for object_id, document in station.objects().items():
        keys = {
            each.get("storage_id") or each["url"]: each.get("storage_id")
            for each in document["get_urls"]
        }
        for storage_id in keys.values():
            places[storage_id].append(station.uploads.get(object_id))
    rows = [
        (each, len(sizes), sum(it or 0 for it in sizes) if any(sizes) else None, sizes.count(None))
        for each, sizes in places.items()
    ]
    return sorted(rows, key=lambda row: -(row[2] or 0))


def gaps(station: Station) -> Rows:
    found = sorted(bounds(each) for flow, each in station.segments() if flow["id"] == HD)
    return [
        (utc(end), utc(following), (following - end) / NS)
        for (_, end), (following, _) in pairwise(found)
        if following > end
    ]


def tagged(station: Station) -> Rows:
    found = station.all("/flows", **{"tag.camera": "1"})
    rows = [(each["label"], (each["tags"].get("site") or [None])[0]) for each in found]
    return sorted(rows)


def shared(station: Station) -> Rows:
    used = Counter(segment["object_id"] for _, segment in station.segments())
    return [("video/mp2t", station.uploads[it], count) for it, count in used.items() if count > 1]


def growth(station: Station) -> Rows:
    objects = station.objects()
    (day,) = {datetime.fromisoformat(each["created"]).date() for each in station.all("/flows")}
    return [(day, len(objects), sum(station.uploads.get(it, 0) for it in objects))]


def lateness(station: Station) -> Rows:
    """Whole seconds of the API cannot give the percentiles, but all Segments come from one request each."""
    counts = Counter(flow["label"] for flow, _ in station.segments())
    return sorted(counts.items())


def binned(station: Station) -> Rows:
    return sorted(
        (each["kind"], each["label"], each["segment_count"], each.get("size_bytes"))
        for each in station.all("/recycle-bin")
    )


BRUTE_FORCE: dict[str, Callable[[Station], Rows]] = {
    "What is in the store?": what_there_is,
    "How much media does each Flow have, by day?": by_day,
    "How much is on each storage backend?": by_backend,
    "Where does a Flow have gaps?": gaps,
    "Which Flows have a tag?": tagged,
    "Which Objects does more than one Segment use?": shared,
    "How does the store grow?": growth,
    "How late is media registered?": lateness,
    "What could be restored?": binned,
}


def test_every_question_has_an_answer_here() -> None:
    assert EXAMPLES.keys() == BRUTE_FORCE.keys()


@pytest.mark.parametrize("question", EXAMPLES)
def test_the_answer_is_what_the_api_adds_up_to(
    question: str, station: Station, engine_of_station: Engine
) -> None:
    query, _ = EXAMPLES[question]
    wanted = BRUTE_FORCE[question](station)

    (one,) = engine_of_station.statements(query)
    found = rows_of(engine_of_station, one)

    assert [row[: len(wanted[0])] for row in found] == wanted


@pytest.mark.parametrize("question", EXAMPLES)
def test_the_guide_shows_the_answer(
    question: str, station: Station, engine_of_station: Engine
) -> None:
    query, shown = EXAMPLES[question]
    console = Console(file=io.StringIO(), width=160)

    (one,) = engine_of_station.statements(query)
    with engine_of_station.result(one) as result:
        show_rows(console, [each[0] for each in result.description or ()], result.fetchall())

    assert isinstance(console.file, io.StringIO)
    printed = console.file.getvalue().splitlines()
    for line, expected in zip(printed, shown.splitlines(), strict=True):
        pattern = r"\s+".join(re.escape(each) for each in expected.split())
        assert re.fullmatch(rf"\s*{pattern.replace('…', '.+')}\s*", line), (line, expected)


def test_the_reference_is_that_of_the_views() -> None:
    made = runpy.run_path(str(DOCS / "make_views.py"))

    assert (DOCS / "views.md").read_text() == made["text"](), "run `make docs`"
