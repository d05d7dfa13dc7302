"""An HLS media playlist: one Flow's Objects in order. Source: RFC 8216; its successor has EXT-X-GAP.

HLS plays Objects whole. Where a Flow shows part of one, the list is longer than the Flow, and says so.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tams.models.stored_objects import Instance
from tams.services.playback.exactness import Inexact
from tams.services.playback.parts import ROUNDING_NS, Part
from tams.services.playback.wall_clock import utc_text
from tams.timing.timestamp import NS_PER_SECOND

Address = Callable[[str, Sequence[Instance]], str | None]
"""Where a player finds an Object, by its id and instances; None if nowhere."""

GAP_PIECES_MAX = 1_000
"""A gap of more is left out, and the dates on either side show it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListForm:
    """`first_number` is the media sequence number of the first entry.

    A list that `slides` has lost its beginning. It shows gaps by dates alone, because nobody could count the
    pieces of gap that it has lost. `segment_ns` is how long the Flow's Segments are at most, where known.
    `gap_name` is the address of what is not there, for players that do not know EXT-X-GAP and find nothing.
    """

    is_growing: bool = False
    slides: bool = False
    first_number: int = 0
    segment_ns: int = 0
    gap_name: str = "gap.ts"


def media_playlist(
    parts: Sequence[Part], address: Address, form: ListForm
) -> tuple[str, set[Inexact]]:
    """The list, and how it differs from what the Flow shows."""
    writer = _Writer(address, form, _target_seconds(parts, form))
    for part in parts:
        writer.add(part)
    return writer.text(), writer.inexact


def _target_seconds(parts: Sequence[Part], form: ListForm) -> int:
    """No entry may be longer, rounded to the nearest second."""
    lengths = (part.object_end_ns - part.object_start_ns for part in parts)
    longest_ns = max(form.segment_ns, *lengths, 0)
    return max(1, (longest_ns + NS_PER_SECOND // 2) // NS_PER_SECOND)


class _Writer:
    def __init__(self, address: Address, form: ListForm, target_seconds: int) -> None:
        self.inexact: set[Inexact] = set()
        self._address = address
        self._form = form
        self._target_seconds = target_seconds
        self._body: list[str] = []
        self._version = 3
        self._last: Part | None = None
        self._init: str | None = None

    def add(self, part: Part) -> None:
        joined = self._last is None or _joins(self._last, part)
        skipped = self._last is not None and not self._gap_before(part, joined)
        if not joined or skipped:
            self._body.append("#EXT-X-DISCONTINUITY")
        if self._last is None or not joined or skipped:
            self._date(part)
        if part.is_cut:
            self.inexact.add(Inexact.CUT)
        self._media(part)
        self._last = part

    def text(self) -> str:
        head = [
            "#EXTM3U",
            f"#EXT-X-VERSION:{self._version}",
            f"#EXT-X-TARGETDURATION:{self._target_seconds}",
            f"#EXT-X-MEDIA-SEQUENCE:{self._form.first_number}",
        ]
        if not self._form.is_growing:
            head.append("#EXT-X-PLAYLIST-TYPE:VOD")
        elif not self._form.slides:
            head.append("#EXT-X-PLAYLIST-TYPE:EVENT")
        tail = [] if self._form.is_growing else ["#EXT-X-ENDLIST"]
        return "\n".join([*head, *self._body, *tail, ""])

    def _gap_before(self, part: Part, joined: bool) -> bool:
        """Lists the gap before a part; False if there is one that is not listed."""
        assert self._last is not None
        begin_ns = self._last.object_end_ns if joined else self._last.end_ns
        gap_ns = (part.object_start_ns if joined else part.start_ns) - begin_ns
        if gap_ns < ROUNDING_NS:
            return True
        pieces = -(-gap_ns // (self._target_seconds * NS_PER_SECOND))
        if self._form.slides or pieces > GAP_PIECES_MAX:
            self.inexact.add(Inexact.GAP)
            return False
        self._version = max(self._version, 8)
        for index in range(pieces):
            length_ns = gap_ns * (index + 1) // pieces - gap_ns * index // pieces
            self._body += ["#EXT-X-GAP", f"#EXTINF:{seconds_text(length_ns)},", self._form.gap_name]
        return True

    def _date(self, part: Part) -> None:
        if (text := utc_text(part.object_start_ns)) is not None:
            self._body.append(f"#EXT-X-PROGRAM-DATE-TIME:{text}")

    def _media(self, part: Part) -> None:
        found = self._address(part.object_id, part.instances)
        if part.init_object_id is not None:
            init = self._address(part.init_object_id, part.init_instances)
            found = None if init is None else found
            if found is not None and part.init_object_id != self._init:
                self._version = max(self._version, 6)
                quotable = str(init).replace('"', "%22")
                self._body.append(f'#EXT-X-MAP:URI="{quotable}"')
                self._init = part.init_object_id
        if found is None:
            self.inexact.add(Inexact.ABSENT)
            self._version = max(self._version, 8)
            self._body.append("#EXT-X-GAP")
        length_ns = part.object_end_ns - part.object_start_ns
        self._body += [f"#EXTINF:{seconds_text(length_ns)},", found or self._form.gap_name]


def _joins(before: Part, after: Part) -> bool:
    """Whether a decoder goes on from one Object, played to its end, to the next, played from its start."""
    starts_later = after.object_start_ns >= before.object_end_ns - ROUNDING_NS
    return after.decodes_like(before) and starts_later


def seconds_text(ns: int) -> str:
    """Exact, with as few decimals as that takes, but at least one."""
    whole, rest = divmod(ns, NS_PER_SECOND)
    return f"{whole}.{f'{rest:09}'.rstrip('0') or '0'}"
