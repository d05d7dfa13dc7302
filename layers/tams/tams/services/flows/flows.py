"""Flows: create, replace, read. A Source comes with its first Flow, and usually goes with its last."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import uuid4

from tams.errors import ConflictError, InvalidRequestError, quoted
from tams.models.caller import Caller, Permission, classes_of
from tams.models.flow import Flow, FlowPut, make_flow
from tams.models.flow_common import FlowManaged
from tams.models.paging import Page
from tams.models.queries import FlowQuery
from tams.models.retention import check_retention
from tams.models.stored import StoredFlow
from tams.models.timelines import Timeline, timeline_of
from tams.models.versioned import Versioned, is_known
from tams.ports import Clock, Platform, Repositories, Store
from tams.services.access.permissions import (
    check_flow,
    flow_to,
    tags_of_new,
    tags_of_replaced,
)
from tams.services.access.versions import version_for
from tams.services.access.writable import writable
from tams.services.clock.record_times import moment_after, moment_of_change
from tams.services.flows.collections import as_caller_sees
from tams.services.flows.description import check_init_segments, description_of
from tams.services.flows.listed import beyond_vast
from tams.services.flows.storing import add_flow, replace_flow
from tams.services.segments.window import PageRequest, reader_of
from tams.timing import TimeRange
from tams.timing.coverage import hull
from tams.timing.microseconds import from_us, to_us


@dataclass(frozen=True, slots=True)
class FlowService:
    store: Store
    clock: Clock
    retention: bool = False
    """Whether the tag `retention` is a policy."""

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        enabled = platform.settings.retention.enabled
        return cls(platform.store(caller), platform.clock, enabled)

    def get(
        self,
        flow_id: str,
        *,
        include_timerange: bool = False,
        timerange: TimeRange | None = None,
    ) -> Flow:
        """A Flow as clients see it. Raises NotFoundError.

        `include_timerange` adds the span of its Segments or, given `timerange`, of the whole Segments that
        overlap it (FLW-14, FLW-15).
        """
        flow = self.get_versioned(
            flow_id, include_timerange=include_timerange, timerange=timerange
        ).value
        assert flow is not None
        return flow

    def get_versioned(
        self,
        flow_id: str,
        *,
        include_timerange: bool = False,
        timerange: TimeRange | None = None,
        known: Collection[str] = (),
    ) -> Versioned[Flow]:
        """The same, unless the client has this version; then one select is all. Source: GET /flows/{flowId}.

        Whatever changes a Flow, its Segments or its collections writes its row.
        """

        def work(repositories: Repositories) -> Versioned[Flow]:
            stored = flow_to(Permission.READ, repositories, flow_id)
            version = version_for(repositories.caller, stored.flow.created, stored.revision)
            if is_known(version, known):
                return Versioned(version, None)
            (flow,) = as_caller_sees(repositories, [stored])
            if include_timerange:
                spanned = _spanned(repositories, stored, timerange or TimeRange.eternity())
                flow = flow.model_copy(update={"timerange": spanned})
            return Versioned(version, flow)

        return self.store.read(work)

    def list_(self, query: FlowQuery) -> Page[Flow]:
        """Source: GET /flows."""

        def work(repositories: Repositories) -> Page[Flow]:
            asked = replace(query, classes=repositories.caller.classes_for(Permission.READ))
            page = repositories.flows.list_(asked, beyond_vast(repositories, asked))
            flows = as_caller_sees(repositories, page.items)
            if asked.include_timerange:
                flows = _with_timeranges(repositories, flows, page.items)
            return Page(tuple(flows), page.next_key)

        return self.store.read(work)

    def create(self, put: FlowPut) -> Flow:
        """Create a Flow (an extension). Raises as `put` does, and ConflictError when its id is taken."""
        flow_id = put.common.id

        def work(repositories: Repositories) -> Flow:
            if repositories.flows.find(flow_id) is not None:
                raise ConflictError(f"id: Flow {quoted(flow_id)} already exists")
            return self._new(repositories, put)

        return self.store.write(work, flow_id, put.common.source_id)

    def put(self, flow_id: str, put: FlowPut) -> Flow | None:
        """Create a Flow and return it, or replace one and return None (FLW-17…34).

        Raises InvalidRequestError, ForbiddenError (read-only).
        """
        if put.common.id != flow_id:
            raise InvalidRequestError(
                f"id: {quoted(put.common.id)} differs from the id in the path, {quoted(flow_id)}"
            )

        def work(repositories: Repositories) -> Flow | None:
            stored = repositories.flows.find(flow_id)
            if stored is not None:
                check_flow(Permission.WRITE, repositories, stored.flow)
            if stored is None:
                return self._new(repositories, put)
            now = moment_of_change(self.clock(), stored)
            flow = self._flow(repositories, put, writable(stored), now)
            replace_flow(repositories, stored, flow, now)
            return None

        return self.store.write(work, flow_id, put.common.source_id)

    def _new(self, repositories: Repositories, put: FlowPut) -> Flow:
        flow_id = put.common.id
        # After every event of an earlier Flow with this id, or an earlier Source with its Source's id.
        gone_us = repositories.guards.hold([flow_id, put.common.source_id])
        now = moment_after(self.clock(), from_us(gone_us))
        timeline = Timeline(id=timeline_of(flow_id, to_us(now)) if gone_us else "")
        flow = self._flow(repositories, put, None, now)
        return add_flow(repositories, StoredFlow(flow, timeline), now)

    def _flow(
        self,
        repositories: Repositories,
        put: FlowPut,
        stored: StoredFlow | None,
        now: datetime,
    ) -> Flow:
        """The Flow as it will be, checked against the stored one."""
        common = put.common
        old = stored.flow if stored else None
        caller = repositories.caller.name
        technical, profile_id = description_of(repositories, put, old)
        if old is not None and technical.format != old.format:
            raise InvalidRequestError("format: the format of a Flow cannot change")
        if stored is not None and stored.timeline.segment_count:
            check_init_segments(old, technical)
        version = common.metadata_version
        if version is None or (old is not None and version == old.metadata_version):
            version = uuid4().hex
        common = common.model_copy(
            update={
                "tags": self._tags(repositories, put, old),
                "metadata_version": version,
                "created_by": old.created_by if old else caller,
                "updated_by": (caller or old.updated_by) if old else None,
            }
        )
        managed = FlowManaged(
            created=old.created if old else now,
            metadata_updated=now,
            segments_updated=old.segments_updated if old else None,
            profile_id=profile_id,
        )
        return make_flow(common, technical, managed)

    def _tags(self, repositories: Repositories, put: FlowPut, old: Flow | None) -> dict[str, Any]:
        """The tags, with the classes that a caller limited to classes gives the Flow."""
        caller, tags = repositories.caller, put.common.tags
        check_retention(self.retention, old.tags if old else None, tags)
        if old is not None:
            return tags_of_replaced(caller, old.tags, tags)
        if caller.classes is None:
            return dict(tags or {})
        source = repositories.sources.find(put.common.source_id)
        return tags_of_new(caller, tags, classes_of(source.source.tags) if source else ())


def _with_timeranges(
    repositories: Repositories, flows: Sequence[Flow], stored: Sequence[StoredFlow]
) -> list[Flow]:
    ever = TimeRange.eternity()
    return [
        flow.model_copy(update={"timerange": _spanned(repositories, each, ever)})
        for flow, each in zip(flows, stored, strict=True)
    ]


def _spanned(repositories: Repositories, stored: StoredFlow, timerange: TimeRange) -> TimeRange:
    """From the first to the last Segment that overlaps `timerange`. Reads only the ends."""
    if timerange.contains(stored.timeline.timerange) and not stored.deleting:
        return stored.timeline.timerange
    reader = reader_of(repositories, stored.outline)
    first, _ = reader.page(PageRequest(timerange, 1))
    last, _ = reader.page(PageRequest(timerange, 1, reverse=True))
    return hull(segment.timerange for segment in (*first, *last))
