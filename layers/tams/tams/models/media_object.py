"""An Object: bytes that any number of Flows may use, and where to read them."""

from tams.errors import InvalidRequestError
from tams.models.base import ClosedModel, Model
from tams.models.common import Integer, Text, Uuid
from tams.models.http_url import HttpUrl
from tams.models.object_core import GetUrl
from tams.timing import TimeRange


class InitObjectInObject(ClosedModel):
    """The initialisation Object that a media Object needs. Its id is called `id` here."""

    id: Text
    get_urls: tuple[GetUrl, ...] | None = None


class MediaObject(ClosedModel):
    """Source: object.json."""

    id: Text
    referenced_by_flows: tuple[Uuid, ...]
    first_referenced_by_flow: Uuid | None = None
    timerange: TimeRange | None = None
    key_frame_count: Integer | None = None
    init_object: InitObjectInObject | None = None
    get_urls: tuple[GetUrl, ...] | None = None


class ControlledInstance(Model):
    """A copy for the service to make on one of its storage backends."""

    storage_id: Uuid


class UncontrolledInstance(Model):
    """A copy elsewhere, which the client manages."""

    url: HttpUrl
    label: Text


def parse_instance_post(body: object) -> ControlledInstance | UncontrolledInstance:
    """Read the body of `POST /objects/{objectId}/instances`: a `storage_id`, or `url` and `label`.

    Raises InvalidRequestError. Source: objects-instances-post.json.
    """
    if not isinstance(body, dict) or "storage_id" not in body:
        return UncontrolledInstance.from_body(body)
    if "url" in body and "label" in body:
        raise InvalidRequestError("storage_id: must not be given together with url and label")
    return ControlledInstance.from_body(body)
