"""How much VAST takes in one cell, one select and one insert."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from uuid import uuid4

from tams.errors import BackendUnavailableError, InvalidRequestError
from tams.repositories.probes.assumptions import Finding
from tams.repositories.probes.place import ROWS, Place
from tams.repositories.table import CELL_BYTES_MAX
from tams.vast.arrow_writer import BATCH_BYTES_MAX
from tams.vast.errors import VastRequestError
from tams.vast.where import col

_NAMED = 5_000
_NAMED_MORE = (10_000, 15_000)


def limits(place: Place) -> Iterator[Finding]:
    yield _cell(place)
    yield _named(place)
    yield _insert(place)


def _cell(place: Place) -> Finding:
    identity = place.new_row()
    text = "é" * (CELL_BYTES_MAX // 2)
    fault = _fault(
        lambda: place.database.write(
            lambda it: it.insert(ROWS, [{"id": identity, "place": 1, "note": text}])
        )
    )
    if fault:
        return Finding(22, fault, holds=False)
    rows = place.database.read(
        lambda it: it.select(ROWS, (col["id"] == identity) & (col["place"] == 1), ["note"])
    )
    is_whole = [row["note"] for row in rows] == [text]
    words = "stored and read back" if is_whole else "read back with another value"
    return Finding(22, f"{CELL_BYTES_MAX:,} bytes {words}", is_whole)


def _named(place: Place) -> Finding:
    identity = place.new_row()
    most = 0
    for number in (_NAMED, *_NAMED_MORE):
        ids = [identity, *(str(uuid4()) for _ in range(number - 1))]
        found: list[int] = []
        fault = _fault(partial(_count, place, ids, found))
        if fault or found != [1]:
            words = fault or f"{found[0]} rows found instead of 1"
            return Finding(23, f"{number:,} ids: {words}", most >= _NAMED)
        most = number
    return Finding(23, f"{most:,} ids in one select", holds=True)


def _count(place: Place, ids: Sequence[str], found: list[int]) -> None:
    found.append(place.database.read(lambda it: it.count(ROWS, col["id"].isin(ids))))


def _insert(place: Place) -> Finding:
    """A stream of rows just below the limit: it travels as one request."""
    identity, cell = str(uuid4()), "x" * 100_000
    number = BATCH_BYTES_MAX // 100_400
    rows = [{"id": identity, "place": each, "note": cell} for each in range(number)]
    fault = _fault(lambda: place.database.write(lambda it: it.insert(ROWS, rows)))
    if fault:
        return Finding(24, fault, holds=False)
    stored = place.database.read(lambda it: it.count(ROWS, col["id"] == identity))
    size = number * 100_000 / 2**20
    return Finding(
        24, f"{size:.1f} MiB in one request, {stored} of {number} rows stored", stored == number
    )


def _fault(work: Callable[[], object]) -> str | None:
    """Why VAST refused it. None if it did not."""
    try:
        work()
    except (BackendUnavailableError, InvalidRequestError, VastRequestError) as error:
        return str(error)
    return None
