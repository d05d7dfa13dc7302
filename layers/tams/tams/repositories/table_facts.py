"""What VAST says about tables: not what their definitions say."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TableFacts:
    """From VAST's statistics, which may lag by seconds."""

    rows: int
    size_bytes: int
    sorted_by: tuple[str, ...]
    """The columns of its sorting key; none if it has no key."""
    sorting_done: bool
    """Whether VAST has sorted all rows. A table without a key is never sorted."""
    sorting_score: int


@dataclass(frozen=True, slots=True)
class ProjectionFacts:
    name: str
    columns: tuple[str, ...]
    rows: int
    size_bytes: int
