"""Which rows of a batch clients see, by the rules of `tams.repositories.visible`."""

import json
import threading
from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from sql import derived
from tams.models.deletion_request import DeletionStatus
from tams.models.stored import FlowOutline
from tams.models.stored_objects import ObjectKind, ObjectState
from tams.models.timelines import flow_of
from tams.repositories.flow_rows import OUTLINE, outline_from_row
from tams.repositories.listing import in_parts
from tams.repositories.object_tables import OBJECTS
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.service_tables import DELETION_REQUESTS
from tams.repositories.tables import FLOWS, SEGMENTS
from tams.repositories.visible import VisibleTransaction, shows
from tams.timing import TimeRange
from tams.vast.where import col

_KNOWN_MAX = 100_000
"""The most timelines that are remembered."""

Columns = Mapping[str, pa.Array]


class Rule(Protocol):
    """Tells rows that clients see."""

    @property
    def needs(self) -> tuple[str, ...]:
        """The columns of the table that it looks at."""

    def shown(self, columns: Columns) -> pa.Array:
        """Whether each row is seen."""


class Hidden:
    """What one snapshot hides. It asks VAST only for Flows that it meets."""

    def __init__(self, transaction: VisibleTransaction) -> None:
        self.transaction = transaction
        self._outlines: dict[str, FlowOutline | None] = {}
        self._lock = threading.Lock()

    @cached_property
    def has_running_deletions(self) -> bool:
        """Whether any Flow hides Segments that are about to be deleted."""
        return self.transaction.count(FLOWS, col["deleting"].notnull()) > 0

    @cached_property
    def has_any(self) -> bool:
        """Whether there may be Segments that clients do not see."""
        unfinished = col["status"] != str(DeletionStatus.DONE)
        return (
            self.has_running_deletions
            or self.transaction.count(RECYCLE_BIN, None) > 0
            or self.transaction.count(DELETION_REQUESTS, unfinished) > 0
        )

    def outlines(self, timeline_ids: Collection[str]) -> dict[str, FlowOutline | None]:
        """The Flow that shows each timeline; None if none does. One round trip for those not yet known."""
        with self._lock:
            unknown = set(timeline_ids).difference(self._outlines)
            if len(self._outlines) + len(unknown) > _KNOWN_MAX:
                self._outlines.clear()
                unknown = set(timeline_ids)
            self._outlines |= dict.fromkeys(unknown)
            for some in in_parts(sorted({flow_of(each) for each in unknown})):
                for row in self.transaction.select(FLOWS, col["id"].isin(some), OUTLINE):
                    outline = outline_from_row(row)
                    self._outlines[outline.timeline_id] = outline
            return {each: self._outlines[each] for each in timeline_ids}


class SegmentsShown:
    """A Segment is seen if it is on the timeline of a Flow, and no running deletion covers it."""

    def __init__(self, hidden: Hidden) -> None:
        self._hidden = hidden

    @property
    def needs(self) -> tuple[str, ...]:
        return ("flow_id", "timerange") if self._hidden.has_running_deletions else ("flow_id",)

    def shown(self, columns: Columns) -> pa.Array:
        encoded = columns["flow_id"].dictionary_encode()
        timelines = encoded.dictionary.to_pylist()
        outlines = self._hidden.outlines(timelines)
        found = [outlines[each] for each in timelines]
        shown = np.array([each is not None for each in found], bool)
        rows = shown[encoded.indices.to_numpy()]
        deleting = np.array([bool(each and each.deleting) for each in found], bool)
        for row in np.flatnonzero(deleting[encoded.indices.to_numpy()]):
            outline = found[encoded.indices[int(row)].as_py()]
            assert outline is not None
            rows[row] = shows(outline, TimeRange.parse(columns["timerange"][int(row)].as_py()))
        return pa.array(rows)


class ObjectsShown:
    """As `StoredObject.is_shown`; and of those in use, only those of which a Segment is seen."""

    needs = ("id", "kind", "state", "instances")

    def __init__(self, hidden: Hidden) -> None:
        self._hidden = hidden

    def shown(self, columns: Columns) -> pa.Array:
        states = columns["state"]
        used = pc.fill_null(pc.equal(states, str(ObjectState.REFERENCED)), fill_value=False)
        if self._hidden.has_any:
            media, init = (
                _ids(columns, used, ObjectKind.MEDIA),
                _ids(columns, used, ObjectKind.INIT),
            )
            seen = self._media_seen(media) | self._init_seen(init)
            ids = pa.array(sorted(seen), pa.utf8())
            used = pc.and_(used, pc.is_in(columns["id"], ids))
        unused = pc.fill_null(pc.equal(states, str(ObjectState.ALLOCATED)), fill_value=False)
        registered = derived.by_value(columns["instances"], _has_url, pa.bool_())
        return pc.or_(used, pc.and_(unused, pc.fill_null(registered, fill_value=False)))

    def _media_seen(self, object_ids: Collection[str]) -> set[str]:
        """Those that a visible Segment uses. Two round trips for as many as one request holds."""
        seen: set[str] = set()
        for some in in_parts(sorted(object_ids)):
            rows = self._hidden.transaction.select(
                SEGMENTS, col["object_id"].isin(some), ["object_id", "flow_id", "timerange"]
            )
            outlines = self._hidden.outlines({row["flow_id"] for row in rows})
            for row in rows:
                outline = outlines[row["flow_id"]]
                if outline and shows(outline, TimeRange.parse(row["timerange"])):
                    seen.add(row["object_id"])
        return seen

    def _init_seen(self, object_ids: Collection[str]) -> set[str]:
        """Those that a media Object needs which a visible Segment uses."""
        needed: dict[str, str] = {}
        for some in in_parts(sorted(object_ids)):
            media = (col["kind"] == str(ObjectKind.MEDIA)) & col["init_object_id"].isin(some)
            for row in self._hidden.transaction.select(OBJECTS, media, ["id", "init_object_id"]):
                needed[row["id"]] = row["init_object_id"]
        return {needed[each] for each in self._media_seen(needed)}


def _ids(columns: Columns, used: pa.Array, kind: ObjectKind) -> list[str]:
    of_kind = pc.and_(used, pc.fill_null(pc.equal(columns["kind"], str(kind)), fill_value=False))
    found: list[str] = columns["id"].filter(of_kind).to_pylist()
    return found


def _has_url(instances: str | None) -> bool:
    return any("url" in each for each in json.loads(instances or "[]"))
