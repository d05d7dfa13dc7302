"""Migrations are numbered without a gap, and no table changes without one."""

import hashlib

from tams.repositories.all_tables import ALL
from tams.repositories.migrations.numbered import MIGRATIONS
from tams.repositories.schema_version import KNOWN, SchemaVersion, fault_of

SHAPES = {
    2: "e1b3a571fa201ad2",
    3: "609f50bea14ffe17",
    4: "c9253af9386b0fe6",
    5: "f80f71b3bff0b022",
    6: "c6b2b1fdf8501660",
    7: "ba5cf94d9612b173",
    8: "0d088cb4a4cffd21",
    9: "947853e74afb7e3c",
    10: "e29f34bd2433df4f",
    11: "37c85ac206f6f738",
    12: "3c11eb406f2f0032",
    13: "090f29e612c1ac36",
    14: "65d79a24ad3fcbf2",
}
"""What the tables of each version are, as `shape` writes it. A released one never changes."""


def shape() -> str:
    words = []
    for table in sorted(ALL, key=lambda each: each.name):
        fields = sorted(f"{name}:{type_.value}" for name, type_ in table.columns)
        projections = sorted(
            f"{each.name}({each.sorted_columns}{sorted(each.unsorted_columns)})"
            for each in table.projections
        )
        words.append(f"{table.name} {fields} {table.sorting_key} {projections}")
    return hashlib.sha256("\n".join(words).encode()).hexdigest()[:16]


def test_migrations_are_numbered_from_one_to_the_version_of_this_release() -> None:
    assert [each.number for each in MIGRATIONS] == list(range(1, KNOWN + 1))
    assert len({each.title for each in MIGRATIONS}) == len(MIGRATIONS)


def test_tables_do_not_change_without_a_migration() -> None:
    assert SHAPES.get(KNOWN) == shape(), (
        "the tables have changed: add a migration, raise KNOWN, and write their new shape here "
        "(CONTRIBUTING.md, How to add a column)"
    )


def test_a_release_uses_its_own_version_and_later_ones_that_let_it() -> None:
    assert fault_of(SchemaVersion(KNOWN, oldest_reader=1)) is None
    assert fault_of(SchemaVersion(KNOWN + 9, oldest_reader=KNOWN)) is None


def test_a_fault_says_what_is_there_what_is_needed_and_what_to_do() -> None:
    for found, words in [
        (
            None,
            [
                "no schema version",
                f"needs version {KNOWN}",
                "make provision",
                "tams admin provision",
            ],
        ),
        (
            SchemaVersion(KNOWN - 1, 1),
            [f"version {KNOWN - 1}", f"needs version {KNOWN}", "make provision"],
        ),
        (
            SchemaVersion(KNOWN + 2, KNOWN + 1),
            [f"version {KNOWN + 2}", f"version {KNOWN + 1}", f"supports {KNOWN}", "deploy"],
        ),
    ]:
        fault = fault_of(found)
        assert fault is not None
        assert all(word in fault for word in words), fault
