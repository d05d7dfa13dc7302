"""Deletes Profiles that no Flow uses (an extension)."""

from dataclasses import dataclass
from typing import Self

from tams.errors import ConflictError, quoted
from tams.models.caller import Caller
from tams.ports import Platform, Repositories, Store
from tams.services.deletion.dependants import named_flows
from tams.services.deletion.disposal import DeletionOptions, check_unkept
from tams.services.flows.profile_use import hold_for_deletion
from tams.settings import Settings

_LOOKED_FOR = 100
"""Flows: if there are more, the answer says `at least`."""
_FLOWS_STAY = (
    "Flows are not deleted with their Profile: unlink them first, with PUT /flows/{flowId} and "
    'profile_id "", or delete them'
)


@dataclass(frozen=True, slots=True)
class ProfileDeletionService:
    store: Store
    settings: Settings

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(platform.store(caller), platform.settings)

    def delete(self, profile_id: str, asked: DeletionOptions) -> None:
        """Delete a Profile for good.

        Raises NotFoundError; ConflictError while Flows use it, also those in the recycle bin, because they
        may come back; InvalidRequestError, ForbiddenError (`asked`).
        """

        def work(repositories: Repositories) -> None:
            check_unkept(self.settings, repositories.caller, asked, "Profiles", _FLOWS_STAY)
            repositories.profiles.get(profile_id)
            hold_for_deletion(repositories, profile_id)
            _check_unused(repositories, profile_id)
            repositories.profiles.remove(profile_id)

        self.store.write(work, profile_id)


def _check_unused(repositories: Repositories, profile_id: str) -> None:
    """Raises ConflictError."""
    users = repositories.flows.of_profile(profile_id, _LOOKED_FOR)
    are_all = len(users) < _LOOKED_FOR
    reasons, remedies = list[str](), list[str]()
    if users:
        reasons.append(f"is used by {named_flows(repositories, users, are_all=are_all)}")
        remedies.append("unlink or delete these Flows")
    if repositories.recycle_bin.has_profile(profile_id):
        reasons.append("is used by deleted Flows, which the recycle bin keeps")
        remedies.append("purge the deleted ones")
    if reasons:
        raise ConflictError(
            f"Profile {quoted(profile_id)} {' and '.join(reasons)}: {' and '.join(remedies)} first"
        )
