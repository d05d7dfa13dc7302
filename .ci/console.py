"""`make console` builds the console into the function that serves it; `check` compares what is there.

The build must be the same everywhere, so npm installs exactly what `package-lock.json` says.
"""

import gzip
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "shared/console"
SITE = ROOT / "functions/console/site"
LICENSED = ("preact", "@preact/signals", "@preact/signals-core", "hls.js", "shaka-player")
"""What the bundle contains."""

Files = dict[str, bytes]


def main(command: str) -> int:
    if shutil.which("npm") is None:
        if os.environ.get("CI") == "true":
            sys.exit(
                "npm is not installed, so this run does not check that the console matches its sources"
            )
        sys.stdout.write("NOT DONE: npm is not installed; the console stays as it was built\n")
        return 0
    built, kept = _built(), _kept()
    if command == "build":
        _write(built, kept)
        return 0
    wrong = sorted(name for name in built.keys() | kept.keys() if built.get(name) != kept.get(name))
    if wrong:
        sys.stderr.write(
            f"not what its sources make: {', '.join(wrong)}: run `make console` and commit\n"
        )
    return bool(wrong)


def _built() -> Files:
    _npm("ci", "--ignore-scripts", "--no-fund", "--no-audit", "--loglevel=error")
    _npm("run", "--silent", "check")
    with tempfile.TemporaryDirectory() as folder:
        _npm("run", "--silent", "build", "--", "--outDir", folder, "--emptyOutDir")
        files = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    return files | {"licences.txt": _licences()}


def _licences() -> bytes:
    texts = []
    for name in LICENSED:
        folder = SOURCES / "node_modules" / name
        (file,) = [path for path in folder.iterdir() if path.stem.upper() == "LICENSE"]
        texts.append(f"{name}\n{'=' * len(name)}\n\n{file.read_text().strip()}\n")
    return "\n\n".join(texts).encode()


def _kept() -> Files:
    return {
        path.name.removesuffix(".gz"): gzip.decompress(path.read_bytes())
        for path in SITE.glob("*.gz")
    }


def _write(built: Files, kept: Files) -> None:
    """A file that is the same stays as it is, because another zlib packs it into other bytes."""
    SITE.mkdir(exist_ok=True)
    for name in kept.keys() - built.keys():
        (SITE / f"{name}.gz").unlink()
    for name, content in built.items():
        if kept.get(name) != content:
            (SITE / f"{name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
        size = (SITE / f"{name}.gz").stat().st_size
        sys.stdout.write(f"{name:32} {size / 1000:7.1f} kB gzipped\n")


def _npm(*arguments: str) -> None:
    subprocess.run(["npm", *arguments], cwd=SOURCES, check=True)  # noqa: S603, S607


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
