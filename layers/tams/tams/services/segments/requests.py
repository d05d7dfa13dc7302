"""A request to add Segments: it takes those that break no rule, and names the others with the reasons."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from tams.errors import InvalidRequestError
from tams.models.flow_segment import FlowSegmentPost, SegmentFault
from tams.services.segments.rules import Registration

_FAULTS_BYTES_MAX = 5_000_000
"""An answer may have 6.2 MB (`tams.payload`), and each quotation mark takes an extra byte."""
_FAULT_BYTES = 220
"""Size of one entry in the answer, without the Object's id and the reason, which appears twice."""


@dataclass(frozen=True, slots=True)
class Request:
    posts: Sequence[FlowSegmentPost | SegmentFault]
    single: bool


Outcome = list[SegmentFault] | InvalidRequestError
"""What becomes of a request whose Flow takes Segments."""


def take_each(registration: Registration, request: Request) -> Outcome:
    """Raises InvalidRequestError when no answer could name all faults."""
    faults: list[SegmentFault] = []
    for post in request.posts:
        if isinstance(post, SegmentFault):
            faults.append(post)
            continue
        try:
            registration.take(post)
        except InvalidRequestError as error:
            if request.single:
                return error
            faults.append(SegmentFault(post, str(error)))
    _check_answerable(faults, len(request.posts))
    return faults


def _check_answerable(faults: Sequence[SegmentFault], count: int) -> None:
    """Checks before anything is stored: without an answer the client could not know what was stored.

    Raises InvalidRequestError.
    """
    told_bytes = sum(
        _FAULT_BYTES + len(json.dumps(fault.segment.object_id)) + 2 * len(fault.reason.encode())
        for fault in faults
    )
    if told_bytes > _FAULTS_BYTES_MAX:
        raise InvalidRequestError(
            f"{len(faults)} of {count} Segments were rejected, too many to list in one answer, so "
            f"none was stored: send fewer at a time. The first: {faults[0].reason}"
        )
