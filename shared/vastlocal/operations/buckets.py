"""Buckets: HEAD, and the list of snapshots. Neither needs a transaction, and the SDK sends none."""

from vastlocal.errors import NotFoundError
from vastlocal.http.messages import Request, Response


def bucket_of(request: Request, buckets: frozenset[str]) -> str:
    """Raises NotFoundError."""
    name = request.segments[0] if request.segments else ""
    if name not in buckets:
        raise NotFoundError(f"no bucket {name!r}", "NoSuchBucket")
    return name


def head_bucket(request: Request, buckets: frozenset[str]) -> Response:
    bucket_of(request, buckets)
    return Response()


def list_snapshots(request: Request, buckets: frozenset[str]) -> Response:
    """Always empty: the emulator keeps no history."""
    xml = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult>'
        f"<Name>{bucket_of(request, buckets)}</Name><Marker></Marker>"
        "<IsTruncated>false</IsTruncated></ListBucketResult>"
    )
    return Response(xml.encode(), content_type="application/xml")
