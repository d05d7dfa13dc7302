"""`tams ingest`: a file becomes Sources, Flows and Segments; run again, it goes on where it was."""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from cli.client import Client
from cli.faults import CommandError
from cli.flows import TrackFlow, fingerprint, flow_document, flows_of, multi_document, multi_ids
from cli.plan import Plan, plan
from cli.probe import probe
from cli.segmenting import Cut, segments
from cli.times import NS, between, stamp
from tams.timing import TimeRange

BATCH = 20
"""Segments uploaded and registered together: what an interruption can cost."""

COMPLETE = "closed_complete"


class Progress(Protocol):
    """Told how much of the timeline is done."""

    def begin(self, total_ns: int) -> None: ...
    def advance(self, ns: int) -> None: ...


@dataclass(frozen=True)
class Options:
    segment_seconds: float = 2.0
    start_ns: int = 0
    label: str | None = None
    jobs: int = 4


@dataclass
class Outcome:
    """What an ingest made: the multi Flow, and each track's Flow by role."""

    multi_flow_id: str
    flow_ids: dict[str, str]
    registered: int = 0
    skipped: int = 0
    was_complete: bool = False


@dataclass
class _Rate:
    """Bit rates as the application note defines them: of whole Segments, in 1000 bit/s."""

    bits: int = 0
    ns: int = 0
    peak: int = 0

    def add(self, cut: Cut) -> None:
        bits, ns = len(cut.media) * 8, cut.end_ns - cut.start_ns
        self.bits += bits
        self.ns += ns
        if ns:
            self.peak = max(self.peak, bits * NS // ns // 1000)

    def fields(self) -> dict[str, int]:
        if not self.ns:
            return {}
        return {"avg_bit_rate": self.bits * NS // self.ns // 1000, "max_bit_rate": self.peak}


@dataclass
class Ingest:
    client: Client
    path: Path
    options: Options
    progress: Progress
    _rates: dict[str, _Rate] = field(default_factory=dict)

    def run(self) -> Outcome:
        """Raises CommandError. A file that is complete already costs two requests."""
        if not self.path.is_file():
            raise CommandError(f"{self.path} does not exist, or is not a file")
        options = self.options
        identity = fingerprint(self.path, options.segment_seconds, options.start_ns)
        tracks = probe(self.path)
        flows = flows_of(tracks, identity)
        multi_id, _ = multi_ids(identity)
        outcome = Outcome(multi_id, {flow.role: flow.flow_id for flow in flows})
        known = self.client.find(f"/flows/{multi_id}")
        if known is not None and known.get("status") == COMPLETE:
            outcome.was_complete = True
            return outcome
        self._put_flows(identity, flows, status="ingesting")
        planned = plan(self.path, tracks, Fraction(options.segment_seconds))
        self.progress.begin(int(planned.duration * NS) * len(flows))
        for flow in flows:
            self._ingest_track(flow, planned, outcome)
        self._put_flows(identity, flows, status=COMPLETE)
        return outcome

    def _put_flows(self, identity: UUID, flows: Sequence[TrackFlow], status: str) -> None:
        """The members before their collection, which needs them; so the multi Flow is complete last."""
        label = self.options.label or self.path.name
        seconds = self.options.segment_seconds
        for flow in flows:
            rate = self._rates.get(flow.flow_id, _Rate()).fields()
            document = flow_document(flow, label, seconds, status=status, **rate)
            self.client.put(f"/flows/{flow.flow_id}", document)
        multi = multi_document(identity, label, flows, status=status)
        self.client.put(f"/flows/{multi['id']}", multi)

    def _ingest_track(self, flow: TrackFlow, planned: Plan, outcome: Outcome) -> None:
        stored = self._stored_starts(flow.flow_id)
        rate = self._rates.setdefault(flow.flow_id, _Rate())
        missing: list[Cut] = []
        with ThreadPoolExecutor(self.options.jobs) as pool:
            for cut in segments(self.path, flow.track, planned, self.options.start_ns):
                rate.add(cut)
                if cut.start_ns in stored:
                    outcome.skipped += 1
                    self.progress.advance(cut.end_ns - cut.start_ns)
                    continue
                missing.append(cut)
                if len(missing) == BATCH:
                    outcome.registered += self._store(flow, missing, pool)
                    missing = []
            if missing:
                outcome.registered += self._store(flow, missing, pool)

    def _stored_starts(self, flow_id: str) -> set[int | None]:
        listed = self.client.pages(f"/flows/{flow_id}/segments", accept_get_urls="", limit="1000")
        return {TimeRange.parse(each["timerange"]).start_ns for each in listed}

    def _store(self, flow: TrackFlow, cuts: Sequence[Cut], pool: ThreadPoolExecutor) -> int:
        """Allocate, upload together, register in one request."""
        objects = self._allocate(flow.flow_id, len(cuts))
        uploads: deque[Future[None]] = deque()
        posts = []
        for cut, entry in zip(cuts, objects, strict=True):
            put = entry["put_url"]
            content_type = put.get("content-type", flow.track.wrapping.mime)
            uploads.append(pool.submit(self.client.upload, put["url"], content_type, cut.media))
            posts.append(_segment(cut, entry["object_id"]))
        for cut in cuts:
            uploads.popleft().result()
            self.progress.advance(cut.end_ns - cut.start_ns)
        self._register(flow.flow_id, posts)
        return len(posts)

    def _allocate(self, flow_id: str, count: int) -> list[dict[str, Any]]:
        """A server may give fewer than asked for."""
        objects: list[dict[str, Any]] = []
        while len(objects) < count:
            asked = {"limit": count - len(objects)}
            objects += self.client.post(f"/flows/{flow_id}/storage", asked)["media_objects"]
        return objects[:count]

    def _register(self, flow_id: str, posts: list[dict[str, Any]]) -> None:
        """A request that was answered by no one may have been carried out: then ours are there already."""
        answer = self.client.post(f"/flows/{flow_id}/segments", posts)
        failed = answer["failed_segments"] if answer else []
        if not failed:
            return
        stored = {
            each["object_id"]
            for each in self.client.pages(
                f"/flows/{flow_id}/segments",
                accept_get_urls="",
                timerange=str(_span(posts)),
            )
        }
        for each in failed:
            if each["object_id"] not in stored:
                reason = each.get("error", {}).get("summary", "no reason given")
                raise CommandError(f"Segment {each.get('timerange', '')} was refused: {reason}")


def _span(posts: Sequence[dict[str, Any]]) -> TimeRange:
    spanned = TimeRange.never()
    for post in posts:
        spanned = spanned.hull(TimeRange.parse(post["timerange"]))
    return spanned


def _segment(cut: Cut, object_id: str) -> dict[str, Any]:
    post: dict[str, Any] = {
        "object_id": object_id,
        "timerange": between(cut.start_ns, cut.end_ns),
    }
    if cut.ts_offset_ns:
        post["ts_offset"] = stamp(cut.ts_offset_ns)
    if cut.key_frame_count:
        post["key_frame_count"] = cut.key_frame_count
    return post
