"""Keys of the local VAST and S3: made once, kept with the data they guard."""

import json
import os
import secrets
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

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
    storage_id: str
    """The id of the one storage backend; Objects remember it, so it may never change."""

    @classmethod
    def generate(cls) -> "Credentials":
        return cls(KeyPair.generate("vast"), KeyPair.generate("s3"), str(uuid.uuid4()))


def load_or_create(data_dir: Path) -> Credentials:
    path = data_dir / FILE_NAME
    try:
        kept = json.loads(path.read_text())
    except FileNotFoundError:
        credentials = Credentials.generate()
        _write(path, json.dumps(asdict(credentials), indent=2) + "\n")
        return credentials
    return Credentials(KeyPair(**kept["vast"]), KeyPair(**kept["s3"]), kept["storage_id"])


def _write(path: Path, text: str) -> None:
    """Whole or not at all, and never readable for others."""
    draft = path.with_suffix(".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
