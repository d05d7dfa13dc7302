"""What a user may choose for an ingest, and the status of its Flows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cli.codecs import Asked

INGESTING, COMPLETE = "ingesting", "closed_complete"


@dataclass(frozen=True)
class Options:
    segment_seconds: float = 2.0
    start_ns: int = 0
    label: str | None = None
    jobs: int = 4
    register_by_upload: bool = False
    again: bool = False
    strict: bool = False
    segment_tags: Mapping[str, str | list[str]] = field(default_factory=dict)
    container: Asked = "auto"
