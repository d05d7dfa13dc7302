"""`start.py`: uses the local stack as a newcomer does, with the packages of the Python that runs this.

It starts as `make run` starts it. A sound goes in, is listed, and comes out again.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import urllib.request
import wave
from pathlib import Path

ANY_PORTS = {"PORT": "0", "TAMS_VAST_PORT": "0", "TAMS_S3_PORT": "0", "TAMS_QUEUE_PORT": "0"}
PLAYED_SECONDS = 4
RATE = 48_000


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | ANY_PORTS | {"TAMS_DATA_DIR": f"{folder}/data"}
        with subprocess.Popen(
            [sys.executable, "-m", "local"], stdout=subprocess.PIPE, text=True, env=environment
        ) as stack:
            try:
                use(api_of(stack), Path(folder))
            finally:
                stack.send_signal(signal.SIGINT)
                rest, _ = stack.communicate()
    if stack.returncode != 0:
        sys.stderr.write(f"the stack ended with {stack.returncode}:\n{rest}")
    return stack.returncode


def api_of(stack: subprocess.Popen[str]) -> str:
    """The address that it prints when it is ready. Raises SystemExit when it is never ready, or not whole."""
    assert stack.stdout is not None
    said = ""
    for line in stack.stdout:
        said += line
        if "Ctrl-C" in line:
            break
    sys.stdout.write(said)
    found = re.search(r"API +(http://\S+)", said)
    if found is None or "  broken: " in said:
        raise SystemExit("the stack did not start whole")
    return found[1]


def use(url: str, folder: Path) -> None:
    """Raises AssertionError, CalledProcessError."""
    sound, again = folder / "sound.wav", folder / "again.wav"
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(bytes(4 * RATE * PLAYED_SECONDS))
    tams(url, "ingest", str(sound))
    listed = tams(url, "ls", "flows", "--json")
    flow_id = re.search(r'"id": "([^"]+)"', listed)
    assert flow_id is not None, listed
    tams(url, "export", flow_id[1], str(again))
    with wave.open(str(again), "rb") as file:
        assert file.getnframes() == RATE * PLAYED_SECONDS
    with urllib.request.urlopen(f"{url}/health") as answer:  # noqa: S310
        assert answer.status == 200


def tams(url: str, *arguments: str) -> str:
    command = [sys.executable, "-m", "cli.main", *arguments, "--url", url]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
