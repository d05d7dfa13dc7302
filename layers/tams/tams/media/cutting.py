"""Which packets of an Object make up a part of it, from their times alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from tams.media.faults import DAMAGED, StillError
from tams.media.picking import EARLY, Coded, Sought, in_samples


@dataclass(frozen=True, slots=True)
class Window:
    """`[begin, end)` in seconds, as the samples count time."""

    begin: Fraction
    end: Fraction

    def shows(self, at: Fraction) -> bool:
        """Whether a frame that is shown from `at` on belongs to it; times may be rounded."""
        return self.begin - EARLY <= at < self.end - EARLY

    def plays(self, at: Fraction, duration: Fraction) -> bool:
        """Whether most of a frame of sound lies in it, so that each frame is in one of two neighbours."""
        return self.begin <= at + duration / 2 < self.end


@dataclass(frozen=True, slots=True)
class Run:
    """The packets `first` to `last` of a picture. A decoder needs them all; a viewer sees those in `shown`.

    If it `can_be_copied`, those of `shown` are all that a decoder needs.
    """

    first: int
    last: int
    shown: frozenset[int]
    can_be_copied: bool


def window_of(times: Sequence[Fraction], part: tuple[Fraction, Fraction], whole: Sought) -> Window:
    """The window of `part`; it and `whole` are in seconds of the Object's timeline. `times` are in order."""
    moved = in_samples(times, whole) - whole.at
    return Window(part[0] + moved, part[1] + moved)


def run_of(packets: Sequence[Coded], window: Window) -> Run:
    """Packets are in the order of the file, which is that of decoding. Raises StillError for none.

    What a packet refers to comes before it. So nothing is missing if the shown packets begin with a key frame
    and follow each other in the file, but for pictures that lead the key frame and are shown before it.
    """
    shown = [index for index, each in enumerate(packets) if window.shows(each.shown)]
    if not shown:
        raise StillError(DAMAGED, "it has no frame in this part")
    opening = min(shown, key=lambda index: packets[index].shown)
    keys = [
        index
        for index, each in enumerate(packets)
        if each.is_key and each.shown <= packets[opening].shown
    ]
    first, last = max(keys, default=0), max(shown)
    between = set(range(first, last + 1)) - set(shown)
    leading = {index for index in between if packets[index].shown < window.begin - EARLY}
    begins_with_key = first == opening and packets[opening].is_key
    return Run(
        first,
        last,
        frozenset(shown),
        begins_with_key and min(shown) == first and between == leading,
    )
