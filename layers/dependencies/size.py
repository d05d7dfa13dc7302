"""What the built layers and functions weigh: `python3 size.py .aws-sam/build`. Fails above Lambda's limit."""

import sys
from pathlib import Path

LIMIT_MB = 250
TARGET_MB = 150


def megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 2**20


def main(build: Path) -> int:
    sizes = {path.name: megabytes(path) for path in sorted(build.iterdir()) if path.is_dir()}
    layers = {name: size for name, size in sizes.items() if name.endswith("Layer")}
    functions = {name: size for name, size in sizes.items() if name.endswith("Function")}
    if not layers or not functions:
        sys.stderr.write(f"{build} does not contain a build: run `make build`\n")
        return 1
    for name, size in {**layers, **functions}.items():
        sys.stdout.write(f"{name:28} {size:8.1f} MB\n")
    total = sum(layers.values()) + max(functions.values())
    sys.stdout.write(f"{'unzipped, with a function':28} {total:8.1f} MB of {LIMIT_MB}\n")
    if total > TARGET_MB:
        sys.stdout.write(f"that exceeds the target of {TARGET_MB} MB\n")
    return int(total > LIMIT_MB)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
