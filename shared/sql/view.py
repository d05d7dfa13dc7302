"""What a view is: columns with a type, an expression and a meaning."""

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Column:
    """`expression` is over the columns of the view's scan."""

    name: str
    type: str
    meaning: str
    expression: str


@dataclass(frozen=True)
class View:
    """`scan` is what it reads; `clause` is what follows it, for views that are more than its columns."""

    name: str
    meaning: str
    columns: tuple[Column, ...]
    scan: str
    clause: str = ""

    @property
    def select(self) -> str:
        """The SQL of the view, over its scan."""
        columns = ",\n  ".join(f"{each.expression} AS {each.name}" for each in self.columns)
        return f"SELECT\n  {columns}\nFROM {scan_table(self.scan)}{self.clause}"  # nosec B608

    def with_deleted(self, meaning: str) -> "View":
        """The view of all rows, with a column that tells which of them clients no longer see."""
        deleted = plain("deleted", "BOOLEAN", "Whether clients no longer see it.")
        return replace(
            self,
            name=f"{self.name}_all",
            meaning=meaning,
            columns=(*self.columns, deleted),
            scan=f"{self.scan}_all",
        )


def scan_table(scan: str) -> str:
    """The name under which DuckDB knows a scan."""
    return f"scan_of_{scan}"


def plain(name: str, kind: str, meaning: str) -> Column:
    """A column of the scan as it is."""
    return Column(name, kind, meaning, name)


def text_of(name: str, meaning: str, path: str | None = None) -> Column:
    """A text in the document."""
    return Column(name, "VARCHAR", meaning, f"document->>'$.{path or name}'")


def number_of(name: str, meaning: str, path: str | None = None) -> Column:
    """A whole number in the document."""
    return Column(name, "BIGINT", meaning, f"(document->>'$.{path or name}')::BIGINT")


def rational_of(name: str, kind: str, meaning: str, path: str, factor: str) -> Column:
    """A rational in the document, times `factor`, as a number."""
    numerator = f"(document->>'$.{path}.numerator')::BIGINT"
    denominator = f"coalesce((document->>'$.{path}.denominator')::BIGINT, 1)"
    return Column(name, kind, meaning, f"({numerator} * {factor} / {denominator})::{kind}")


def json_of(name: str, meaning: str) -> Column:
    """A part of the document, as JSON."""
    return Column(name, "JSON", meaning, f"document->'$.{name}'")


def columns_of(*groups: Column | Sequence[Column]) -> tuple[Column, ...]:
    return tuple(
        each for group in groups for each in ([group] if isinstance(group, Column) else group)
    )
