"""How what a player shows may differ from what a Flow shows, frame by frame."""

from collections.abc import Collection
from enum import StrEnum


class Inexact(StrEnum):
    """Reasons, as the header X-TAMS-Exact gives them."""

    CUT = "cut"
    """The Flow shows part of an Object, or the timerange ends inside one, and the player shows all of it."""
    CUT_START = "cut-start"
    """A picture starts inside an Object, and can be shown only from the next key frame on."""
    GAP = "gap"
    """A gap is too long to list, or is filled by the rest of an Object of which the Flow shows part."""
    RENDERING = "rendering"
    """What the Flow shows of an Object is being rendered: a list that is fetched later is exact."""
    ABSENT = "absent"
    """An Object has no address that a player can open."""


def exactness(reasons: Collection[Inexact]) -> str:
    """The value of X-TAMS-Exact."""
    return f'false; because="{" ".join(sorted(reasons))}"' if reasons else "true"
