"""`make spec`: fetch the BBC's files of TAMS 8.2 into .spec, and check each of them.

TAMS_SPEC_URL=… names another archive (.tar.gz) of the repository, such as a mirror's.
"""

import io
import os
import shutil
import sys
import tarfile
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from tests.spec import FETCHED, SPEC, manifest, missing, wrong_files

URL = "https://github.com/bbc/tams/archive/refs/tags/8.2.tar.gz"
_TIMEOUT_SECONDS = 60


class WrongArchiveError(Exception):
    """It holds no such files."""


def unpack(archive: bytes, folder: Path) -> None:
    """The files of the manifest, from below the archive's `api`. Raises WrongArchiveError."""
    wanted = manifest()
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
            for member in tar:
                name = member.name.partition("/api/")[2]
                if name in wanted and (content := tar.extractfile(member)) is not None:
                    target = folder / name
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(content.read())
    except (tarfile.TarError, EOFError, OSError) as error:
        raise WrongArchiveError(f"it is no .tar.gz: {error}") from error
    if wrong := wrong_files(folder):
        raise WrongArchiveError(f"{len(wrong)} files are missing or differ, such as {wrong[0]}")


def fetch(url: str, target: Path) -> None:
    """All or nothing. Raises WrongArchiveError, or OSError when the network does not lead there."""
    with urllib.request.urlopen(url, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - ours, or the user's
        archive = answer.read()
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        made = Path(folder) / "spec"
        unpack(archive, made)
        shutil.rmtree(target, ignore_errors=True)
        made.replace(target)


def main() -> int:
    if not missing():
        print(f"the BBC's files of TAMS 8.2 are at {SPEC}")  # noqa: T201
        return 0
    url = os.environ.get("TAMS_SPEC_URL") or URL
    try:
        fetch(url, FETCHED)
    except (WrongArchiveError, OSError) as error:
        sys.stderr.write(
            f"{url} cannot be used: {error}\n"
            "Clone https://github.com/bbc/tams at 8.2 yourself, and set TAMS_SPEC=… to its folder.\n"
        )
        return 1
    print(f"the BBC's files of TAMS 8.2 are at {FETCHED} now, as they should be")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
