"""Reads the keys of a listing in order, window by window, from a store that sorts nothing.

A window that holds more rows than a select asks for comes back cut short, at rows of VAST's choice. Then a
nearer edge is tried: at one of the keys just seen, or at a guess. Which is better depends on the order in
which VAST happens to read, so they take turns.
"""

from collections.abc import Iterator, Sequence

from tams.repositories.listing.guesses import Guess, guessed_from_sample, guessed_from_spread
from tams.repositories.listing.keys import KeySelect
from tams.repositories.listing.line import Line
from tams.repositories.listing.order import Key
from tams.repositories.listing.stretch import Stretch
from tams.vast.where import col

_GROWTH = 4
"""How many times more keys are wanted of each window than of the one before, which was not enough."""
_EXPECTED_MAX = 4_096


class Walk:
    """Through the keys after one of them, or all. `wanted` is how many are probably needed."""

    def __init__(self, select: KeySelect, wanted: int) -> None:
        self._select = select
        self._order = select.order
        self._wanted = wanted

    def batches(self, last: Key | None) -> Iterator[list[Key]]:
        """All keys after `last`, in order. A batch takes one select, and more where there are many rows."""
        seen: Sequence[Key] = ()
        if last is None or not self._select.has_more_tries:
            seen, are_all = self._select.within(None, self._rows_max)
            if are_all:
                yield self._order.sorted(key for key in seen if self._order.is_after(key, last))
                return
        for line, line_last in self._lines(last):
            has_value = line.has_ties
            known = [key for key in seen if (key[0] is not None) is has_value]
            yield from self._along(line, line_last, known)

    @property
    def _rows_max(self) -> int:
        return self._select.sizes.rows_max(self._wanted)

    def _lines(self, last: Key | None) -> Iterator[tuple[Line, Key | None]]:
        """The rows with a value, and those without, each with the last key that was listed of them."""
        order = self._order
        values = Line(order.column, order.ascends, None, has_ties=True)
        unset = self._run(None)
        in_unset = last is not None and last[0] is None
        if order.reverse:
            if order.has_unset and (last is None or in_unset):
                yield unset, last
            yield values, None if in_unset else last
        else:
            if not in_unset:
                yield values, last
            if order.has_unset:
                yield unset, last if in_unset else None

    def _run(self, value: str | int | None) -> Line:
        """The rows that share a value, or have none."""
        column = col[self._order.column]
        same = column.isnull() if value is None else column == value
        return Line(self._order.id_column, not self._order.reverse, same, has_ties=False)

    def _along(
        self, line: Line, last: Key | None, known: Sequence[Key] = ()
    ) -> Iterator[list[Key]]:
        """The keys of a line after the last one. `known` are some of them, where there are very many."""
        stretch = Stretch(line, None if last is None else line.start_after(last))
        keys, are_all = self._order.sorted(known), False
        while True:
            if not self._select.has_more_tries:
                stretch.open_up()
            if not stretch.is_tied:
                if len(keys) < self._wanted:
                    keys, are_all = self._within(stretch, last)
                if are_all:
                    yield keys
                    if stretch.far is None:
                        return
                    keys = []
                    self._wanted *= _GROWTH if stretch.far.with_it else 1
                    stretch.go_on()
                    continue
            pivot = self._pivot(keys)
            if stretch.begins_with_ties(pivot):
                yield from self._along(*self._ties(stretch, last))
                stretch.skip_ties()
            elif not stretch.narrow_by(self._guesses(stretch, keys)):
                stretch.narrow_to(pivot)
            keys = []

    def _ties(self, stretch: Stretch, last: Key | None) -> tuple[Line, Key | None]:
        """The rows that share the value at which a stretch begins, and the last of them that was listed."""
        assert stretch.near is not None
        value = stretch.near.value
        return self._run(value), last if last is not None and last[0] == value else None

    def _pivot(self, keys: Sequence[Key]) -> Key | None:
        """The key up to which there are as many as wanted."""
        return keys[self._wanted - 1] if len(keys) >= self._wanted else None

    def _within(self, stretch: Stretch, last: Key | None) -> tuple[list[Key], bool]:
        rows_max = max(self._rows_max, min(3 * stretch.expected, _EXPECTED_MAX))
        found, are_all = self._select.within(stretch.window, rows_max)
        return self._order.sorted(key for key in found if self._order.is_after(key, last)), are_all

    def _guesses(self, stretch: Stretch, keys: Sequence[Key]) -> list[Guess]:
        """None if it is not their turn, or if all rows seen are alike, and so would be those of a sample."""
        line = stretch.line
        are_alike = line.value_of(keys[0]) == line.value_of(keys[-1])
        if are_alike or not stretch.takes_guess or not self._select.has_more_tries:
            return []
        if line.has_ties:
            return guessed_from_sample(self._select, line, stretch.window, self._wanted)
        return guessed_from_spread(stretch.near, keys, self._wanted, ascends=line.ascends)
