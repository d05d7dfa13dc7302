"""Searches every log that a test run wrote for secrets that no log may contain."""

import re
from collections.abc import Iterator
from pathlib import Path

SECRET = re.compile(
    rb"X-Amz-(?:Signature|Credential|Security-Token)=(?!\*\*\*)\S"  # a URL that opens media
    rb"|access_token=(?!\*\*\*)\S"
    rb"|/playback/(?!\*\*\*|tokens\b|\{token\})[\w-]{12}"  # a token that plays
    rb"|(?i:authorization)\W{1,6}(?:Bearer|Basic) +[\w.~+/-]{4}"
    rb"|Bearer +[A-Za-z0-9_-]{12}"
    rb"|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\."  # a JSON Web Token
    rb"|api_key_value\W{1,6}\w"
    rb"|(?:sha256|scrypt)\$[0-9a-f]{16}"  # even the hash of one
    rb"|(?:static-token|expired-token|password)-of-the-tests"
    rb"|not-for-logs"
)


def leaks(folder: Path) -> Iterator[str]:
    """Where a log holds a secret, and what stands before it."""
    for path in logs(folder):
        content = path.read_bytes()
        for match in SECRET.finditer(content):
            before = content[max(0, match.start() - 80) : match.start() + 24]
            yield f"{path}: …{before.decode(errors='replace')}…"


def logs(folder: Path) -> list[Path]:
    return sorted(folder.rglob("logs/*.log*"))
