"""When the second of two transactions that change one row is refused.

VAST does not publish it. Our transactions are right under each rule but one (ADR 3).
"""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from tams.repositories.errors import translated
from tams.repositories.probes.place import ROWS, Place, probing, row_id_of
from tams.repositories.session import VastConnection
from tams.repositories.transaction import ROW_ID, VastTransaction
from tams.vast.errors import VastConflictError

_Step = Callable[[VastTransaction, int], None]
"""Changes the row with this row id."""
NEVER = "never"


@dataclass(frozen=True)
class Findings:
    """`at once`, `at commit`, or `never`: when the second of two transactions is refused."""

    same_column: str
    other_column: str
    update_and_delete: str

    @property
    def mode(self) -> str:
        """The name of the local VAST's switch that behaves alike."""
        if NEVER in {self.same_column, self.update_and_delete}:
            return "unsafe"
        if self.same_column == "at commit":
            return "commit"
        return "column" if self.other_column == NEVER else "strict"

    @property
    def is_safe(self) -> bool:
        """Whether our transactions can rely on it: a change collides with one of its column and a delete."""
        return NEVER not in {self.same_column, self.update_and_delete}


def probe_conflicts(connection: VastConnection) -> Findings:
    """Some forty round trips. Raises BackendUnavailableError, also when the keys may not make a schema."""
    with probing(connection) as place:
        return conflicts_at(place)


def conflicts_at(place: Place) -> Findings:
    return Findings(
        same_column=_when_refused(place, _update("a"), _update("a")),
        other_column=_when_refused(place, _update("a"), _update("b")),
        update_and_delete=_when_refused(place, _update("a"), _delete),
    )


def inserts_refused(place: Place, writers: int) -> int:
    """How many of so many transactions that insert at the same time are refused."""
    return _refused(place, [str(uuid4()) for _ in range(writers)])


def same_key_refused(place: Place) -> bool:
    """Whether the second of two transactions that insert the same key is refused."""
    return _refused(place, [str(uuid4())] * 2) > 0


def _refused(place: Place, ids: list[str]) -> int:
    """One transaction for each id, all open before the first commits."""
    with ExitStack() as stack:
        opened = [stack.enter_context(place.database.opened()) for _ in ids]
        inserted = [
            each
            for each, key in zip(opened, ids, strict=True)
            if _passes(partial(each.insert, ROWS, [{"id": key, "place": 0}]))
        ]
        committed = [each for each in inserted if _passes(partial(commit, each))]
        return len(ids) - len(committed)


def _passes(step: Callable[[], None]) -> bool:
    try:
        step()
    except VastConflictError:
        return False
    return True


def commit(transaction: VastTransaction) -> None:
    """Raises VastConflictError, VastConnectionError, BackendUnavailableError."""
    with translated():
        transaction.api.commit(transaction.txid)


def _update(column: str) -> _Step:
    return lambda transaction, row_id: transaction.update(ROWS, [{ROW_ID: row_id, column: 1}])


def _delete(transaction: VastTransaction, row_id: int) -> None:
    transaction.delete(ROWS, [row_id])


def _when_refused(place: Place, first: _Step, second: _Step) -> str:
    """Both begin, both change the same row, the first commits, then the second."""
    identity = place.new_row()
    with place.database.opened() as one, place.database.opened() as other:
        ids = [row_id_of(each, identity) for each in (one, other)]
        first(one, ids[0])
        try:
            second(other, ids[1])
        except VastConflictError:
            return "at once"
        commit(one)
        return NEVER if _passes(partial(commit, other)) else "at commit"
