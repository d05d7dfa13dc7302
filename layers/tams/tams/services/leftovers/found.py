"""What all kinds of leftovers have in common."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from tams.ports import Progress

EXAMPLES_MAX = 5


@dataclass(frozen=True, slots=True)
class Found:
    """`examples` name a few. `size_bytes` is None where no bytes are concerned, or their number is unknown.

    `remarks` say what was seen and is left alone, one sentence each.
    """

    count: int = 0
    examples: tuple[str, ...] = ()
    size_bytes: int | None = None
    remarks: tuple[str, ...] = ()
    doubt: str | None = None
    """Why these may not be leftovers at all. An operator has to rule that out before they are removed."""


class Leftovers(Protocol):
    """`find` changes nothing. `remove` looks again at each, in the transaction that decides.

    Both raise BackendUnavailableError. What was removed until then stays removed.
    """

    def find(self, progress: Progress) -> Found: ...
    def remove(self) -> Iterator[int]:
        """Removes in bounded steps. Yields how many are gone after each."""
        ...
