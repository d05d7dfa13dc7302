"""The configuration of one server."""

import enum
from dataclasses import dataclass
from pathlib import Path

ACCESS_KEY = "VASTLOCAL_ACCESS_KEY"
SECRET_KEY = "VASTLOCAL_SECRET_KEY"  # noqa: S105 - the name of a variable
"""Variables from which `python -m vastlocal` reads its keys."""


class ConflictMode(enum.StrEnum):
    """When two transactions that change the same row collide. VAST does not document its own rule."""

    STRICT = "strict"
    """Updates and deletes of one row collide, at the second statement."""
    COLUMN = "column"
    """Updates of different columns of one row do not collide; a delete collides with everything."""
    COMMIT = "commit"
    """Like strict, but detected only when the second transaction commits."""
    NEVER = "never"
    """Both commit, and the later one wins. No program is right under this rule: it is there to be noticed."""


SOUND = tuple(mode for mode in ConflictMode if mode is not ConflictMode.NEVER)
"""The rules under which a program can be right."""


@dataclass(frozen=True)
class Settings:
    data: Path
    access_key: str
    secret_key: str
    buckets: tuple[str, ...]
    host: str = "127.0.0.1"
    port: int = 9090
    server_version: str = "5.4.0.0"
    conflicts: ConflictMode = ConflictMode.STRICT
    idle_timeout_seconds: float = 300.0
    clock_skew_seconds: float = 900.0
