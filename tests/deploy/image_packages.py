"""A folder with the packages of a requirements file and no others, as an image has them."""

import importlib.metadata
import re
from pathlib import Path

from packaging.requirements import Requirement


def site_of(requirements: Path, folder: Path) -> None:
    """Fills `folder` with links to the packages that are installed here."""
    lines = requirements.read_text().splitlines()
    wanted = {normal(Requirement(it).name) for it in lines if it[:1] not in ("", " ", "#")}
    for found in importlib.metadata.distributions():
        if normal(found.metadata["Name"]) not in wanted:
            continue
        base = Path(str(found.locate_file("")))
        tops = {it.parts[0] for it in found.files or () if it.parts[0] not in ("..", "__pycache__")}
        for top in tops:
            if not (folder / top).exists():
                (folder / top).symlink_to(base / top)


def normal(name: str) -> str:
    return re.sub("[-_.]+", "-", name).lower()
