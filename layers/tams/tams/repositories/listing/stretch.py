"""The part of a line that is still to be read, and the window at its near end."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from tams.repositories.listing.guesses import Guess
from tams.repositories.listing.line import Edge, Line
from tams.repositories.listing.order import Key
from tams.vast.where import Predicate


@dataclass
class Stretch:
    line: Line
    near: Edge | None
    far: Edge | None = None
    expected: int = 0
    """How many rows a guess expects in the window."""
    guesses: list[Guess] = field(default_factory=list)
    """Further edges, from near to far."""
    takes_guess: bool = False
    """Whether the next edge is to be a guess."""
    is_tied: bool = False
    """Whether very many rows share the value at which it begins."""

    def __post_init__(self) -> None:
        self.takes_guess = not self.line.ascends  # VAST reads most projections in ascending order

    @property
    def window(self) -> Predicate | None:
        return self.line.window(self.near, self.far)

    def go_on(self) -> None:
        """The window has been read."""
        self.is_tied = self.far is not None and not self.far.with_it
        self.near = self.far
        self.takes_guess = not self.line.ascends
        self._use([each for each in self.guesses if self._is_ahead(each)])

    def open_up(self) -> None:
        """Make the window all that is left."""
        self.far, self.expected, self.guesses, self.is_tied = None, 0, [], False

    def begins_with_ties(self, pivot: Key | None) -> bool:
        """Whether the rows up to the pivot all share one value, some of which may have been listed before."""
        if not self.line.has_ties or self.near is None or self.near.with_it:
            return False
        return self.is_tied or pivot is None or self.line.value_of(pivot) == self.near.value

    def skip_ties(self) -> None:
        """The rows that share the first value have been read."""
        assert self.near is not None
        self.is_tied = False
        self.near = Edge(self.near.value, with_it=True)
        if self.far == self.near:
            self.go_on()

    def narrow_by(self, guesses: Sequence[Guess]) -> bool:
        """Try the guesses, from near to far. Returns whether there is any in the window."""
        ahead = [each for each in guesses if self._is_ahead(each) and self._is_inside(each)]
        if not ahead:
            return False
        self.takes_guess = False
        self._use(ahead)
        return True

    def narrow_to(self, pivot: Key | None) -> None:
        """End the window at this key, or before all of its value if it ends there already."""
        assert pivot is not None, "a full select has more keys than are wanted"
        value = self.line.value_of(pivot)
        self.far = Edge(value, with_it=self.far != Edge(value, with_it=True))
        self.expected = 0
        self.takes_guess = True

    def _use(self, guesses: list[Guess]) -> None:
        first, *self.guesses = guesses or [Guess(None, 0)]
        self.far, self.expected = first.edge, first.rows

    def _is_ahead(self, guess: Guess) -> bool:
        return guess.edge is not None and self.line.is_beyond(guess.edge.value, self.near)

    def _is_inside(self, guess: Guess) -> bool:
        assert guess.edge is not None
        return guess.edge != self.far and (
            self.far is None or not self.line.is_beyond(guess.edge.value, self.far)
        )
