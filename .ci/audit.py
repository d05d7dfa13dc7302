"""`make audit`: known vulnerabilities of what is deployed and of what runs the local stack.

Says what could not be asked about, because the machine is offline or an index has no such service, and fails
only for what is known to be vulnerable.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 60
"""For all packages together. pip-audit asks about each in turn, and waits for each answer."""
FILES = ("layers/dependencies/requirements.txt", "requirements/local.txt")


def main() -> int:
    vulnerable = 0
    for name in FILES:
        found = _audit(ROOT / name)
        if found is None:
            sys.stdout.write(f"{name}: not audited, no service answers\n")
            continue
        asked = [each for each in found if "vulns" in each]
        sys.stdout.write(f"{name}: {len(asked)} of {len(found)} packages could be asked about\n")
        for each in asked:
            for known in each["vulns"]:
                vulnerable += 1
                fixed = ", ".join(known["fix_versions"]) or "no version yet"
                sys.stdout.write(
                    f"  {each['name']} {each['version']}: {known['id']}, fixed in {fixed}\n"
                )
    return 1 if vulnerable else 0


def _audit(requirements: Path) -> list[dict[str, list[dict[str, str]]]] | None:
    """What pip-audit knows of each package; None when it could not ask."""
    command = [
        *(sys.executable, "-m", "pip_audit", "--format", "json", "--progress-spinner", "off"),
        *("--no-deps", "--disable-pip", "--timeout", "15", "-r", str(requirements)),
    ]
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS
        )
    except subprocess.TimeoutExpired:
        return None
    try:
        found: list[dict[str, list[dict[str, str]]]] = json.loads(done.stdout)["dependencies"]
    except ValueError:
        return None
    return found


if __name__ == "__main__":
    sys.exit(main())
