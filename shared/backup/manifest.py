"""`manifest.json`: what an export holds, and what proves that it is whole."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

FileName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]+-[0-9]{5}\.parquet$")]
"""Never a path: an import opens nothing outside its folder."""
Count = Annotated[int, Field(ge=0)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileEntry(_Part):
    name: FileName
    rows: Count
    row_groups: Count
    size_bytes: Count
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class TableEntry(_Part):
    """`columns` are all that the table had."""

    name: str
    columns: tuple[str, ...]
    rows: Count
    files: tuple[FileEntry, ...]


class Manifest(_Part):
    """Rows of one snapshot, which was taken between `begun` and the first file."""

    format: Literal[1] = 1
    """Of this file and the folder. A release that changes them raises it."""
    id: str
    """Tells an import that goes on from one of another export."""
    begun: AwareDatetime
    package_version: str
    schema_version: Annotated[int, Field(ge=1)]
    oldest_reader: int
    tables: tuple[TableEntry, ...]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)
