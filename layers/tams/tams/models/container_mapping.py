"""Where a Flow's essence lies among a container's tracks."""

from typing import Annotated

from pydantic import Field, StringConstraints

from tams.models import patterns
from tams.models.base import Model
from tams.models.common import Count, Integer, Text


class AudioTrack(Model):
    """The channels of the track that belong to the Flow, in the Flow's order."""

    channel_numbers: Annotated[tuple[Count, ...], Field(min_length=1)] | None = None
    channel_range: Annotated[Text, StringConstraints(pattern=patterns.CHANNEL_RANGE)] | None = None


class Mp2tsContainer(Model):
    """MPEG-2 Transport Stream."""

    pid: Integer | None = None


class MxfContainer(Model):
    """Material Exchange Format."""

    package_uid: Annotated[Text, StringConstraints(pattern=patterns.PACKAGE_UID)] | None = None
    track_id: Integer | None = None


class IsobmffContainer(Model):
    """ISO Base Media File Format."""

    track_id: Integer | None = None


class ContainerMapping(Model):
    """Source: container-mapping.json."""

    track_index: Count | None = None
    format_track_index: Count | None = None
    audio_track: AudioTrack | None = None
    mp2ts_container: Mp2tsContainer | None = None
    mxf_container: MxfContainer | None = None
    isobmff_container: IsobmffContainer | None = None
