"""One cluster at several addresses, and what happens when one of them dies."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

from tams.errors import BackendUnavailableError
from tams.repositories.probes.assumptions import Finding
from tams.repositories.probes.place import ROWS, Place
from tams.repositories.session import VastConnection
from tams.repositories.snapshot import SnapshotDatabase
from tams.repositories.transaction import VastTransaction
from tams.vast.where import col

_PROCESSES = 4
"""Each begins at an address of its own choice, so some begin at the dead one."""


def addresses(place: Place) -> Iterator[Finding]:
    yield _known_everywhere(place)
    with _dead(listens=False) as url:
        yield _with_a_dead_one(26, place, url)
    with _dead(listens=True) as url:
        yield _with_a_dead_one(27, place, url)


def _known_everywhere(place: Place) -> Finding:
    """What one transaction writes is visible in it wherever it asks."""
    session = place.database.session
    with place.database.opened() as transaction:
        others = session.at_each_address()
        if len(others) == 1:
            return Finding(25, "VAST has one address here: nothing to compare")
        transaction.insert(ROWS, [{"id": "at one address", "place": 0}])
        missing = [
            name
            for name, api in others.items()
            if not VastTransaction(session, api, transaction.txid).count(
                ROWS, col["id"] == "at one address"
            )
        ]
    words = f"not at {', '.join(missing)}" if missing else f"at all {len(others)}"
    return Finding(25, words, not missing)


def _with_a_dead_one(number: int, place: Place, url: str) -> Finding:
    """The real addresses and one more, which the probe makes on this machine."""
    connection = replace(place.connection, endpoints=(url, *place.connection.endpoints))
    with ThreadPoolExecutor(_PROCESSES) as executor:
        taken = list(executor.map(_write, [connection] * _PROCESSES))
    done = [each for each in taken if each is not None]
    slowest = f", the slowest in {max(done):.2f} s" if done else ""
    words = f"{len(done)} of {_PROCESSES} writes done{slowest}"
    return Finding(number, words, len(done) == _PROCESSES)


def _write(connection: VastConnection) -> float | None:
    """How long a new process takes for its first write, in seconds. None if it cannot."""
    database = SnapshotDatabase(connection)
    begun = time.perf_counter()
    try:
        database.write(lambda it: it.insert(ROWS, [{"id": str(uuid4()), "place": 0}]))
    except BackendUnavailableError:
        return None
    return time.perf_counter() - begun


@contextmanager
def _dead(*, listens: bool) -> Iterator[str]:
    """An address that refuses connections, or accepts them and never answers."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        if listens:
            taken.listen(64)
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
