"""All probes, one after the other, in a schema of their own."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tams.errors import BackendUnavailableError
from tams.ports import Progress
from tams.repositories.probes.addresses import addresses
from tams.repositories.probes.assumptions import Finding
from tams.repositories.probes.conflicts import (
    NEVER,
    conflicts_at,
    inserts_refused,
    same_key_refused,
)
from tams.repositories.probes.isolation import endings, isolation
from tams.repositories.probes.limits import limits
from tams.repositories.probes.place import Place, probing
from tams.repositories.probes.rows import rows
from tams.repositories.probes.silence import Silence
from tams.repositories.probes.sorting import dropping, fill, sorting
from tams.repositories.probes.speed import speed
from tams.repositories.session import VastConnection
from tams.vast.errors import VastConflictError, VastConnectionError, VastRequestError

_WRITERS = 8
_FAILURES = (BackendUnavailableError, VastConflictError, VastConnectionError, VastRequestError)


@dataclass(frozen=True)
class Extent:
    """`rows` to search, how often to measure a round trip, and how long a transaction may pause."""

    rows: int = 100_000
    round_trips: int = 50
    idle_seconds: float = 20.0


def probe(connection: VastConnection, extent: Extent, progress: Progress) -> list[Finding]:
    """A finding for each assumption, by number.

    A probe that fails says so in its findings. Raises BackendUnavailableError if VAST does not answer, or its
    keys may not make a schema.
    """
    found: list[Finding] = []

    def look(words: str, numbers: Iterable[int], findings: Callable[[], Iterable[Finding]]) -> None:
        progress.stage(words)
        found.extend(_told(numbers, findings))

    with probing(connection) as place:
        silence = Silence(place, extent.idle_seconds)
        with silence.pausing():
            look("conflicts", range(1, 6), lambda: _conflicts(place))
            look("what a transaction sees", range(6, 9), lambda: isolation(place))
            look("ends of transactions", range(9, 11), lambda: endings(place))
            look("rows", (18, 19, 20, 21, 30), lambda: rows(place))
            look("limits", range(22, 25), lambda: limits(place))
            look("round trips", (28,), lambda: speed(place, extent.round_trips, progress))
            look("addresses", range(25, 28), lambda: addresses(place))
            progress.stage(f"writing {extent.rows:,} rows")
            filled = fill(place, extent.rows, progress)
            look("sorting and projections", range(14, 18), lambda: sorting(place, filled))
            look("idle transactions", range(11, 14), lambda: silence.findings(progress))
        look("dropping", (29,), lambda: dropping(place, filled))
    return sorted(found, key=lambda it: it.number)


def _told(numbers: Iterable[int], findings: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """What the probe finds; an unknown for each number that a failure kept it from."""
    missing = dict.fromkeys(numbers)
    try:
        for each in findings():
            missing.pop(each.number)
            yield each
    except _FAILURES as error:
        words = str(error) or "a conflict that nobody else can have caused"
        for number in missing:
            yield Finding(number, words, error=True)


def _conflicts(place: Place) -> Iterator[Finding]:
    found = conflicts_at(place)
    yield Finding(1, f"refused {found.same_column}", found.same_column != NEVER)
    yield Finding(2, f"refused {found.update_and_delete}", found.update_and_delete != NEVER)
    yield Finding(3, f"refused {found.other_column}")
    refused = inserts_refused(place, _WRITERS)
    yield Finding(4, f"{refused} of {_WRITERS} refused", refused == 0)
    is_refused = same_key_refused(place)
    yield Finding(5, "the second is refused" if is_refused else "both are stored")
