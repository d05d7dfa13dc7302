"""`tams ingest`: turns a file into Sources, Flows and Segments. A second run resumes the first."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from uuid import UUID

from cli.bit_rates import BitRate
from cli.claims import CLAIM_TAG, Claim, alone_here
from cli.client import Client
from cli.codecs import Wrapping
from cli.damage import Damage, broken_promise
from cli.digests import content_digest, file_state
from cli.errors import CommandError, RefusedError
from cli.facts import facts_of
from cli.flows import TrackFlow, flow_document, flows_of, multi_document, multi_ids
from cli.ingest_options import COMPLETE, INGESTING, Options
from cli.plan import Plan, plan
from cli.probe import Track, probe
from cli.progress import Progress
from cli.resuming import find_earlier, is_whole, stored_in
from cli.segmenting import Cut, segments
from cli.storing import Storing, store_and_register, store_by_upload
from cli.times import NS

BATCH = 20
"""Segments uploaded and registered together, and so the most that an interruption can cost."""

DAMAGE_TAG = "ingest_damage"
"""The tag on the multi Flow of a file that is not readable to its end. It says what is missing."""


@dataclass
class Outcome:
    """The result of an ingest: the multi Flow, and each track's Flow by role.

    `known_as` is the label of the same content in the store from an earlier run. `damage` describes each
    unreadable part of the file in a line, and `notes` what else a user should know of it.
    """

    multi_flow_id: str
    flow_ids: dict[str, str]
    registered: int = 0
    skipped: int = 0
    was_complete: bool = False
    known_as: str | None = None
    damage: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def readable_name(path: Path) -> str:
    """The file's name. Bytes that are not UTF-8, which no label can hold, are replaced."""
    return os.fsencode(path.name).decode(errors="replace")


def _no_file(path: Path) -> str:
    return f"{path} is not a file" if path.exists() else f"{path} does not exist"


@dataclass
class Ingest:
    client: Client
    path: Path
    options: Options
    progress: Progress
    say: Callable[[str], None] = lambda _: None
    """Receives what a user should know at once."""
    begun: Callable[[Sequence[str]], None] = lambda _: None
    """Receives the ids of the Flows, once there are some to finish or to tidy up."""
    _rates: dict[str, BitRate] = field(default_factory=dict)
    _track_tags: Mapping[int, Mapping[str, str]] = field(default_factory=dict)

    def run(self) -> Outcome:
        """Raises CommandError. A file that is already complete costs two requests."""
        if not self.path.is_file():
            raise RefusedError(_no_file(self.path))
        tracks, choice = self._probe()
        self.progress.stage(f"{self.path.name}: reading")
        state = file_state(self.path)
        digest = content_digest(self.path, self.progress)
        with alone_here(digest, self.client.url, self.say):
            return self._run(tracks, choice, state, digest)

    def _run(
        self, tracks: list[Track], choice: tuple[str, ...], state: list[int], digest: str
    ) -> Outcome:
        identity, known = find_earlier(self.client, self.options, digest, tracks, choice)
        flows = flows_of(tracks, identity)
        multi_id, _ = multi_ids(identity)
        claim = Claim(self.client, multi_id, self.say)
        known = claim.wait(known)
        outcome = Outcome(multi_id, {flow.role: flow.flow_id for flow in flows})
        label = self.options.label or readable_name(self.path)
        if known is not None:
            outcome.known_as = known.get("label")
            label = self.options.label or outcome.known_as or label
            if is_whole(known, flows):
                outcome.was_complete = True
                outcome.damage = [*filter(None, [known.get("tags", {}).get(DAMAGE_TAG)])]
                self._be_strict(outcome.damage)
                return outcome
        planned = plan(self.path, tracks, Fraction(self.options.segment_seconds))
        facts = facts_of(self.path, tracks)
        outcome.notes = list(planned.notes)
        if facts.left_out is not None:
            outcome.notes.append(f"left out, as neither picture nor sound: {facts.left_out}")
        self._track_tags = facts.of_track
        described: dict[str, str | list[str]] = {
            "file_name": readable_name(self.path),
            **facts.tags,
            **facts.chapter_tags(planned.origin, self.options.start_ns),
        }
        if self.options.strict:
            self._be_strict(self._look_for_damage(flows, planned))
        claimed: dict[str, str | list[str]] = {**described, CLAIM_TAG: claim.words()}
        self.begun([multi_id, *outcome.flow_ids.values()])
        self._put_flows(identity, label, flows, status=INGESTING, tags=claimed)
        if not claim.is_ours():
            self.begun([])
            return self._run(tracks, choice, state, digest)
        self.progress.stage(f"{self.path.name}: storing")
        self.progress.begin(int(planned.duration * NS) * len(flows))
        try:
            with claim.held():
                outcome.damage = self._ingest_tracks(flows, planned, outcome)
        except CommandError as error:
            raise CommandError(f"{error}. Run the same command again to resume.") from error
        if (reason := self._why_void(state, outcome)) is not None:
            self._remove(outcome)
            self.begun([])
            raise RefusedError(f"{self.path} {reason}; nothing of it remains in the store")
        if outcome.damage:
            described[DAMAGE_TAG] = "; ".join(outcome.damage)
        self._put_flows(identity, label, flows, status=COMPLETE, tags=described)
        return outcome

    def _ingest_tracks(
        self, flows: Sequence[TrackFlow], planned: Plan, outcome: Outcome
    ) -> list[str]:
        """Returns the unreadable parts of the tracks."""
        damages = [self._ingest_track(flow, planned, outcome) for flow in flows]
        return _in_words(flows, planned, damages)

    def _look_for_damage(self, flows: Sequence[TrackFlow], planned: Plan) -> list[str]:
        """Reads everything as an ingest does, but stores nothing."""
        self.progress.stage(f"{self.path.name}: looking for damage")
        damages = []
        for flow in flows:
            damages.append(Damage())
            for _ in segments(self.path, flow.track, planned, 0, damages[-1]):
                pass
        return _in_words(flows, planned, damages)

    def _be_strict(self, damage: Sequence[str]) -> None:
        """Raises RefusedError."""
        if self.options.strict and damage:
            raise RefusedError(f"{self.path} is damaged: {'; '.join(damage)}")

    def _why_void(self, state: list[int], outcome: Outcome) -> str | None:
        """Why no later run can complete what was stored."""
        try:
            if file_state(self.path) != state:
                return "changed while it was being ingested"
        except OSError:
            return "disappeared while it was being ingested"
        return None if outcome.registered or outcome.skipped else "is damaged from the start"

    def _remove(self, outcome: Outcome) -> None:
        for flow_id in [outcome.multi_flow_id, *outcome.flow_ids.values()]:
            self.client.delete(f"/flows/{flow_id}")

    def _probe(self) -> tuple[list[Track], tuple[str, ...]]:
        """The tracks, and the container that was asked for, if that makes other Segments than usual."""
        asked = self.options.container
        tracks = probe(self.path, asked)
        if asked == "auto" or _wrappings(tracks) == _wrappings(probe(self.path)):
            return tracks, ()
        return tracks, (asked,)

    def _put_flows(
        self,
        identity: UUID,
        label: str,
        flows: Sequence[TrackFlow],
        status: str,
        tags: Mapping[str, str | list[str]],
    ) -> None:
        """Puts the members before their collection, which needs them; so the multi Flow is complete last."""
        seconds = self.options.segment_seconds
        for flow in flows:
            rate = self._rates.get(flow.flow_id, BitRate()).fields()
            document = flow_document(flow, label, seconds, status=status, **rate)
            document["tags"].update(self._track_tags.get(flow.track.index, {}))
            self.client.put(f"/flows/{flow.flow_id}", document)
        multi = multi_document(identity, label, flows, status=status, tags=tags)
        self.client.put(f"/flows/{multi['id']}", multi)

    def _ingest_track(self, flow: TrackFlow, planned: Plan, outcome: Outcome) -> Damage:
        damage = Damage()
        stored, inits = stored_in(self.client, flow.flow_id)
        rate = self._rates.setdefault(flow.flow_id, BitRate())
        missing: list[Cut] = []
        store = store_by_upload if self.options.register_by_upload else store_and_register
        with ThreadPoolExecutor(self.options.jobs) as pool:
            batch = Storing(
                self.client, pool, flow, self.progress, self.options.segment_tags, inits
            )
            for cut in segments(self.path, flow.track, planned, self.options.start_ns, damage):
                rate.add(cut)
                if cut.start_ns in stored:
                    outcome.skipped += 1
                    self.progress.advance(cut.end_ns - cut.start_ns)
                    continue
                missing.append(cut)
                if len(missing) == BATCH:
                    outcome.registered += store(batch, missing)
                    missing = []
            if missing:
                outcome.registered += store(batch, missing)
        return damage


def _wrappings(tracks: Sequence[Track]) -> list[Wrapping]:
    return [track.wrapping for track in tracks]


def _in_words(flows: Sequence[TrackFlow], planned: Plan, damages: Sequence[Damage]) -> list[str]:
    broken_promise(list(damages), planned.promised_end)
    said = [
        (flow.role, each.words(planned.origin)) for flow, each in zip(flows, damages, strict=True)
    ]
    return [f"{role}: {words}" for role, words in said if words is not None]
