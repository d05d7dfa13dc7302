"""Profiles: technical descriptions that Flows share. Created and read, never changed (PRF)."""

from dataclasses import dataclass
from typing import Self

from tams.errors import InvalidRequestError, quoted
from tams.models.caller import Caller
from tams.models.paging import Page
from tams.models.profile import Profile, ProfilePost
from tams.models.queries import ProfileQuery
from tams.ports import Clock, Platform, Repositories, Store


@dataclass(frozen=True, slots=True)
class ProfileService:
    store: Store
    clock: Clock

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(platform.store(caller), platform.clock)

    def get(self, profile_id: str) -> Profile:
        """Raises NotFoundError. Source: GET /service/profiles/{profileId}."""
        return self.store.read(lambda repositories: repositories.profiles.get(profile_id))

    def list_(self, query: ProfileQuery) -> Page[Profile]:
        """Source: GET /service/profiles."""
        return self.store.read(lambda repositories: repositories.profiles.list_(query))

    def create(self, profile_id: str, post: ProfilePost) -> Profile:
        """Raises InvalidRequestError for an id that exists, even with the same content (PRF-2)."""
        if post.id != profile_id:
            raise InvalidRequestError(
                f"id: {quoted(post.id)} differs from the id in the path, {quoted(profile_id)}"
            )
        values = {name: getattr(post, name) for name in ProfilePost.model_fields}

        def work(repositories: Repositories) -> Profile:
            values["created_by"] = repositories.caller.name
            profile = Profile(**values, created=self.clock())
            repositories.guards.hold([profile_id])
            if repositories.profiles.find(profile_id) is not None:
                raise InvalidRequestError(
                    f"Profile {quoted(profile_id)} already exists, and a Profile cannot be changed"
                )
            repositories.profiles.add(profile)
            return profile

        return self.store.write(work)
