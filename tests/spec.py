"""The BBC's own files of TAMS 8.2: where they are on this machine, and whether they are the right ones.

They are the variable TAMS_SPEC's, or those that `make spec` fetched, or those beside this checkout.
"""

import hashlib
import os
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
FETCHED = ROOT / ".spec"
_BESIDE = ROOT.parent / "shared" / "tams-8.2"
_MANIFEST = Path(__file__).with_name("spec.sha256")


def manifest() -> dict[str, str]:
    """SHA-256 by the file's path, as `sha256sum` writes them."""
    lines = [line.split(maxsplit=1) for line in _MANIFEST.read_text().splitlines()]
    return {path: digest for digest, path in lines}


def wrong_files(folder: Path) -> list[str]:
    """What is missing there, or is not what we mean."""

    def is_right(path: Path, digest: str) -> bool:
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest

    return [name for name, digest in manifest().items() if not is_right(folder / name, digest)]


def _chosen() -> Path:
    given = os.environ.get("TAMS_SPEC")
    if given:
        folder = Path(given).resolve()
        return folder / "api" if (folder / "api").is_dir() else folder  # a clone of bbc/tams
    return next((each for each in (FETCHED, _BESIDE) if each.is_dir()), FETCHED)


SPEC = _chosen()
OPENAPI = SPEC / "TimeAddressableMediaStore.yaml"
SCHEMAS = SPEC / "schemas"
EXAMPLES = SPEC / "examples"


@cache
def missing() -> str:
    """Why the files cannot be used; empty when they can."""
    if not SPEC.is_dir():
        return f"the BBC's files of TAMS 8.2 are not at {SPEC}: run `make spec`, or set TAMS_SPEC=…"
    if wrong := wrong_files(SPEC):
        return f"{len(wrong)} files at {SPEC} are not those of TAMS 8.2, such as {wrong[0]}"
    return ""
