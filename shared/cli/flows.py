"""The Flows of a file: ids that a second run derives again, and the documents to PUT."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from cli.probe import FORMATS, Track

CODECS_TAG = "codecs"
"""The tag by which playback tells players the codec, where the Flow's properties say too little."""


@dataclass(frozen=True)
class TrackFlow:
    """One track and the Flow it becomes."""

    track: Track
    flow_id: str
    source_id: str
    role: str


def identity_of(digest: str, *options: object) -> UUID:
    """Equal for equal content and options; all ids derive from it."""
    return uuid5(NAMESPACE_URL, repr((digest, *options)))


def flows_of(tracks: Sequence[Track], identity: UUID) -> list[TrackFlow]:
    """Roles are `video`, `audio`, and numbered if there are several: `audio 2`."""
    flows = []
    seen: dict[str, int] = {}
    for track in tracks:
        seen[track.kind] = seen.get(track.kind, 0) + 1
        role = track.kind if seen[track.kind] == 1 else f"{track.kind} {seen[track.kind]}"
        flow_id, source_id = (str(uuid5(identity, f"{role}/{part}")) for part in ("flow", "source"))
        flows.append(TrackFlow(track, flow_id, source_id, role))
    return flows


def multi_ids(identity: UUID) -> tuple[str, str]:
    """The multi Flow that collects the others, and its Source."""
    return str(uuid5(identity, "multi/flow")), str(uuid5(identity, "multi/source"))


def flow_document(flow: TrackFlow, label: str, seconds: float, **fields: Any) -> dict[str, Any]:
    track = flow.track
    tags = {"language_code": track.language} if track.language not in {None, "und"} else {}
    if track.codec_string is not None:
        tags[CODECS_TAG] = track.codec_string
    essence = track.essence
    if track.wrapping.is_fragmented:
        essence = {**essence, "init_segments": True}
    duration = seconds_ratio(seconds)
    return {
        "id": flow.flow_id,
        "source_id": flow.source_id,
        "label": f"{label} ({flow.role})",
        "format": FORMATS[track.kind],
        "codec": track.mime,
        "container": track.wrapping.mime,
        "segment_duration": duration,
        "essence_parameters": essence,
        "tags": tags,
        **fields,
    }


def multi_document(
    identity: UUID, label: str, flows: Sequence[TrackFlow], **fields: Any
) -> dict[str, Any]:
    flow_id, source_id = multi_ids(identity)
    return {
        "id": flow_id,
        "source_id": source_id,
        "label": label,
        "format": "urn:x-nmos:format:multi",
        "flow_collection": [{"id": flow.flow_id, "role": flow.role} for flow in flows],
        **fields,
    }


def seconds_ratio(seconds: float) -> dict[str, int]:
    numerator, denominator = float(seconds).as_integer_ratio()
    return {"numerator": numerator, "denominator": denominator}
