"""Whatever the clocks do, no background work is held up, and nothing expires early."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from tams.models.copy import Copy
from tams.models.deletion_request import DeletionRequest, DeletionStatus
from tams.models.flow_storage import FlowStoragePost
from tams.models.stored import StoredDeletion
from tams.ports import Repositories
from tams.services.clock.believed_time import STEP, BelievedTime
from tams.timing import TimeRange
from tams.timing.microseconds import to_us
from tests.integration.clocks.hosts import DAY, HOUR, Host


def test_background_work_that_a_clock_ahead_noted_is_found_at_once(host: Host) -> None:
    ahead_us = to_us(host.now() + DAY)
    now = host.now() + DAY
    request = DeletionRequest(
        id=str(uuid4()),
        flow_id=str(uuid4()),
        timerange_to_delete=TimeRange.eternity(),
        timerange_remaining=TimeRange.never(),
        delete_flow=True,
        status=DeletionStatus.STARTED,
        created=now,
        updated=now,
    )
    copy = Copy(str(uuid4()), str(uuid4()), str(uuid4()), ahead_us, ahead_us, next_us=ahead_us)

    def note(repositories: Repositories) -> None:
        repositories.deletion_requests.add(StoredDeletion(request))
        repositories.copies.add(copy)

    host.write(note)
    sent: list[str] = []

    class Noted:
        def send(self, bodies: Sequence[str], *, delay_seconds: float = 0) -> None:
            assert delay_seconds == 0
            sent.extend(bodies)

    replace(host.services.deletion_requests, deletions=Noted()).sweep()
    replace(host.services.object_copies, copies=Noted()).sweep()

    assert {request.id, copy.id} <= set(sent)


def test_a_clock_that_leaps_a_day_ahead_deletes_nothing_a_day_early(host: Host) -> None:
    flow_id = host.create()
    host.relay()
    host.services.media_storage.allocate(flow_id, FlowStoragePost.from_body({"limit": 1}))
    assert host.services.object_cleanup.sweep() == 0

    host.wrong = timedelta(days=8)

    assert host.services.object_cleanup.sweep() == 0
    assert host.services.event_log.expire() == 0
    host.wrong = timedelta()
    assert host.services.object_cleanup.sweep() == 0


def test_the_time_by_which_things_are_old_goes_on_step_by_step(host: Host) -> None:
    believed = BelievedTime(host.services.store, host.now)
    begun = believed()
    assert abs(begun - host.now()) < STEP

    host.wrong = DAY
    assert believed() - begun == STEP
    assert believed() - begun == 2 * STEP
    host.wrong = -HOUR
    assert believed() < begun
