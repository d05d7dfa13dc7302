"""Random interleavings of three transactions against an obvious model, in each conflict mode.

The model keeps whole copies: one of what is committed, one for what each transaction sees.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vastdb import errors
from vastdb.table import QueryConfig
from vastdb.table_metadata import TableMetadata, TableRef, TableType

from tests.long_form import SOAK
from tests.vastlocal.conftest import BUCKET, TableMaker
from vastlocal.process import LocalVast
from vastlocal.settings import SOUND, ConflictMode

COLUMNS = pa.schema([("a", pa.int64()), ("b", pa.int64())])
ROW_ID = pa.field("$row_id", pa.uint64())
EVERYTHING = frozenset(COLUMNS.names)
ONE_SPLIT = QueryConfig(num_splits=1, num_sub_splits=1)
TRANSACTIONS = 3

Rows = dict[int, dict[str, int]]
Step = tuple[int, str, int, int]
"""Which transaction, what it does, to the how-manieth row, with which value."""

STEPS = st.lists(
    st.tuples(
        st.integers(0, TRANSACTIONS - 1),
        st.sampled_from(["insert", "a", "b", "delete", "see", "see", "commit", "rollback"]),
        st.integers(0, 3),
        st.integers(100, 999),
    ),
    min_size=10,
    max_size=40,
)


@dataclass
class Open:
    """A transaction: the real one, and what the model thinks that it sees and has changed."""

    tx: Any
    rows: Rows
    snapshot: int
    changed: dict[int, frozenset[str]] = field(default_factory=dict)
    inserted: set[int] = field(default_factory=set)


class Model:
    def __init__(self, mode: ConflictMode, rows: Rows) -> None:
        self.mode = mode
        self.committed = rows
        self.commits = 0
        self.history: list[tuple[int, int, frozenset[str]]] = []

    def _meets(self, one: frozenset[str], other: frozenset[str]) -> bool:
        return bool(one & other) if self.mode is ConflictMode.COLUMN else True

    def _was_changed(self, mine: Open, row: int, columns: frozenset[str]) -> bool:
        return any(
            number > mine.snapshot and changed == row and self._meets(columns, by)
            for number, changed, by in self.history
        )

    def collides(self, mine: Open, others: list[Open], row: int, columns: frozenset[str]) -> bool:
        """Whether changing the row fails at once."""
        if self.mode is ConflictMode.COMMIT or row in mine.inserted:
            return False
        held = any(
            row in other.changed and self._meets(columns, other.changed[row]) for other in others
        )
        return held or self._was_changed(mine, row, columns)

    def commit(self, mine: Open) -> bool:
        """False when it must fail; then nothing has changed."""
        if any(self._was_changed(mine, row, by) for row, by in mine.changed.items()):
            return False
        self.commits += 1
        for row in mine.inserted & mine.rows.keys():
            self.committed[row] = mine.rows[row]
        for row, columns in mine.changed.items():
            self.history.append((self.commits, row, columns))
            if row in mine.rows:
                self.committed[row].update({c: mine.rows[row][c] for c in columns})
            else:
                del self.committed[row]
        return True


class Run:
    """Takes one step after the other, on the server and in the model."""

    def __init__(self, session: Any, metadata: TableMetadata, model: Model) -> None:
        self.session, self.metadata, self.model = session, metadata, model
        self.open: dict[int, Open] = {}

    def take(self, step: Step) -> None:
        number, what, position, value = step
        if number not in self.open:
            tx = self.session.transaction().__enter__()
            rows = {row: dict(values) for row, values in self.model.committed.items()}
            self.open[number] = Open(tx, rows, self.model.commits)
        mine = self.open[number]
        if what == "commit":
            self._commit(number)
        elif what == "rollback":
            self._roll_back(number)
        elif what == "see":
            assert self.seen(mine.tx) == mine.rows
        elif what == "insert":
            batch = pa.table([[value], [value]], schema=COLUMNS)
            (row,) = self._table(mine.tx).insert(batch).to_pylist()
            mine.rows[row] = {"a": value, "b": value}
            mine.inserted.add(row)
        elif mine.rows:
            row = sorted(mine.rows)[position % len(mine.rows)]
            self._change(number, row, what, value)

    def _table(self, tx: Any) -> Any:
        return tx.table_from_metadata(self.metadata)

    def seen(self, tx: Any) -> Rows:
        found = self._table(tx).select(["a", "b"], config=ONE_SPLIT, internal_row_id=True)
        return {row.pop("$row_id"): row for row in found.read_all().to_pylist()}

    def _change(self, number: int, row: int, what: str, value: int) -> None:
        mine = self.open[number]
        columns = EVERYTHING if what == "delete" else frozenset([what])
        others = [other for key, other in self.open.items() if key != number]
        if self.model.collides(mine, others, row, columns):
            with pytest.raises(errors.Conflict):
                self._send(mine.tx, row, what, value)
            self._roll_back(number)
            return
        self._send(mine.tx, row, what, value)
        if row not in mine.inserted:
            mine.changed[row] = mine.changed.get(row, frozenset()) | columns
        if what == "delete":
            del mine.rows[row]
        else:
            mine.rows[row][what] = value

    def _send(self, tx: Any, row: int, what: str, value: int) -> None:
        if what == "delete":
            self._table(tx).delete(pa.table([[row]], schema=pa.schema([ROW_ID])))
        else:
            fields = pa.schema([ROW_ID, COLUMNS.field(what)])
            self._table(tx).update(pa.table([[row], [value]], schema=fields))

    def _commit(self, number: int) -> None:
        mine = self.open.pop(number)
        if self.model.commit(mine):
            mine.tx.__exit__(None, None, None)
        else:
            with pytest.raises(errors.Conflict):
                mine.tx.__exit__(None, None, None)

    def _roll_back(self, number: int) -> None:
        self.session.api.rollback_transaction(self.open.pop(number).tx.txid)

    def finish(self) -> Rows:
        """What is there when all is over."""
        for number in list(self.open):
            self._roll_back(number)
        with self.session.transaction() as tx:
            return self.seen(tx)


@pytest.fixture(scope="module", params=SOUND)
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalVast]:
    with LocalVast(tmp_path_factory.mktemp("vast"), conflicts=request.param) as running:
        yield running


@settings(
    max_examples=400 if SOAK else 25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_interleaved_transactions_do_what_the_model_says(
    server: LocalVast, make_table: TableMaker, steps: list[Step]
) -> None:
    table = make_table(COLUMNS)
    ids = table.insert(a=[1, 2, 3, 4], b=[10, 20, 30, 40])
    rows = {row: {"a": n + 1, "b": 10 * (n + 1)} for n, row in enumerate(ids)}
    metadata = TableMetadata(TableRef(BUCKET, table.schema, "t"), COLUMNS, TableType.Regular)
    run = Run(table.session, metadata, Model(server.conflicts, rows))

    for step in steps:
        run.take(step)

    assert run.finish() == run.model.committed
