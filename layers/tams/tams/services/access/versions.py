"""Which answers have a version that says whether they have changed."""

from datetime import datetime

from tams.models.caller import Caller, Permission
from tams.models.versioned import version_of


def version_for(caller: Caller, created: datetime | None, revision: int) -> str | None:
    """None for a caller limited to classes: the tags of other resources decide what is left out for them."""
    if caller.classes_for(Permission.READ) is not None:
        return None
    return version_of(created, revision)
