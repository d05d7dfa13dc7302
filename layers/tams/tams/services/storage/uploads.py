"""Handles uploads reported by S3: notes them on the Object, and registers a Segment if they ask for one."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Self

from tams.deadline import may_go_on
from tams.errors import BackendUnavailableError, InvalidRequestError, RequestFailedError
from tams.metrics import UPLOADS_WAITING, measure
from tams.models.caller import Caller
from tams.models.error import Error
from tams.models.flow_segment import FlowSegmentPost
from tams.models.stored_objects import ObjectState, StoredObject
from tams.models.upload import Upload
from tams.models.upload_segment import segment_of
from tams.ports import Clock, ObjectStores, Platform, Repositories, Store
from tams.services.objects.resized import note_resized
from tams.services.segments.segments import FlowSegmentService
from tams.timing.microseconds import to_us

LOOKED_AFTER_MAX = 100
"""Uploads that the sweeper looks for between two looks at the time."""

_FOUND_MAX = 2_000
"""Ids in one select: more than one request allocates, so that these seldom share one moment."""
_EVER_US = 2**62


@dataclass(frozen=True, slots=True)
class Refusal:
    """An upload that asked for a Segment and did not get one."""

    object_id: str
    flow_id: str
    fault: Error


@dataclass(frozen=True, slots=True)
class UploadService:
    """Reports that are repeated, late, or about deleted Objects change nothing (ADR 8).

    S3 has `reported_within` to report an upload before the sweeper looks for itself. Allocations that nobody
    uses are gone soon after `lifetime`.
    """

    store: Store
    object_stores: ObjectStores
    flow_segments: FlowSegmentService
    clock: Clock
    reported_within: timedelta
    lifetime: timedelta

    @classmethod
    def of(cls, platform: Platform) -> Self:
        caller = Caller.background("uploads")
        return cls(
            platform.store(caller),
            platform.object_stores,
            FlowSegmentService.of(platform, caller),
            platform.clock,
            timedelta(seconds=platform.settings.sweep.after_seconds),
            timedelta(seconds=platform.settings.service.min_object_timeout_seconds),
        )

    def take(self, uploads: Iterable[Upload]) -> list[Refusal]:
        """Note each upload, and register a Segment for each that asks for one and is not in use yet.

        Only an Object that no Segment has ever used is registered, so an upload never brings back what a
        client has deleted since. Raises BackendUnavailableError, after which the whole call may be repeated.
        """
        by_object = self._by_object(uploads)
        if not by_object:
            return []
        unused = self.store.write(lambda repositories: self._note(repositories, by_object))
        return self._take_up(unused)[1]

    def sweep(self) -> int:
        """Look for uploads that S3 did not report, as many as there is time for.

        Returns how many Segments were registered. Each sweep begins at another time of allocation, so that
        uploads that never come do not keep it from the others.
        """
        registered = waiting = 0
        for object_ids in self._unreported():
            waiting += len(object_ids)
            found = self.store.read(partial(_find, object_ids))
            unused = [each for each in found.values() if each.state is ObjectState.ALLOCATED]
            registered += self._take_up(unused)[0]
            if not may_go_on():
                break
        measure(UPLOADS_WAITING, waiting)
        return registered

    def _unreported(self) -> Iterator[Sequence[str]]:
        """Ids of Objects that wait for their upload, LOOKED_AFTER_MAX at a time.

        Includes Objects that a clock ahead of ours allocated.
        """
        now = self.clock()
        now_us, before_us = to_us(now), to_us(now - self.reported_within)
        begin_us = before_us - random.randrange(self.lifetime // timedelta(microseconds=1))  # noqa: S311
        for span in ((begin_us, before_us), (-_EVER_US, begin_us), (now_us + 1, _EVER_US)):
            for waiting in self._allocated(*span):
                for start in range(0, len(waiting), LOOKED_AFTER_MAX):
                    yield waiting[start : start + LOOKED_AFTER_MAX]

    def _allocated(self, from_us: int, until_us: int) -> Iterator[Sequence[str]]:
        """Ids of Objects that were allocated between and wait for their upload, the oldest first."""
        seen: set[str] = set()
        while True:
            waiting = self.store.read(partial(_uploading, from_us, until_us))
            yield [object_id for _, object_id in waiting if object_id not in seen]
            if len(waiting) < _FOUND_MAX:
                return
            seen = {object_id for _, object_id in waiting}
            first_us, last_us = waiting[0][0], waiting[-1][0]
            from_us = last_us if first_us < last_us else last_us + 1

    def _take_up(self, unused: Sequence[StoredObject]) -> tuple[int, list[Refusal]]:
        """Returns how many Segments were registered, and the uploads that got none.

        Raises BackendUnavailableError, but only once everything on other backends is done.
        """
        wanted, refusals, unavailable = self._wanted(unused)
        asked = sum(len(posts) for posts in wanted.values())
        refused = [
            each for flow_id, posts in wanted.items() for each in self._register(flow_id, posts)
        ]
        refusals += refused
        if refusals:
            refusals = self.store.write(lambda repositories: _keep(repositories, refusals))
        if unavailable is not None:
            raise unavailable
        return asked - len(refused), refusals

    def _by_object(self, uploads: Iterable[Upload]) -> dict[str, list[Upload]]:
        """Ignores uploads whose key is not one of ours. The latest upload comes last."""
        by_object = defaultdict(list)
        for upload in sorted(uploads, key=lambda each: each.uploaded_us):
            if (object_id := self.object_stores.object_id_of(upload.key)) is not None:
                by_object[object_id].append(upload)
        return by_object

    def _note(
        self, repositories: Repositories, by_object: Mapping[str, Sequence[Upload]]
    ) -> list[StoredObject]:
        """Records the uploads on their Objects. Returns those still allocated and not used by any Segment."""
        changed, unused, resized = [], [], []
        for stored in repositories.objects.find_many(list(by_object)).values():
            noted = self._noted(stored, by_object[stored.id])
            if stored.state is ObjectState.DOOMED or noted is None:
                continue
            if noted != stored:
                changed.append(noted)
                if noted.size_bytes != stored.size_bytes and noted.reference_count:
                    resized.append(noted.id)
            if noted.state is ObjectState.ALLOCATED:
                unused.append(noted)
        if changed:
            repositories.objects.save(changed)
        if resized:
            note_resized(repositories, resized)
        return unused

    def _noted(self, stored: StoredObject, uploads: Sequence[Upload]) -> StoredObject | None:
        """The Object with its latest upload; None when no upload went to where the Object lies."""
        storage_ids = [each.storage_id for each in stored.instances if each.storage_id]
        buckets = {self.object_stores.bucket_of(each) for each in storage_ids}
        here = [upload for upload in uploads if upload.bucket in buckets]
        if not here:
            return None
        last = here[-1]
        if stored.uploaded_us is not None and last.uploaded_us < stored.uploaded_us:
            return stored
        return replace(
            stored, size_bytes=last.size_bytes, etag=last.etag, uploaded_us=last.uploaded_us
        )

    def _wanted(
        self, unused: Sequence[StoredObject]
    ) -> tuple[dict[str, list[FlowSegmentPost]], list[Refusal], BackendUnavailableError | None]:
        """The Segments the uploads ask for, by Flow; the refusals; and a failure if a backend is down."""
        wanted: dict[str, list[FlowSegmentPost]] = defaultdict(list)
        refusals = []
        away: dict[str, BackendUnavailableError] = {}
        for stored in unused:
            storage_id = stored.instances[0].storage_id
            assert storage_id is not None, (
                "an allocated Object is always on one of our storage backends"
            )
            if storage_id in away:
                continue
            try:
                headers = self.object_stores.upload_headers(storage_id, stored.id)
            except BackendUnavailableError as error:
                away[storage_id] = error
                continue
            if headers is None:
                continue
            try:
                post = segment_of(stored.registers or headers, stored.id)
            except InvalidRequestError as error:
                refusals.append(self._refusal(stored.id, stored.flow_id, error))
                continue
            if post is not None:
                wanted[stored.flow_id].append(post)
        return wanted, refusals, next(iter(away.values()), None)

    def _register(self, flow_id: str, posts: Sequence[FlowSegmentPost]) -> list[Refusal]:
        """Registers as a client's POST would, but does not raise for faults that a POST would report."""
        try:
            faults = self.flow_segments.register(flow_id, posts, single=False, by_upload=True)
        except BackendUnavailableError:
            raise
        except RequestFailedError as error:
            return [self._refusal(post.object_id, flow_id, error) for post in posts]
        return [
            self._refusal(fault.segment.object_id, flow_id, InvalidRequestError(fault.reason))
            for fault in faults
        ]

    def _refusal(self, object_id: str, flow_id: str, error: RequestFailedError) -> Refusal:
        kind = type(error).__name__.removesuffix("Error")
        return Refusal(object_id, flow_id, Error(type=kind, summary=str(error), time=self.clock()))


def _find(object_ids: Sequence[str], repositories: Repositories) -> dict[str, StoredObject]:
    return repositories.objects.find_many(object_ids)


def _uploading(
    from_us: int, until_us: int, repositories: Repositories
) -> Sequence[tuple[int, str]]:
    return repositories.objects.uploading(from_us, until_us, _FOUND_MAX)


def _keep(repositories: Repositories, refusals: Sequence[Refusal]) -> list[Refusal]:
    """Write each fault on its Object. Returns the ones that still apply.

    If an Object is in use by now, another caller has registered it and knows the outcome.
    """
    found = repositories.objects.find_many([each.object_id for each in refusals])
    kept = [
        each
        for each in refusals
        if each.object_id in found and found[each.object_id].state is ObjectState.ALLOCATED
    ]
    repositories.objects.save([replace(found[each.object_id], fault=each.fault) for each in kept])
    return kept
