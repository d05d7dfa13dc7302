"""The console's files as HTTP: their types, how long they may be kept, and what a page of it may load.

The files are packed when the console is built (`make console`): each as gzip, under a name that holds a
digest of its content. Only the page itself, and the licences, have names that stay.
"""

import gzip
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

PAGE = "index.html"
_PACKED = ".gz"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
FOREVER = "public, max-age=31536000, immutable"
"""For names that hold a digest of the content."""
ASK_FIRST = "no-cache"


@dataclass(frozen=True)
class ConsoleFile:
    packed: bytes
    """As gzip."""
    media_type: str

    @cached_property
    def content(self) -> bytes:
        return gzip.decompress(self.packed)

    @cached_property
    def version(self) -> str:
        return sha256(self.content).hexdigest()[:32]

    def below(self, folder: str) -> "ConsoleFile":
        """The page, for an address from which its files are in `folder`."""
        content = self.content.replace(b'"./', f'"{folder}/'.encode())
        return ConsoleFile(gzip.compress(content, mtime=0), self.media_type)


def console_files(folder: Path) -> Mapping[str, ConsoleFile]:
    """What was built, by name."""
    return {
        path.name.removesuffix(_PACKED): ConsoleFile(
            path.read_bytes(), _TYPES[Path(path.name.removesuffix(_PACKED)).suffix]
        )
        for path in folder.glob(f"*{_PACKED}")
    }


def page_policy(endpoints: Iterable[str]) -> str:
    """The Content-Security-Policy of the page: its own files, this API, and the storage that has the media.

    Nothing inline. `blob:` is what players feed a video element from.
    """
    storage = " ".join(sorted({_origin(each) for each in endpoints}))
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": f"'self' {storage}",
        "img-src": f"'self' data: blob: {storage}",
        "media-src": f"'self' blob: {storage}",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {value.strip()}" for name, value in rules.items())


def _origin(endpoint: str) -> str:
    """That of every presigned URL: they name the bucket in the path."""
    parts = urlsplit(endpoint)
    return f"{parts.scheme}://{parts.netloc}"
