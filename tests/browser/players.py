"""`make players`: fetch with npm, into .players, what the tests run in a browser, and check it."""

import hashlib
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

FOLDER = Path(__file__).parents[2] / ".players"
_MANIFEST = Path(__file__).with_name("players.sha256")
SCRIPTS = {
    "hls.js": "package/dist/hls.min.js",
    "shaka.js": "package/dist/shaka-player.compiled.js",
    "axe.js": "package/axe.min.js",
}
"""What a page loads, by the name that it loads it by. The last looks for what keeps people out."""


def missing() -> str | None:
    """Why no player can run; None if all are there."""
    if all((FOLDER / name).exists() for name in SCRIPTS):
        return None
    return "the players are missing: `make players` fetches them"


def fetch() -> None:
    """Raises subprocess.CalledProcessError, or ValueError for another content than is known."""
    FOLDER.mkdir(exist_ok=True)
    lines = [line.split() for line in _MANIFEST.read_text().splitlines()]
    for (digest, archive), (name, member) in zip(lines, SCRIPTS.items(), strict=True):
        package, _, version = archive.removesuffix(".tgz").rpartition("-")
        command = [
            "npm",
            "pack",
            f"{package}@{version}",
            "--silent",
            "--pack-destination",
            str(FOLDER),
        ]
        subprocess.run(command, check=True)
        path = FOLDER / archive
        if hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            raise ValueError(f"{archive} is not what it was")
        with tarfile.open(path) as tar, (FOLDER / name).open("wb") as target:
            content = tar.extractfile(member)
            assert content is not None
            shutil.copyfileobj(content, target)
        path.unlink()


if __name__ == "__main__":
    if missing():
        fetch()
    print(f"the players are in {FOLDER}")  # noqa: T201
    sys.exit(0)
