"""Keys of the local VAST and S3: created once, kept with the data they guard."""

import json
import os
import secrets
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from local.errors import LocalStackError

FILE_NAME = "credentials.json"


@dataclass(frozen=True)
class KeyPair:
    access_key: str
    secret_key: str

    @classmethod
    def generate(cls, prefix: str) -> "KeyPair":
        return cls(f"{prefix}{secrets.token_hex(8)}", secrets.token_hex(20))

    def __repr__(self) -> str:
        return f"KeyPair({self.access_key!r}, …)"


@dataclass(frozen=True)
class Credentials:
    vast: KeyPair
    s3: KeyPair
    aws: KeyPair
    """The functions' AWS keys: the access key lets its holder invoke functions and use queues here."""
    storage_id: str
    """The id of the only storage backend. Objects store it, so it must never change."""

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Credentials":
        """Creates whatever an earlier version's file lacks."""
        pairs = {
            name: KeyPair(**kept[name]) if name in kept else KeyPair.generate(name)
            for name in ("vast", "s3", "aws")
        }
        return cls(**pairs, storage_id=kept.get("storage_id") or str(uuid.uuid4()))


def load_or_create(data_dir: Path) -> Credentials:
    path = data_dir / FILE_NAME
    kept: dict[str, Any] = {}
    with suppress(FileNotFoundError):
        kept = _read(path)
    credentials = Credentials.from_json(kept)
    if asdict(credentials) != kept:
        _write(path, json.dumps(asdict(credentials), indent=2) + "\n")
    return credentials


def _read(path: Path) -> dict[str, Any]:
    try:
        kept: dict[str, Any] = json.loads(path.read_text())
        Credentials.from_json(kept)
    except (ValueError, TypeError, AttributeError) as error:
        raise LocalStackError(
            f"{path} is damaged ({error}): restore a copy; Objects find their media by the storage_id in it"
        ) from error
    return kept


def _write(path: Path, text: str) -> None:
    """Writes all or nothing, and never so that others can read it."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
