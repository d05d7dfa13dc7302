"""A read-only Flow refuses writes (RO-2)."""

from tams.errors import ForbiddenError, quoted
from tams.models.flow import Flow
from tams.models.stored import StoredFlow


def writable(stored: StoredFlow) -> StoredFlow:
    """RO-2: a read-only Flow refuses writes. Raises ForbiddenError."""
    check_writable(stored.flow)
    return stored


def check_writable(flow: Flow) -> None:
    """Raises ForbiddenError."""
    if flow.read_only:
        raise not_writable(flow.id)


def not_writable(flow_id: str) -> ForbiddenError:
    return ForbiddenError(
        f"You do not have permission to modify this Flow: {quoted(flow_id)} is marked read-only"
    )
