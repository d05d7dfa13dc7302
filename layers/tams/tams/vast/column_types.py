"""The column types that TAMS uses, and those of VAST's row ids."""

from enum import Enum

Columns = tuple[tuple[str, "ColumnType"], ...]
"""Names and types, in order."""


class ColumnType(Enum):
    """Each value can be null. Source: Arrow's columnar format."""

    TEXT = "utf8"
    INT = "int64"
    BOOL = "bool"
    ROW_ID = "uint64"
    SORTED_ROW_ID = "decimal128(38, 0)"
    """Row ids of tables with a sorting key."""
    NOTHING = "no column"
    """The column of a select that only counts."""


ROW_ID_NAME = "$row_id"
