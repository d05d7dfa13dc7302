"""Data folders that earlier releases wrote, for the current code to provision."""

import tarfile
from pathlib import Path

HERE = Path(__file__).parent
FOLDERS = ("release_0_1_0", "unnumbered")


def unpacked(name: str, target: Path) -> Path:
    """The data folder of a stack."""
    with tarfile.open(HERE / name / "data.tar.gz") as archive:
        archive.extractall(target, filter="data")
    return target / "data"
