"""An Object that a client registers by itself, before any Segment uses it (an extension)."""

from typing import Annotated

from pydantic import Field

from tams.errors import InvalidRequestError, quoted
from tams.models.base import Model
from tams.models.common import Integer, Text, Uuid
from tams.models.flow_segment import range_fault
from tams.models.media_object import UncontrolledInstance
from tams.timing import TimeRange

ID_BYTES_MAX = 1_024
"""As for keys on S3. The id must also fit into the `Location` header of the answer."""


class ObjectPost(Model):
    """An Object whose bytes the client manages. `flow_id` names the Flow that must be the first to use it."""

    id: Text
    get_urls: Annotated[tuple[UncontrolledInstance, ...], Field(min_length=1)]
    timerange: TimeRange | None = None
    key_frame_count: Integer | None = None
    flow_id: Uuid | None = None


def parse_object_post(body: object) -> ObjectPost:
    """Read the body of `POST /objects`. Raises InvalidRequestError."""
    post = ObjectPost.from_body(body)
    if not post.id:
        raise InvalidRequestError("id: must not be empty")
    if len(post.id.encode()) > ID_BYTES_MAX:
        raise InvalidRequestError(f"id: must have at most {ID_BYTES_MAX} bytes")
    if post.timerange is not None and (fault := range_fault("timerange", post.timerange)):
        raise InvalidRequestError(fault)
    labels = [each.label for each in post.get_urls]
    if twice := next((each for each in labels if labels.count(each) > 1), None):
        raise InvalidRequestError(f"get_urls: the label {quoted(twice)} is given more than once")
    return post
