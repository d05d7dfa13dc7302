"""`install.py REQUIREMENTS`: pip, with a line that counts in place of minutes of silence."""

import subprocess
import sys
from pathlib import Path

_PIP = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check"]
_PIP += ["--progress-bar", "off", "-r"]
_KNOWN = ("Collecting ", "Requirement already satisfied")
_STEP = 20
"""Where a line cannot be written over, one for so many packages."""


def main(requirements: str) -> int:
    """Pip's own exit status; what it said is shown when it failed."""
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
                _count(f"  {found} of {wanted} fetched", is_last=found % _STEP == 0)
            elif line.startswith("Installing collected packages"):
                _count(f"  {wanted} of {wanted} fetched, now unpacking", is_last=True)
    if pip.returncode != 0:
        _say("\n" + "".join(said))
    return pip.returncode


def _count(text: str, *, is_last: bool) -> None:
    if sys.stdout.isatty():
        _say(f"\r{text}\033[K" + ("\n" if "unpacking" in text else ""))
    elif is_last:
        _say(f"{text}\n")


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
