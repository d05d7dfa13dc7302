"""What a listing asks for, typed and checked; repositories turn it into predicates."""

from dataclasses import dataclass

from tams.models.common import ContentFormat

PAGE_LIMIT_DEFAULT = 100
PAGE_LIMIT_MAX = 1000


@dataclass(frozen=True, slots=True)
class SourceQuery:
    """Filters combine with AND; absent ones do not filter (SRC-8)."""

    limit: int = PAGE_LIMIT_DEFAULT
    page: str | None = None
    label: str | None = None
    format: ContentFormat | None = None


@dataclass(frozen=True, slots=True)
class FlowQuery:
    """Filters combine with AND; absent ones do not filter (FLW-1)."""

    limit: int = PAGE_LIMIT_DEFAULT
    page: str | None = None
    source_id: str | None = None
    label: str | None = None
    format: ContentFormat | None = None
    codec: str | None = None
