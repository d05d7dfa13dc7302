"""The bytes of Objects in a temporary file, for functions that decode them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tams.models.rendering import RenderingTask
from tams.object_stores.rendered import S3Rendered


@contextmanager
def fetched(task: RenderingTask, store: S3Rendered) -> Iterator[Path]:
    """The origins of the task, one after the other. Raises StillError, BackendUnavailableError."""
    with TemporaryDirectory(prefix="tams-rendering-") as folder:
        path = Path(folder) / "object"
        with path.open("wb") as file:
            for origin in task.origins:
                store.fetch(origin, file)
        yield path
