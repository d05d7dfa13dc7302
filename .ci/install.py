"""`install.py REQUIREMENTS`: by uv, which takes seconds; else by pip, which counts the packages meanwhile."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_PIP = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
_PIP += ["--progress-bar", "off"]
_ROOT = Path(__file__).parents[1]
_KNOWN = ("Collecting ", "Requirement already satisfied")
_STEP = 20
"""Packages between two lines, where a line cannot be overwritten."""


def main(requirements: str) -> int:
    """The exit status. What pip said is shown if it failed."""
    wanted = sum("==" in line for line in Path(requirements).read_text().splitlines())
    if _by_uv(requirements, wanted):
        return 0
    return _by_pip(requirements, wanted)


def _by_uv(requirements: str, wanted: int) -> bool:
    """Whether that worked. Uv does not read pip's configuration, so a mirror may be known to pip alone."""
    if "PIP_NO_INDEX" in os.environ:
        return False
    pinned = (_ROOT / "requirements/dev.txt").read_text().splitlines()
    uv = next(line for line in pinned if line.startswith("uv=="))
    _say(f"installing {wanted} packages of {requirements}\n")
    if _silent([*_PIP, uv]) != 0:
        return False
    env = os.environ | ({"UV_DEFAULT_INDEX": index} if (index := _index_of_pip()) else {})
    command = [sys.executable, "-m", "uv", "pip", "install", "--python", sys.executable]
    return _silent([*command, "-r", requirements], env) == 0


def _index_of_pip() -> str | None:
    asked = [sys.executable, "-m", "pip", "config", "get", "global.index-url"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)  # noqa: S603
    return os.environ.get("PIP_INDEX_URL") or done.stdout.strip() or None


def _silent(command: list[str], env: Mapping[str, str] | None = None) -> int:
    return subprocess.run(command, env=env, capture_output=True, check=False).returncode  # noqa: S603


def _by_pip(requirements: str, wanted: int) -> int:
    _say(f"installing {wanted} packages of {requirements}: a minute or two the first time\n")
    said: list[str] = []
    found = 0
    with subprocess.Popen(  # noqa: S603
        [*_PIP, "-r", requirements], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as pip:
        assert pip.stdout is not None
        for line in pip.stdout:
            said.append(line)
            if line.startswith(_KNOWN):
                found = min(found + 1, wanted)
                _count(found, wanted)
            elif line.startswith("Installing collected packages"):
                _show("  all found, now installing")
    _say("\n" if sys.stdout.isatty() else "")
    if pip.returncode != 0:
        _say("\n" + "".join(said))
    return pip.returncode


def _count(found: int, wanted: int) -> None:
    if sys.stdout.isatty() or found % _STEP == 0:
        _show(f"  {found} of {wanted} found")


def _show(text: str) -> None:
    """In the place of what was shown before, where that can be overwritten."""
    _say(f"\r{text}\033[K" if sys.stdout.isatty() else f"{text}\n")


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
