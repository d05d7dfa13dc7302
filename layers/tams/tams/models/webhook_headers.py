"""The headers of a delivery: the service's own, and the one that carries the client's secret."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError

from tams.models import patterns
from tams.models.common import Text

EVENT_ID = "X-TAMS-Event-Id"
"""The same on every repetition of an event, so that receivers can drop duplicates."""

_RESERVED = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        EVENT_ID.lower(),
    }
)
"""These headers determine where a request goes, where it ends and what it is. If clients could set them, the
rest of an event could pass for another request, or reach another site on the receiver's host."""

HeaderName = Annotated[Text, StringConstraints(pattern=patterns.HEADER_NAME)]
HeaderValue = Annotated[Text, StringConstraints(pattern=patterns.HEADER_VALUE)]


def is_reserved(name: str) -> bool:
    """Whether clients may not set the header, whatever the case of its letters."""
    return name.lower() in _RESERVED


def _unreserved(name: str) -> str:
    if is_reserved(name):
        raise PydanticCustomError("reserved_header", "must not be a header that the service sets")
    return name


ClientHeaderName = Annotated[HeaderName, AfterValidator(_unreserved)]
