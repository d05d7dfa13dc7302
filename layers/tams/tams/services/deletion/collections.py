"""Deletes a collection (an extension): the Flow that collects, as any other Flow is deleted."""

from dataclasses import dataclass
from typing import Self

from tams.models.caller import Caller, Permission
from tams.models.deletion_request import DeletionRequest
from tams.ports import Platform
from tams.services.deletion.deletion import DeletionService
from tams.services.deletion.disposal import AS_SET, DeletionOptions
from tams.services.flows.collection_resources import CollectionService


@dataclass(frozen=True, slots=True)
class CollectionDeletionService:
    platform: Platform
    caller: Caller

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(platform, caller)

    def delete(self, collection_id: str, asked: DeletionOptions = AS_SET) -> DeletionRequest | None:
        """As `DeletionService.delete_flow`, but NotFoundError for a Flow that is not a collection.

        Otherwise the id of a member, given by mistake, would delete its media. The members stay: they do not
        depend on what collects them.
        """

        def work(platform: Platform) -> DeletionRequest | None:
            CollectionService.of(platform, self.caller).flow(collection_id, Permission.DELETE)
            return DeletionService.of(platform, self.caller).delete_flow(collection_id, asked)

        return self.platform.together(self.caller, work, collection_id)
