"""Keeps Profiles from being deleted while a Flow is being linked to them.

A link writes one of a Profile's guards, chosen at random, and a deletion writes them all. So each link
collides with a deletion, and links hardly ever collide with one another.
"""

import secrets

from tams.ports import Repositories

_GUARDS = 32


def hold_for_link(repositories: Repositories, profile_id: str) -> None:
    """One select and one update."""
    repositories.guards.hold([_guard(profile_id, secrets.randbelow(_GUARDS))])


def hold_for_deletion(repositories: Repositories, profile_id: str) -> None:
    """One select and one update."""
    repositories.guards.hold([_guard(profile_id, number) for number in range(_GUARDS)])


def _guard(profile_id: str, number: int) -> str:
    return f"{profile_id}/profile/{number}"
