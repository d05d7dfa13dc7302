"""What a DASH document says of Flows that are being ingested. Source: ISO/IEC 23009-1, 5.3.1."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from tams.models.common import whole_seconds
from tams.models.stored import StoredFlow
from tams.services.playback.reading import Asked
from tams.services.playback.wall_clock import utc_moment

_LAG_SEGMENTS = 2
"""How far players stay behind the newest Segment, so that the next one is there in time."""


@dataclass(frozen=True, slots=True)
class Growth:
    """The document's time begins at `origin_ns`, which was at `begins`: both stay as they are while it grows.

    `slides` if it has lost its beginning. `segment_ns` is how long Segments are at most.
    """

    origin_ns: int
    begins: str
    segment_ns: int
    window_seconds: int | None = None

    @property
    def slides(self) -> bool:
        return self.window_seconds is not None

    @property
    def update_seconds(self) -> int:
        """How often to look for more."""
        return max(1, self.segment_ns // 1_000_000_000)

    @property
    def lag_seconds(self) -> int:
        return _LAG_SEGMENTS * self.update_seconds

    @classmethod
    def of(cls, flows: Sequence[StoredFlow], asked: Asked, now: datetime) -> Self | None:
        """None if no more is to come."""
        growing = [each for each in flows if asked.is_growing(each)]
        starts = [each.timeline.first_ns for each in flows if each.timeline.first_ns is not None]
        if not growing or not starts:
            return None
        origin_ns = min(starts)
        if asked.timerange.start_ns is not None:
            origin_ns = max(origin_ns, asked.timerange.start_ns)
        return cls(
            origin_ns,
            _begins(growing[0], origin_ns, now),
            max(each.timeline.longest_ns for each in growing),
            asked.live_seconds,
        )


def _begins(stored: StoredFlow, origin_ns: int, now: datetime) -> str:
    """By the clock, if the timeline follows it. Else when the Flow was created: all of its media is later."""
    made = stored.flow.created or now
    moment = utc_moment(origin_ns)
    return whole_seconds(moment if moment is not None and made <= moment <= now else made)
