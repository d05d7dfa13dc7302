"""Replaces parts of Objects by rendered pieces, and requests the missing ones."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from tams.models.caller import Caller, Permission
from tams.models.piece import PieceTask, StoredPiece, init_name
from tams.models.storage_backend import StorageBackend
from tams.ports import Clock, Pieces, Platform, Queue
from tams.services.access.permissions import readable_backends
from tams.services.events.pauses import Stopwatch, pauses
from tams.services.playback.cuts import Cutting, in_place_of
from tams.services.playback.parts import Part

ASKED_MAX = 20
"""Pieces that one request has made: others are asked for by the next."""
KEPT_MAX = 5_000
"""Pieces of one Flow. More are not made, or a player could have them made without end."""

Wanted = Callable[[Part], bool]
"""Whether a part is to be rendered."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Parts of a Flow, and the tasks for those to be rendered, by index."""

    cutting: Cutting
    parts: Sequence[Part]
    tasks: Mapping[int, PieceTask]

    @classmethod
    def of(cls, cutting: Cutting, parts: Sequence[Part], wanted: Wanted) -> Self:
        tasks = {
            index: task
            for index, part in enumerate(parts)
            if wanted(part) and (task := cutting.task(part)) is not None
        }
        return cls(cutting, parts, tasks)


@dataclass(frozen=True, slots=True)
class Rendered:
    """Parts by Flow, the backends of the pieces among them by name, and whether more of them will come."""

    parts: Mapping[str, Sequence[Part]]
    places: Mapping[str, str] = field(default_factory=dict)
    is_pending: bool = False


@dataclass(frozen=True, slots=True)
class RenderService:
    pieces: Pieces
    queue: Queue
    backends: Mapping[str, StorageBackend]
    clock: Clock
    watch: Stopwatch = Stopwatch()  # noqa: RUF009 - it is frozen

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(
            platform.pieces,
            platform.queues.renders,
            readable_backends(caller.classes_for(Permission.READ), platform.backends),
            platform.clock,
        )

    def rendered(self, cuts: Mapping[str, Cuts], wait_seconds: float = 0) -> Rendered:
        """By Flow: one S3 request for each that has cuts, and one message for each missing piece.

        Waits up to `wait_seconds` for what is missing. Raises BackendUnavailableError.
        """
        between = pauses(wait_seconds)
        asked = False
        while True:
            found = {flow_id: self._found(each) for flow_id, each in cuts.items()}
            made = _Made(cuts, found)
            if not asked:
                self._ask(made)
                asked = True
            if not made.missing or (pause := next(between, None)) is None:
                return made.rendered()
            self.watch.sleep(pause)

    def _found(self, cuts: Cuts) -> Mapping[str, StoredPiece] | None:
        """The pieces of a Flow; None if there are too many to add to."""
        found: dict[str, StoredPiece] = {}
        for storage_id in sorted({task.storage_id for task in cuts.tasks.values()}):
            its = self.pieces.of_flow(storage_id, cuts.cutting.flow.id, KEPT_MAX)
            if its is None:
                return None
            found |= its
        return found

    def _ask(self, made: "_Made") -> None:
        now = self.clock()
        old = [task for task, piece in made.there if piece.is_old(now)]
        wanted = [*made.missing, *old][:ASKED_MAX]
        if wanted:
            self.queue.send([json.dumps(task.to_json()) for task in wanted])


class _Made:
    """Which of the wanted pieces exist."""

    def __init__(
        self, cuts: Mapping[str, Cuts], found: Mapping[str, Mapping[str, StoredPiece] | None]
    ) -> None:
        self._cuts = cuts
        self.missing: list[PieceTask] = []
        self.there: list[tuple[PieceTask, StoredPiece]] = []
        for flow_id, each in cuts.items():
            stored = found[flow_id]
            if stored is None:
                continue
            for task in each.tasks.values():
                piece = stored.get(task.name)
                if piece is None:
                    self.missing.append(task)
                else:
                    self.there.append((task, piece))

    def rendered(self) -> Rendered:
        playable = {task.name: task for task, piece in self.there if piece.can_be_played}
        places: dict[str, str] = {}
        for task in playable.values():
            places[task.name] = places[init_name(task.name)] = task.storage_id
        return Rendered(
            {flow_id: _with_pieces(each, playable) for flow_id, each in self._cuts.items()},
            places,
            bool(self.missing),
        )


def _with_pieces(cuts: Cuts, playable: Mapping[str, PieceTask]) -> list[Part]:
    return [
        in_place_of(part, task)
        if (task := cuts.tasks.get(index)) is not None and task.name in playable
        else part
        for index, part in enumerate(cuts.parts)
    ]
