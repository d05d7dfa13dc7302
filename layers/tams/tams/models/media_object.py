"""An Object: bytes that any number of Flows may use, and where to read them."""

from tams.models.base import ClosedModel
from tams.models.common import Integer, Text, Uuid
from tams.models.object_core import GetUrl
from tams.timing import TimeRange


class InitObjectInObject(ClosedModel):
    """The initialisation segment a media Object needs. Its id is called `id` here."""

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
