"""`install.py REQUIREMENTS`: pip, counting the packages instead of staying silent for minutes."""

import subprocess
import sys
from pathlib import Path

_PIP = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
_PIP += ["--progress-bar", "off", "-r"]
_KNOWN = ("Collecting ", "Requirement already satisfied")
_STEP = 20
"""Packages between two lines, where a line cannot be overwritten."""


def main(requirements: str) -> int:
    """Pip's exit status. What pip said is shown if it failed."""
    wanted = sum("==" in line for line in Path(requirements).read_text().splitlines())
    _say(f"installing {wanted} packages of {requirements}: a minute or two the first time\n")
    said: list[str] = []
    found = 0
    with subprocess.Popen(  # noqa: S603
        [*_PIP, requirements], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
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
