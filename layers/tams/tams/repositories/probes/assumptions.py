"""What the code assumes of VAST, by number, and what we do about it.

VAST documents little of this. Decisions and guides refer to the numbers, so a number keeps its meaning.
"""

import enum
from dataclasses import dataclass


class Verdict(enum.StrEnum):
    AS_ASSUMED = "as assumed"
    DIFFERS = "differs"
    """The service works, but more slowly or with less room."""
    BROKEN = "not so"
    """The service would be wrong on this cluster."""
    UNKNOWN = "unknown"
    """The probe failed here."""
    MEASURED = "measured"
    """A number without a right value, or something that this cluster gives no way to tell."""


@dataclass(frozen=True)
class Assumption:
    words: str
    remedy: str
    """What we do about it: how the code uses it, or what it does because it is not given."""
    is_needed: bool = True
    """Whether the code would be wrong without it."""


@dataclass(frozen=True)
class Finding:
    """`holds` is None if there is only a measurement. `error` says why there is none."""

    number: int
    measured: str
    holds: bool | None = None
    error: bool = False

    @property
    def assumption(self) -> Assumption:
        return ASSUMPTIONS[self.number]

    @property
    def verdict(self) -> Verdict:
        if self.error:
            return Verdict.UNKNOWN
        if self.holds is None:
            return Verdict.MEASURED
        if self.holds:
            return Verdict.AS_ASSUMED
        return Verdict.BROKEN if self.assumption.is_needed else Verdict.DIFFERS

    @property
    def is_fault(self) -> bool:
        """Whether the code rests on something that is not so, or that could not be found out."""
        return self.assumption.is_needed and self.verdict in {Verdict.BROKEN, Verdict.UNKNOWN}


ASSUMPTIONS = {
    1: Assumption(
        "If two transactions change one column of one row, the second is refused",
        "every write also writes the `revision` of the row that guards its invariant (ADR 3)",
    ),
    2: Assumption(
        "If one transaction changes a row and another deletes it, the second is refused",
        "a Flow cannot be deleted under a writer of its Segments (ADR 3)",
    ),
    3: Assumption(
        "Two transactions that change different columns of one row: either may happen",
        "all writers of an invariant write the same column, so it does not matter",
        is_needed=False,
    ),
    4: Assumption(
        "Transactions that insert into one table at the same time do not collide",
        "if they did, writers would be slower: the request is retried",
        is_needed=False,
    ),
    5: Assumption(
        "Keys are not unique: two transactions may insert the same key",
        "a new id also writes the slot of its hash in `guards`, which collides (ADR 3)",
        is_needed=False,
    ),
    6: Assumption(
        "A transaction reads its own inserts, updates and deletes",
        "the items of a batch are done one after the other in one transaction",
    ),
    7: Assumption(
        "A transaction does not see what others do after it begins",
        "a page of a listing, a summary and its rows come from one snapshot (ADR 4)",
    ),
    8: Assumption(
        "A transaction sees all that was committed before it began",
        "a client finds at once what it has written",
    ),
    9: Assumption(
        "A commit after a rollback is refused, and stores nothing",
        "settles a commit whose answer was lost: roll back, then look for the witness (ADR 3)",
    ),
    10: Assumption(
        "A rollback after a commit undoes nothing",
        "the same, when the commit had taken effect",
    ),
    11: Assumption(
        "A transaction lives through a pause of 5 s",
        "requests to VAST follow one another, and wait at most 9 s for an answer",
    ),
    12: Assumption(
        "A transaction that sends a keep-alive every 3 s does not expire",
        "backups and `tams admin clean` read from one snapshot until they are done",
    ),
    13: Assumption(
        "An idle transaction expires, and the rows it had changed are free again",
        "until then, other writers of the same row get 503 and retry",
        is_needed=False,
    ),
    14: Assumption(
        "Tables are sorted by a key of several columns",
        "reads of one Flow or a window of time scan only the rows near it; "
        "older clusters: TAMS_VAST__SORTED_TABLES=false",
    ),
    15: Assumption(
        "Sorted tables have semi-sorted projections",
        "without them, reads by another key scan all rows and are slow",
        is_needed=False,
    ),
    16: Assumption(
        "A projection serves selects whose columns it holds",
        "each select by another key than the table's has a projection with its columns (ADR 29)",
        is_needed=False,
    ),
    17: Assumption(
        "Answers by way of a projection are complete, new rows and row ids included",
        "rows found by a projection are changed and deleted by their row ids (ADR 29)",
    ),
    18: Assumption(
        "A row id that was selected is valid for updates and deletes of its transaction",
        "rows are always selected and changed in one transaction",
    ),
    19: Assumption(
        "Texts are compared byte by byte",
        "media time and listings by label are windows on text (ADR 2, ADR 28)",
    ),
    20: Assumption(
        "A null matches no comparison, and `is null` finds it",
        "columns of later releases are null on old rows",
    ),
    21: Assumption(
        "A select with a limit returns that many rows if there are as many",
        "an answer below the limit is taken as complete (ADR 4, ADR 28)",
    ),
    22: Assumption(
        "A cell may have 126 KiB",
        "larger documents are refused with 400",
    ),
    23: Assumption(
        "A select may name 5,000 ids",
        "longer lists of ids are split",
    ),
    24: Assumption(
        "An insert may have 4.5 MiB",
        "more rows are inserted in several requests",
    ),
    25: Assumption(
        "A transaction is known at all addresses of the cluster",
        "a commit that was lost at one address is settled at another",
    ),
    26: Assumption(
        "If an address refuses connections, the others serve",
        "a transaction begins at the next address; the dead one is tried last for 60 s",
    ),
    27: Assumption(
        "If an address is silent, the others serve",
        "an address gets 3 s at its first request, then rests",
    ),
    28: Assumption(
        "Round trips take milliseconds",
        "a POST of Segments takes 8, a read 4 (see sizing.md)",
        is_needed=False,
    ),
    29: Assumption(
        "A table with its rows is dropped in a time that does not depend on its size",
        "not used yet: events could then be dropped by the day (sizing.md)",
        is_needed=False,
    ),
    30: Assumption(
        "Definitions and rows change in one transaction, all or nothing",
        "a migration changes tables only while it holds the row of the schema version (ADR 17)",
    ),
}
