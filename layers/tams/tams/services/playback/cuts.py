"""Which parts of Objects to render, and their names. Pure."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tams.models.filters import UrlFilter
from tams.models.flow import Flow
from tams.models.piece import PieceTask, init_name
from tams.models.rendering import Origin
from tams.models.storage_backend import StorageBackend
from tams.models.stored_objects import Instance
from tams.services.objects.get_urls import chosen_instances
from tams.services.playback.formats import has_initialisation, is_transport_stream
from tams.services.playback.parts import Part
from tams.timing.timestamp import NS_PER_SECOND

OBJECT_NS_MAX = 60 * NS_PER_SECOND
"""Of longer Objects, no parts are rendered: most of them would be encoded for the sake of their ends."""
_FORM = 1
"""Part of each name: another number renders all of them again."""


@dataclass(frozen=True, slots=True)
class Cutting:
    """Makes tasks of parts. `made_us` is when each Object was created, by id."""

    flow: Flow
    backends: Mapping[str, StorageBackend]
    made_us: Mapping[str, int]

    def task(self, part: Part) -> PieceTask | None:
        """None for a part that is not rendered."""
        muxer = _muxer(self.flow, part)
        if muxer is None or part.object_end_ns - part.object_start_ns > OBJECT_NS_MAX:
            return None
        used = [(part.object_id, part.instances)]
        if part.init_object_id is not None:
            used.insert(0, (part.init_object_id, part.init_instances))
        origins = [self._origin(*each) for each in used]
        storage_id = next((each.storage_id for each in reversed(origins) if each), None)
        if storage_id is None or None in origins:
            return None
        found = tuple(each for each in origins if each is not None)
        times = tuple(
            each - part.offset_ns
            for each in (part.start_ns, part.end_ns, part.object_start_ns, part.object_end_ns)
        )
        made_of = [[each.object_id, self.made_us.get(each.object_id)] for each in found]
        content = json.dumps([_FORM, made_of, times, muxer]).encode()
        digest = hashlib.sha256(content).hexdigest()[:40]
        return PieceTask(storage_id, f"{self.flow.id}/{digest}", found, muxer, *times)

    def _origin(self, object_id: str, instances: Sequence[Instance]) -> Origin | None:
        """The first of ours: what is elsewhere is not rendered, since nothing says when it changes."""
        chosen = chosen_instances(instances, self.backends, UrlFilter())
        ours = next((backend.id for _, backend in chosen if backend is not None), None)
        return None if ours is None else Origin(object_id, storage_id=ours)


def in_place_of(part: Part, task: PieceTask) -> Part:
    """The piece, which holds what the part shows of its Object."""
    return replace(
        part,
        object_id=task.name,
        instances=(),
        object_start_ns=part.start_ns,
        object_end_ns=part.end_ns,
        init_object_id=init_name(task.name) if task.muxer == "mp4" else None,
        init_instances=(),
        piece=task.name,
    )


def _muxer(flow: Flow, part: Part) -> str | None:
    """What wraps the Objects of a Flow, if that can also wrap a piece."""
    if is_transport_stream(flow):
        return "mpegts"
    if has_initialisation(flow) and part.init_object_id is not None:
        return "mp4"
    return None
