"""What a start does with the data directory before it runs any part."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local import parts
from local.environment import MEDIA_BUCKET, RCLONE, SEAWEEDFS
from local.errors import LocalStackError
from local.host_config import HostConfig

_KEPT = ".kept"
"""No Object has this key: `object_key` encodes a leading dot."""


@contextmanager
def usable(data_dir: Path) -> Iterator[None]:
    """Raises LocalStackError for what the file system refuses."""
    try:
        yield
    except OSError as error:
        where = error.filename or data_dir
        raise LocalStackError(
            f"the data directory {data_dir} cannot be used ({error.strerror}: {where}): "
            "fix this, or set TAMS_DATA_DIR=… to another directory"
        ) from error


def prepare(config: HostConfig) -> None:
    """Raises LocalStackError if the media is on the other server: each has a folder of its own."""
    data_dir = config.data_dir
    other = SEAWEEDFS if config.s3_server == RCLONE else RCLONE
    folder = data_dir / ("s3" if other == RCLONE else other)
    if not config.media_dir.exists() and folder.exists():
        raise LocalStackError(
            f"the media in {data_dir} is on {other}: set TAMS_S3={other}, "
            "or TAMS_DATA_DIR=… to another directory"
        )
    if config.s3_server == RCLONE:
        # With its one folder: several first uploads at once make rclone lose one (Dir.Rename error).
        media = config.media_dir / MEDIA_BUCKET / "media"
        media.mkdir(parents=True, exist_ok=True)
        # rclone removes a folder with its last object, and then fails an upload that has begun there.
        (media / _KEPT).touch(0o600)
    parts.fresh_logs(data_dir / "logs")
