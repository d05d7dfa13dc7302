"""Thumbnails from the function thumbnailer, for functions that decode no media."""

from tams.errors import NotFoundError, UndecodableMediaError, quoted
from tams.media.faults import NO_BYTES, UNREACHABLE
from tams.messaging.functions import LambdaFunction
from tams.models.thumbnail import ThumbnailTask

_SECONDS_MAX = 24
"""What is left of a request after VAST and S3, at least."""


class LambdaThumbnailer:
    """A `tams.ports.Thumbnailer` that invokes a function."""

    def __init__(self, function: str, *, endpoint_url: str | None = None, region: str) -> None:
        self._invoke = LambdaFunction(
            function, "the thumbnailer", _SECONDS_MAX, endpoint_url=endpoint_url, region=region
        )

    def make(self, task: ThumbnailTask) -> None:
        """Raises NotFoundError, UndecodableMediaError, BackendUnavailableError."""
        fault = self._invoke(task.to_json()).get("fault")
        if fault is None:
            return
        object_id, kind, words = task.origins[-1].object_id, fault["kind"], fault["words"]
        if kind in {NO_BYTES, UNREACHABLE}:
            raise NotFoundError("media", object_id, words)
        raise UndecodableMediaError(
            f"Object {quoted(object_id)} gives no picture ({kind}): {words}"
        )
