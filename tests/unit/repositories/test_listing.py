"""Every page of a listing is what sorting all rows gives, in whatever order VAST reads, and reads little."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tams.errors import InvalidRequestError
from tams.models.filters import TagFilter
from tams.models.page_keys import encode_page_key
from tams.repositories.database import Database
from tams.repositories.listing import Order, sorted_page
from tams.repositories.listing.keys import Sizes
from tams.repositories.predicates import tags_text
from tams.repositories.table import Table
from tams.repositories.tables import FLOWS
from tams.repositories.transaction import ROW_ID, Row, VastTransaction
from tams.repositories.visible import VisibleTransaction
from tams.runtime.vast import vast_connection
from tams.vast.where import Predicate, col
from tests.in_process import a_vast_in_process
from tests.integration.local_vast import settings_for
from tests.long_form import SOAK

SMALL = Sizes(rows_min=4, rows_more=2, sample=4, selects_max=6)
MANY_SELECTS = Sizes(rows_min=4, rows_more=2, sample=4, selects_max=1_000)
UNTAGGED = TagFilter("x", exists=False)
NEVER = TagFilter("x", exists=True)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with a_vast_in_process(tmp_path_factory.mktemp("vast")) as url:
        yield Database(vast_connection(settings_for(url)))


@dataclass
class Reads:
    """What selects have cost."""

    selects: int = 0
    rows: int = 0


class Unordered(VastTransaction):
    """Stops a select with `rows_max` at rows of its own choice, as VAST may."""

    def __init__(
        self,
        real: VastTransaction,
        choose: Callable[[list[Row]], list[Row]],
        reads: Reads | None = None,
    ) -> None:
        self._real = real
        self._choose = choose
        self._reads = reads or Reads()

    def select(
        self,
        table: Table,
        predicate: Predicate | None,
        columns: Iterable[str],
        *,
        with_row_id: bool = False,
        rows_max: int | None = None,
    ) -> list[Row]:
        found = self._choose(self._real.select(table, predicate, columns, with_row_id=with_row_id))
        found = found if rows_max is None else found[:rows_max]
        self._reads.selects += 1
        self._reads.rows += len(found)
        return found


def shuffled(seed: int) -> Callable[[list[Row]], list[Row]]:
    def choose(rows: list[Row]) -> list[Row]:
        random.Random(seed).shuffle(rows)
        return rows

    return choose


def by(order: Order, *, nearest_first: bool) -> Callable[[list[Row]], list[Row]]:
    def choose(rows: list[Row]) -> list[Row]:
        return listed(order, rows) if nearest_first else listed(order, rows)[::-1]

    return choose


def listed(order: Order, rows: Iterable[Row]) -> list[Row]:
    """Sorted the obvious way."""
    by_id = sorted(rows, key=lambda row: str(row["id"]))
    valued = [row for row in by_id if row[order.column] is not None]
    unset = [row for row in by_id if row[order.column] is None]
    valued.sort(key=lambda row: row[order.column], reverse=order.newest_first)  # it is stable
    found = valued + unset
    return found[::-1] if order.reverse else found


@dataclass
class Listing:
    """Flows of one Source, and a client who walks through their pages."""

    database: Database
    order: Order
    rows: dict[str, Row] = field(default_factory=dict)
    source_id: str = field(default_factory=lambda: str(uuid4()))

    def insert(self, rows: Sequence[Row]) -> None:
        whole = [{"revision": 0, **row, "source_id": self.source_id} for row in rows]
        self.database.write(lambda it: it.insert(FLOWS, whole))
        self.rows |= {row["id"]: row for row in whole}

    def delete(self, ids: Sequence[str]) -> None:
        def work(transaction: VastTransaction) -> None:
            found = transaction.select(FLOWS, col["id"].isin(ids), ["id"], with_row_id=True)
            transaction.delete(FLOWS, [row[ROW_ID] for row in found])

        if ids:
            self.database.write(work)
            for each in ids:
                del self.rows[each]

    def page(
        self,
        key: str | None,
        limit: int,
        choose: Callable[[list[Row]], list[Row]] | None = None,
        *,
        reads: Reads | None = None,
        predicate: Predicate | None = None,
        sizes: Sizes = SMALL,
        **how: Any,
    ) -> tuple[list[str], str | None]:
        wanted = col["source_id"] == self.source_id
        wanted = wanted if predicate is None else wanted & predicate

        def work(real: VastTransaction) -> tuple[list[str], str | None]:
            transaction = real if choose is None else Unordered(real, choose, reads)
            return sorted_page(
                VisibleTransaction(transaction),
                FLOWS,
                wanted,
                self.order,
                page=key,
                limit=limit,
                sizes=sizes,
                **how,
            )

        return self.database.read(work)

    def expected(
        self, last: Row | None, limit: int, is_listed: Callable[[Row], bool]
    ) -> tuple[list[str], bool]:
        """The page after a row that may be gone, and whether there is another."""
        rows = {**self.rows, **({} if last is None else {last["id"]: last})}
        ids = [row["id"] for row in listed(self.order, rows.values())]
        after = ids if last is None else ids[ids.index(last["id"]) + 1 :]
        left = [each for each in after if is_listed(self.rows[each])]
        return left[:limit], len(left) > limit


some_ids = st.uuids().map(str)
alike_ids = st.integers(0, 200).map(lambda it: str(UUID(int=it)))
sampled_ids = st.uuids().map(lambda it: "80" + str(it)[2:])
timed_ids = st.uuids().map(lambda it: "018f" + str(it)[4:])
ids = st.one_of(some_ids, sampled_ids, timed_ids, alike_ids)
dates = st.one_of(
    st.integers(-2, 3), st.integers(0, 2**53), st.sampled_from([2**63 - 1, -(2**63) + 1])
)
labels = st.one_of(
    st.sampled_from(["", "a", "aa", "b"]), st.text("ab é\U0001f600\uffff", max_size=4)
)
orders = st.sampled_from(
    [
        Order(column, newest_first=column != "label", reverse=reverse)
        for column in ("created_us", "metadata_updated_us", "label")
        for reverse in (False, True)
    ]
)


@st.composite
def rows_for(draw: st.DrawFn, order: Order, size: int = 40) -> list[Row]:
    values = st.none() | (labels if order.column == "label" else dates)
    found = draw(st.lists(st.tuples(ids, values), max_size=size, unique_by=lambda it: it[0]))
    common = draw(st.sampled_from([None, "one", "some"]))
    return [
        {
            "id": each,
            order.column: found[0][1] if common == "one" or (common and at % 2) else value,
            "tags": tags_text({"x": "1"} if at % 3 == 0 else {}),
            "format": "video" if at % 4 else "audio",
        }
        for at, (each, value) in enumerate(found)
    ]


@st.composite
def walks(draw: st.DrawFn) -> tuple[Order, list[Row], list[Row]]:
    order = draw(orders)
    rows = draw(rows_for(order))
    used = {row["id"] for row in rows}
    late = [row for row in draw(rows_for(order, 8)) if row["id"] not in used]
    return order, rows, late


def ways(order: Order) -> list[Callable[[list[Row]], list[Row]] | None]:
    return [
        None,
        by(order, nearest_first=True),
        by(order, nearest_first=False),
        shuffled(1),
        shuffled(2),
    ]


@dataclass(frozen=True)
class Filter:
    predicate: Predicate | None = None
    without_tags: tuple[TagFilter, ...] = ()
    keeps: str = ""
    """Digits with which the id of a listed Flow may end; empty for any."""
    is_among: bool = False
    only: AbstractSet[str] | None = None

    def how(self) -> dict[str, Any]:
        how: dict[str, Any] = {"without_tags": self.without_tags, "only": self.only}
        if self.keeps and self.is_among:
            how["among"] = lambda ids: {each for each in ids if each[-1] in self.keeps}
        elif self.keeps:
            how["keep"] = lambda each: each[-1] in self.keeps
        return how | {"predicate": self.predicate}

    def lists(self, row: Row) -> bool:
        return (
            (self.predicate is None or row["format"] == "video")
            and not (self.without_tags and "x" in row["tags"])
            and (not self.keeps or row["id"][-1] in self.keeps)
            and (self.only is None or row["id"] in self.only)
        )


filters = st.builds(
    Filter,
    predicate=st.sampled_from([None, col["format"] == "video"]),
    without_tags=st.sampled_from([(), (UNTAGGED,)]),
    keeps=st.sampled_from(["", "02468ace", "1"]),
    is_among=st.booleans(),
)


@settings(
    max_examples=1_500 if SOAK else 120,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # to shrink an example on a VAST takes minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    data=st.data(),
    walk=walks(),
    wanted=filters,
    limit=st.integers(1, 7),
    way=st.integers(0, 4),
    sizes=st.sampled_from([SMALL, MANY_SELECTS, Sizes()]),
)
def test_pages_are_what_sorting_everything_gives(
    database: Database,
    data: st.DataObject,
    walk: tuple[Order, list[Row], list[Row]],
    wanted: Filter,
    limit: int,
    way: int,
    sizes: Sizes,
) -> None:
    order, rows, late = walk
    listing = Listing(database, order)
    try:
        listing.insert(rows)
        key, last = None, None
        while True:
            found, next_key = listing.page(
                key, limit, ways(order)[way], sizes=sizes, **wanted.how()
            )
            expected, more = listing.expected(last, limit, wanted.lists)
            assert found == expected
            assert (next_key is not None) is more
            if next_key is None:
                return
            key, last = next_key, listing.rows[found[-1]]
            listing.insert([late.pop()] if late else [])
            there = sorted(listing.rows)
            listing.delete(data.draw(st.lists(st.sampled_from(there), max_size=2, unique=True)))
    finally:
        listing.delete(sorted(listing.rows))


def test_only_some_are_listed_however_many_they_are(database: Database) -> None:
    order = Order("created_us")
    listing = Listing(database, order)
    listing.insert([{"id": str(uuid4()), "created_us": at} for at in range(1_500)])
    every = [row["id"] for row in listed(order, listing.rows.values())]

    for chosen in (every[::1][:1_200], every[5:900:40], [], [str(uuid4())]):
        found, key = listing.page(None, 10, only=frozenset(chosen), sizes=Sizes())
        assert found == chosen[:10] if set(chosen) <= set(every) else found == []
        assert (key is None) is (len(chosen) <= 10)


def test_page_keys_are_those_of_releases_before(database: Database) -> None:
    listing = Listing(database, Order("created_us"))
    listing.insert([{"id": f"{at}", "created_us": at // 2} for at in range(8)])

    _, key = listing.page(None, 3)

    assert key == encode_page_key(2, "4")


@pytest.mark.parametrize(
    ("value", "count"), [(2**80, 8), (-(2**80), 0), (3, 6)], ids=["after all", "before all", "some"]
)
def test_a_page_key_may_name_what_no_row_can_have(
    database: Database, value: int, count: int
) -> None:
    listing = Listing(database, Order("created_us"))
    listing.insert([{"id": f"{value}/{at}", "created_us": at // 2} for at in range(8)])

    found, _ = listing.page(encode_page_key(value, ""), 10)

    assert len(found) == (8 if value == 3 else count)


def test_a_page_key_of_no_text_is_refused(database: Database) -> None:
    listing = Listing(database, Order("label", newest_first=False))

    with pytest.raises(InvalidRequestError, match="not a page key"):
        listing.page(encode_page_key("\ud800", "a"), 10)


COUNT = 6_000
BOUNDED = Sizes(rows_min=64, rows_more=16, sample=128)
LISTED = [
    Order(column, newest_first=column != "label", reverse=reverse)
    for column in ("created_us", "label")
    for reverse in (False, True)
]


def in_bursts(count: int) -> list[Row]:
    """Created in bursts with days between them. A tenth have no label."""
    chance, at_us, rows = random.Random(count), 0, []
    for _ in range(count):
        at_us += chance.choice([0, 1, 1, 1_000, 10**6, 10**9])
        label = None if chance.random() < 0.1 else f"Camera {chance.randrange(count):06}"
        rows.append(
            {"id": str(UUID(int=chance.getrandbits(128))), "created_us": at_us, "label": label}
        )
    return rows


def in_time(count: int) -> list[Row]:
    """In bursts too, with ids that begin with the time, as some programs make them for their indexes."""
    chance, rows = random.Random(count), in_bursts(count)
    for row in rows:
        head = f"{row['created_us'] // 1_000 + 1_700_000_000_000:012x}4{chance.getrandbits(12):03x}"
        tail = f"{chance.choice('89ab')}{chance.getrandbits(60):015x}"
        row["id"] = str(UUID(head + tail))
    return rows


def alike(count: int) -> list[Row]:
    """Created in the same microsecond, with the same label."""
    chance = random.Random(count)
    ids = (str(UUID(int=chance.getrandbits(128))) for _ in range(count))
    return [{"id": each, "created_us": 5, "label": "same"} for each in ids]


@pytest.fixture(scope="module", params=[in_bursts, alike])
def long(request: pytest.FixtureRequest, database: Database) -> Iterator[Listing]:
    listing = Listing(database, LISTED[0])
    listing.insert(request.param(COUNT))
    yield listing
    listing.delete(sorted(listing.rows))


def check_pages(listing: Listing, choose: Callable[[list[Row]], list[Row]], rows_max: int) -> None:
    rows = listed(listing.order, listing.rows.values())
    for last in (None, rows[COUNT // 2], rows[-8]):
        reads = Reads()
        key = None if last is None else encode_page_key(last[listing.order.column], last["id"])

        found, _ = listing.page(key, 10, choose, reads=reads, sizes=BOUNDED)

        start = 0 if last is None else rows.index(last) + 1
        assert found == [row["id"] for row in rows[start : start + 10]]
        assert reads.selects <= BOUNDED.selects_max, reads
        assert reads.rows <= rows_max, reads


@pytest.mark.parametrize("order", LISTED, ids=lambda it: f"{it.column}, reverse: {it.reverse}")
@pytest.mark.parametrize("column", ["id", None])
def test_a_page_of_a_long_listing_reads_little_wherever_it_is(
    long: Listing, order: Order, column: str | None
) -> None:
    """Whether VAST reads in the order of the table, or always in that of the projection."""
    upwards = Order(column or order.column, newest_first=False)
    listing = Listing(long.database, order, long.rows, long.source_id)

    check_pages(listing, by(upwards, nearest_first=True), COUNT // 5)


@pytest.mark.parametrize("order", LISTED, ids=lambda it: f"{it.column}, reverse: {it.reverse}")
def test_a_page_reads_little_whatever_order_vast_reads_in(database: Database, order: Order) -> None:
    listing = Listing(database, order)
    listing.insert(in_bursts(COUNT))

    check_pages(listing, shuffled(1), COUNT // 5)


@pytest.mark.parametrize("upwards", [True, False])
@pytest.mark.parametrize("reverse", [True, False])
def test_ids_that_begin_with_the_time_do_no_harm(
    database: Database, *, reverse: bool, upwards: bool
) -> None:
    order = Order("created_us", reverse=reverse)
    listing = Listing(database, order)
    listing.insert(in_time(COUNT))

    check_pages(listing, by(Order("created_us"), nearest_first=not upwards), COUNT // 5)


def test_what_few_match_is_read_at_once(database: Database) -> None:
    listing = Listing(database, Order("created_us"))
    listing.insert(in_bursts(200))
    reads = Reads()

    listing.page(None, 100, shuffled(1), reads=reads, sizes=Sizes())

    assert reads.selects == 1


def test_a_filter_that_no_projection_has_is_answered_at_once(database: Database) -> None:
    listing = Listing(database, Order("created_us"))
    listing.insert([{**row, "segment_count": 1} for row in in_bursts(1_000)])
    reads = Reads()

    found, _ = listing.page(
        None, 10, shuffled(1), reads=reads, predicate=col["segment_count"] > 0, sizes=Sizes()
    )

    expected = listed(listing.order, listing.rows.values())
    assert found == [row["id"] for row in expected[:10]]
    assert reads.selects == 1
