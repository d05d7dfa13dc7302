"""All kinds of leftovers, in the order of their removal: what one leaves behind, a later one takes."""

from collections.abc import Mapping
from datetime import timedelta

from tams.ports import Platform
from tams.services.leftovers.batches import ExpiredBatches
from tams.services.leftovers.collections import BrokenCollections
from tams.services.leftovers.deletions import StuckDeletions
from tams.services.leftovers.found import Leftovers
from tams.services.leftovers.keys import UnknownKeys
from tams.services.leftovers.objects import DoomedObjects, ExpiredAllocations

TITLES: Mapping[str, str] = {
    "deletions": "deletion requests that are stuck",
    "collections": "entries of collections whose Flows do not exist",
    "batches": "expired records of batches",
    "allocations": "Objects that no Segment used in time",
    "objects": "Objects waiting to be removed",
    "keys": "media without an Object",
}
"""By name."""


def leftovers_of(platform: Platform, key_age: timedelta) -> dict[str, Leftovers]:
    """By name, in order."""
    kinds: dict[str, Leftovers] = {
        "deletions": StuckDeletions.of(platform),
        "collections": BrokenCollections.of(platform),
        "batches": ExpiredBatches.of(platform),
        "allocations": ExpiredAllocations.of(platform),
        "objects": DoomedObjects.of(platform),
        "keys": UnknownKeys.of(platform, key_age),
    }
    return {name: kinds[name] for name in TITLES}
