"""What a transaction sees, and what its end means."""

from collections.abc import Iterator
from contextlib import suppress

from tams.errors import BackendUnavailableError
from tams.repositories.errors import translated
from tams.repositories.probes.assumptions import Finding
from tams.repositories.probes.conflicts import commit
from tams.repositories.probes.place import ROWS, Place, row_id_of
from tams.repositories.transaction import ROW_ID, VastTransaction
from tams.vast.errors import VastConflictError, VastMissingError, VastRequestError
from tams.vast.where import col

_REFUSALS = (VastConflictError, VastMissingError, VastRequestError)


def isolation(place: Place) -> Iterator[Finding]:
    yield _own_writes(place)
    yield _snapshot(place)
    yield _later(place)


def endings(place: Place) -> Iterator[Finding]:
    yield _commit_after_rollback(place)
    yield _rollback_after_commit(place)


def _own_writes(place: Place) -> Finding:
    identities = [place.new_row(), place.new_row()]
    with place.database.opened() as transaction:
        changed, deleted = (row_id_of(transaction, each) for each in identities)
        transaction.update(ROWS, [{ROW_ID: changed, "a": 7}])
        transaction.delete(ROWS, [deleted])
        transaction.insert(ROWS, [{"id": "its own", "place": 0}])
        missed = [
            words
            for words, is_seen in (
                ("updates", _a(transaction, identities[0]) == [7]),
                ("deletes", _a(transaction, identities[1]) == []),
                ("inserts", _a(transaction, "its own") == [None]),
            )
            if not is_seen
        ]
    return Finding(6, f"not its {', '.join(missed)}" if missed else "all three", not missed)


def _snapshot(place: Place) -> Finding:
    """The other transaction's changes are looked for while it is open, and after its commit."""
    identity = place.new_row()
    with place.database.opened() as reader, place.database.opened() as writer:
        before = _a(reader, identity)
        writer.update(ROWS, [{ROW_ID: row_id_of(writer, identity), "a": 7}])
        writer.insert(ROWS, [{"id": identity, "place": 1, "a": 8}])
        while_open = _a(reader, identity)
        commit(writer)
        afterwards = _a(reader, identity)
    if while_open != before:
        return Finding(7, "it sees what others have not committed", holds=False)
    if afterwards != before:
        return Finding(7, "it sees what others commit meanwhile", holds=False)
    return Finding(7, "one snapshot, taken when it begins", holds=True)


def _later(place: Place) -> Finding:
    """One write after the other, each looked for by a transaction that begins after it."""
    times = 20
    seen = 0
    for number in range(times):
        identity = place.new_row(a=number)
        seen += place.database.read(lambda it, key=identity: _a(it, key)) == [number]  # type: ignore[misc]
    return Finding(8, f"{seen} of {times} writes seen at once", seen == times)


def _commit_after_rollback(place: Place) -> Finding:
    with place.database.opened() as transaction:
        transaction.insert(ROWS, [{"id": "rolled back", "place": 0}])
        with translated():
            transaction.api.roll_back(transaction.txid)
        answer = _answer_to_commit(transaction)
    stored = place.database.read(lambda it: _a(it, "rolled back"))
    if stored:
        return Finding(9, f"{answer}, and the row is stored", holds=False)
    return Finding(9, f"{answer}, nothing stored", answer != "accepted")


def _rollback_after_commit(place: Place) -> Finding:
    with place.database.opened() as transaction:
        transaction.insert(ROWS, [{"id": "committed", "place": 0}])
        commit(transaction)
        with suppress(*_REFUSALS):
            transaction.api.roll_back(transaction.txid)
        again = _answer_to_commit(transaction)
    stored = place.database.read(lambda it: _a(it, "committed"))
    words = "the row stays" if stored else "the row is gone"
    return Finding(10, f"{words}; a second commit is {again}", bool(stored))


def _answer_to_commit(transaction: VastTransaction) -> str:
    try:
        commit(transaction)
    except BackendUnavailableError as error:
        if not isinstance(error.__cause__, _REFUSALS):
            raise
        return "refused"
    except _REFUSALS:
        return "refused"
    return "accepted"


def _a(transaction: VastTransaction, identity: str) -> list[int | None]:
    return [row["a"] for row in transaction.select(ROWS, col["id"] == identity, ["a"])]
