"""What a store with a recycle bin holds, in the simplest form, to compare the real one with."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

Piece = tuple[int, int, str]
"""Start and end of a Segment, in seconds, and its Object."""


@dataclass(frozen=True)
class Binned:
    """An entry. A deletion that began later has a greater number. `flow` and `source` are numbers."""

    deletion: int
    kind: str
    source: int
    flow: int | None = None
    life: int = 0
    """Which of the Flows of this id it was, or whose Segments these were."""
    pieces: frozenset[Piece] = frozenset()


@dataclass
class Live:
    source: int
    life: int
    pieces: set[Piece] = field(default_factory=set)


class ConflictingError(Exception):
    """The restore is refused."""


class NothingThereError(Exception):
    """There is nothing of the kind."""


@dataclass
class BinModel:
    flows: dict[int, Live] = field(default_factory=dict)
    sources: set[int] = field(default_factory=set)
    """Those that exist. One that is restored alone has no Flow yet."""
    bin: list[Binned] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def create(self, flow: int, source: int) -> None:
        self.flows[flow] = Live(source, next(self._numbers))
        self.sources.add(source)

    def free(self, flow: int, start: int, end: int) -> bool:
        return all(end <= begins or ends <= start for begins, ends, _ in self.flows[flow].pieces)

    def delete_flow(self, flow: int, *, soft: bool, deletion: int | None = None) -> None:
        gone = self.flows.pop(flow)
        number = next(self._numbers) if deletion is None else deletion
        was_last = all(it.source != gone.source for it in self.flows.values())
        if was_last:
            self.sources.remove(gone.source)
        if not soft:
            return
        pieces = frozenset(gone.pieces)
        self.bin.append(Binned(number, "flow", gone.source, flow, gone.life, pieces))
        if was_last:
            self.bin.append(Binned(number, "source", gone.source))

    def delete_segments(self, flow: int, start: int, end: int, *, soft: bool) -> None:
        live = self.flows[flow]
        covered = {each for each in live.pieces if start <= each[0] and each[1] <= end}
        live.pieces -= covered
        if soft and covered:
            number = next(self._numbers)
            entry = Binned(number, "segments", live.source, flow, live.life, frozenset(covered))
            self.bin.append(entry)

    def delete_source(self, source: int) -> None:
        number = next(self._numbers)
        for flow in sorted(each for each, live in self.flows.items() if live.source == source):
            self.delete_flow(flow, soft=True, deletion=number)
        if source in self.sources:
            self.sources.remove(source)
            self.bin.append(Binned(number, "source", source))

    def restore_flow(self, flow: int) -> None:
        entry = self._latest(lambda it: it.kind == "flow" and it.flow == flow)
        self._bring_back(entry)

    def restore_source(self, source: int) -> None:
        entry = self._latest(lambda it: it.kind == "source" and it.source == source)
        if source in self.sources:
            raise ConflictingError
        together = [it for it in self.bin if it.deletion == entry.deletion and it.kind == "flow"]
        if any(it.flow in self.flows for it in together):
            raise ConflictingError
        self.bin.remove(entry)
        self.sources.add(source)
        for each in together:
            self._bring_back(each)

    def restore_segments(self, flow: int, start: int, end: int, *, partial: bool) -> None:
        live = self.flows[flow]
        entries = [it for it in self.bin if it.kind == "segments" and it.flow == flow]
        back = set[Piece]()
        taken: dict[Binned, set[Piece]] = {}
        wanted = blocked = 0
        for entry in reversed(entries):
            if entry.life != live.life:
                continue
            for piece in sorted(entry.pieces):
                if not (start <= piece[0] and piece[1] <= end):
                    continue
                wanted += 1
                if all(_apart(piece, other) for other in live.pieces | back):
                    back.add(piece)
                    taken.setdefault(entry, set()).add(piece)
                else:
                    blocked += 1
        if not wanted:
            raise NothingThereError
        if blocked and (not partial or not back):
            raise ConflictingError
        live.pieces |= back
        for entry, pieces in taken.items():
            self._shrink(entry, pieces)

    @property
    def shown(self) -> set[str]:
        """The Objects that clients see."""
        return {piece[2] for live in self.flows.values() for piece in live.pieces}

    @property
    def kept(self) -> Counter[str]:
        """The Objects whose bytes must be there, with their uses."""
        binned = (piece[2] for entry in self.bin for piece in entry.pieces)
        live = (piece[2] for it in self.flows.values() for piece in it.pieces)
        return Counter([*binned, *live])

    def _bring_back(self, entry: Binned) -> None:
        assert entry.flow is not None
        if entry.flow in self.flows:
            raise ConflictingError
        if entry.source not in self.sources:
            lost = [it for it in self.bin if it.kind == "source" and it.source == entry.source]
            if lost:
                self.bin.remove(lost[-1])
        self.sources.add(entry.source)
        self.bin.remove(entry)
        self.flows[entry.flow] = Live(entry.source, entry.life, set(entry.pieces))

    def _shrink(self, entry: Binned, pieces: set[Piece]) -> None:
        at = self.bin.index(entry)
        if left := entry.pieces - pieces:
            self.bin[at] = replace(entry, pieces=frozenset(left))
        else:
            del self.bin[at]

    def _latest(self, wanted: Callable[[Binned], bool]) -> Binned:
        found = [entry for entry in self.bin if wanted(entry)]
        if not found:
            raise NothingThereError
        return found[-1]


def _apart(one: Piece, other: Piece) -> bool:
    return one[1] <= other[0] or other[1] <= one[0]
