"""A Flow: one representation of a Source, in one format, along one timeline."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from tams.errors import InvalidRequestError
from tams.models.collection import FlowCollectionItem
from tams.models.common import ContentFormat, is_uuid
from tams.models.flow_common import FlowCommon, FlowManaged, FlowStatus
from tams.models.flow_technical import (
    TECHNICAL_BY_FORMAT,
    TECHNICAL_FIELDS,
    AudioTechnical,
    DataTechnical,
    ImageTechnical,
    MultiTechnical,
    Technical,
    VideoTechnical,
)

__all__ = [
    "TECHNICAL_FIELDS",
    "AudioFlow",
    "DataFlow",
    "Flow",
    "FlowCommon",
    "FlowPut",
    "FlowStatus",
    "ImageFlow",
    "MultiFlow",
    "Technical",
    "VideoFlow",
    "check_collection",
    "make_flow",
    "parse_flow",
    "parse_flow_put",
    "technical_of",
]


class VideoFlow(FlowManaged, VideoTechnical, FlowCommon):
    """Moving pictures."""


class AudioFlow(FlowManaged, AudioTechnical, FlowCommon):
    """Sound."""


class ImageFlow(FlowManaged, ImageTechnical, FlowCommon):
    """Still pictures."""


class DataFlow(FlowManaged, DataTechnical, FlowCommon):
    """Any other timed essence, such as captions or metadata."""


class MultiFlow(FlowManaged, MultiTechnical, FlowCommon):
    """Several essences, either multiplexed or collected."""


Flow = VideoFlow | AudioFlow | ImageFlow | DataFlow | MultiFlow
"""A Flow as it is stored and returned. Source: flow-get.json."""

_FLOW: TypeAdapter[Flow] = TypeAdapter(Annotated[Flow, Field(discriminator="format")])
_FLOW_BY_FORMAT: Mapping[ContentFormat, type[Flow]] = {
    ContentFormat.VIDEO: VideoFlow,
    ContentFormat.AUDIO: AudioFlow,
    ContentFormat.IMAGE: ImageFlow,
    ContentFormat.DATA: DataFlow,
    ContentFormat.MULTI: MultiFlow,
}


def parse_flow(document: object) -> Flow:
    """A Flow from JSON that we wrote ourselves. A fault in it is our bug, and is raised unchanged."""
    return _FLOW.validate_python(document)


def technical_of(flow: Flow) -> Technical:
    """The technical half of `flow`, for comparing it with a Profile's."""
    technical = TECHNICAL_BY_FORMAT[flow.format]
    return technical(**_values(flow, technical.model_fields))


def make_flow(common: FlowCommon, technical: Technical, managed: FlowManaged) -> Flow:
    """Put the three parts of a Flow together."""
    flow = _FLOW_BY_FORMAT[technical.format]
    values: dict[str, Any] = {}
    for part in (common, technical, managed):
        values |= _values(part, type(part).model_fields)
    return flow(**values)


@dataclass(frozen=True, slots=True)
class FlowPut:
    """What a client asks of a Flow: exactly one of `technical` and `profile_id` is given.

    `unlinks`: an empty `profile_id` came with `technical`, which ends the link to a Profile.
    """

    common: FlowCommon
    technical: Technical | None = None
    profile_id: str | None = None
    unlinks: bool = False


def parse_flow_put(body: object) -> FlowPut:
    """Read the body of `PUT /flows/{flowId}`.

    What the service manages (`created`, `timerange`, …) is dropped unread. Raises InvalidRequestError.
    Source: flow-put.json; its prose forbids any technical field next to a `profile_id`, which its schema
    only partly catches.
    """
    common = FlowCommon.from_body(body)
    assert isinstance(body, dict)
    if common.flow_collection is not None:
        check_collection(common.id, common.flow_collection)
    match body.get("profile_id", ""):
        case "":
            technical = _parse_technical(body)
            return FlowPut(common, technical=technical, unlinks="profile_id" in body)
        case str(profile_id) if is_uuid(profile_id):
            _refuse_technical(body)
            return FlowPut(common, profile_id=profile_id)
        case _:
            raise InvalidRequestError("profile_id: must be a lower-case UUID of version 1 to 5")


COLLECTION_MAX = 2_000


def check_collection(flow_id: str, items: tuple[FlowCollectionItem, ...]) -> None:
    """A Flow cannot be a member of its own collection. Raises InvalidRequestError."""
    if any(item.id == flow_id for item in items):
        raise InvalidRequestError(f"flow_collection: Flow {flow_id} must not collect itself")
    if len(items) > COLLECTION_MAX:
        raise InvalidRequestError(f"flow_collection: at most {COLLECTION_MAX} Flows")


def _parse_technical(body: dict[str, Any]) -> Technical:
    if "format" not in body:
        raise InvalidRequestError("format: is required unless profile_id is given")
    formats = [str(known) for known in ContentFormat]
    if not isinstance(body["format"], str) or body["format"] not in formats:
        raise InvalidRequestError(f"format: must be one of {', '.join(formats)}")
    return TECHNICAL_BY_FORMAT[ContentFormat(body["format"])].from_body(body)


def _refuse_technical(body: dict[str, Any]) -> None:
    given = [name for name in TECHNICAL_FIELDS if name in body]
    if given:
        raise InvalidRequestError(
            f"{', '.join(given)}: must not be given together with "
            "profile_id: the Flow inherits it from the Profile"
        )


def _values(model: FlowCommon | FlowManaged | Technical, names: Any) -> dict[str, Any]:
    return {name: getattr(model, name) for name in names}
