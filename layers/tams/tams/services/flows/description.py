"""The technical description of a Flow: its own, or its Profile's (PRF-11…20, INI-19)."""

from tams.errors import InvalidRequestError, quoted
from tams.models.flow import Flow, FlowPut, Technical, technical_of
from tams.ports import Repositories
from tams.services.flows.profile_use import hold_for_link


def description_of(
    repositories: Repositories, put: FlowPut, old: Flow | None
) -> tuple[Technical, str | None]:
    """The technical description a Flow gets, and the Profile it is then linked to (PRF-11…20)."""
    if put.profile_id is not None:
        profile = repositories.profiles.find(put.profile_id)
        if profile is None:
            raise InvalidRequestError(
                f"profile_id: Profile {quoted(put.profile_id)} does not exist"
            )
        if old is None or old.profile_id != put.profile_id:
            hold_for_link(repositories, put.profile_id)
        return profile.flow_metadata, put.profile_id
    assert put.technical is not None
    if old is None or old.profile_id is None or put.unlinks:
        return put.technical, None
    if put.technical != technical_of(old):
        raise InvalidRequestError(
            "the Flow inherits its technical description from its Profile: to change it, give another "
            'profile_id, or unlink it with profile_id ""'
        )
    return put.technical, old.profile_id


def check_init_segments(old: Flow | None, technical: Technical) -> None:
    """INI-19: either all Objects of a Flow have an init Object or none has."""
    was = bool(getattr(old and old.essence_parameters, "init_segments", False))
    if bool(getattr(technical.essence_parameters, "init_segments", False)) != was:
        raise InvalidRequestError(
            "essence_parameters.init_segments: cannot change while the Flow has Segments"
        )
