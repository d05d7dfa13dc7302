"""What every kind of leftover has."""

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


class Leftovers(Protocol):
    """`find` changes nothing. `remove` looks again at each, in the transaction that decides.

    Both raise BackendUnavailableError. What was removed until then stays removed.
    """

    def find(self, progress: Progress) -> Found: ...
    def remove(self, progress: Progress) -> int:
        """Returns how many are gone."""
        ...
