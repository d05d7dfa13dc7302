"""URLs from the function url_signer, for functions that may not read media themselves."""

from collections.abc import Collection

from tams.messaging.functions import LambdaFunction

_OBJECTS_MAX = 1_000
"""As many of the longest possible URLs as fit into a Lambda response (6 MB)."""


class LambdaUrlSigner:
    """A `tams.ports.UrlSigner` that invokes a function."""

    def __init__(self, function: str, *, endpoint_url: str | None = None, region: str) -> None:
        self._invoke = LambdaFunction(
            function, "the URL signer", 20, endpoint_url=endpoint_url, region=region
        )

    def get_urls(self, objects: Collection[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Raises BackendUnavailableError."""
        ordered = sorted(objects)
        urls: dict[tuple[str, str], str] = {}
        for start in range(0, len(ordered), _OBJECTS_MAX):
            group = ordered[start : start + _OBJECTS_MAX]
            urls |= zip(group, self._invoke({"objects": group})["urls"], strict=True)
        return urls
