"""Whether selects and changes of rows mean what we take them to mean."""

from collections.abc import Iterator
from uuid import uuid4

from tams.repositories.migrations.definitions import Definitions
from tams.repositories.probes.assumptions import Finding
from tams.repositories.probes.place import ROWS, Place, row_id_of
from tams.repositories.table import INT, Table, columns
from tams.repositories.transaction import ROW_ID
from tams.vast.where import col

_TEXTS = ("", " ", "0", "A", "Z", "a", "z", "~", "é", "ü", "日本", "\uffff", "😀")
_MANY = 1_000
_LIMIT = 100
_NEW = Table("new", columns(a=INT))


def rows(place: Place) -> Iterator[Finding]:
    yield _row_ids(place)
    yield _text_order(place)
    yield _nulls(place)
    yield _limit(place)
    yield _definitions(place)


def _row_ids(place: Place) -> Finding:
    kept, gone = place.new_row(), place.new_row()
    with place.database.opened() as transaction:
        ids = [row_id_of(transaction, each) for each in (kept, gone)]
        for number in range(1, 4):  # an update may move a row; its id must still be the row's
            transaction.update(ROWS, [{ROW_ID: ids[0], "a": number}])
        transaction.delete(ROWS, [ids[1]])
        transaction.api.commit(transaction.txid)
    found = place.database.read(
        lambda it: it.select(ROWS, col["id"].isin([kept, gone]), ["id", "a"])
    )
    is_so = found == [{"id": kept, "a": 3}]
    words = "updated three times and deleted by it" if is_so else f"afterwards there is {found}"
    return Finding(18, words, is_so)


def _text_order(place: Place) -> Finding:
    identity = str(uuid4())
    written = [
        {"id": identity, "place": number, "note": text} for number, text in enumerate(_TEXTS)
    ]
    place.database.write(lambda it: it.insert(ROWS, written))
    wrong = []
    with place.database.opened() as transaction:
        for least in _TEXTS:
            found = transaction.select(
                ROWS, (col["id"] == identity) & (col["note"] >= least), ["note"]
            )
            expected = {each for each in _TEXTS if each.encode() >= least.encode()}
            if {row["note"] for row in found} != expected:
                wrong.append(least)
    if wrong:
        return Finding(19, f"otherwise from {', '.join(map(repr, wrong))} on", holds=False)
    return Finding(19, f"{len(_TEXTS)} texts, from ASCII to emoji", holds=True)


def _nulls(place: Place) -> Finding:
    identity = str(uuid4())
    written = [
        {"id": identity, "place": number, "a": value} for number, value in enumerate((None, -1, 1))
    ]
    place.database.write(lambda it: it.insert(ROWS, written))
    is_its = col["id"] == identity
    asked = {
        "a <= 0": (col["a"] <= 0, [1]),
        "a != 1": (col["a"] != 1, [1]),
        "a is null": (col["a"].isnull(), [0]),
        "a is not null": (col["a"].notnull(), [1, 2]),
    }
    wrong = []
    with place.database.opened() as transaction:
        for words, (predicate, expected) in asked.items():
            found = transaction.select(ROWS, is_its & predicate, ["place"])
            if sorted(row["place"] for row in found) != expected:
                wrong.append(words)
    return Finding(20, f"otherwise for {', '.join(wrong)}" if wrong else "as in SQL", not wrong)


def _limit(place: Place) -> Finding:
    identity = str(uuid4())
    written = [{"id": identity, "place": each} for each in range(_MANY)]
    place.database.write(lambda it: it.insert(ROWS, written))
    found = place.database.read(
        lambda it: it.select(ROWS, col["id"] == identity, ["place"], rows_max=_LIMIT)
    )
    words = f"{len(found)} of {_MANY:,} rows for a limit of {_LIMIT}"
    return Finding(21, words, len(found) >= _LIMIT)


def _definitions(place: Place) -> Finding:
    identity = str(uuid4())
    with place.database.opened() as transaction:
        Definitions(transaction, place.connection).create(_NEW)
        transaction.insert(ROWS, [{"id": identity, "place": 0}])
    with place.database.opened() as transaction:
        stays = [
            words
            for words, is_there in (
                ("the table", Definitions(transaction, place.connection).has(_NEW)),
                ("the row", transaction.count(ROWS, col["id"] == identity) > 0),
            )
            if is_there
        ]
    words = f"{' and '.join(stays)} outlived a rollback" if stays else "a rollback undid both"
    return Finding(30, words, not stays)
