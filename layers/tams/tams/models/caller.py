"""Who calls, and what they may do: scopes for kinds of operations, classes for single resources.

Source: TAMS application note 0016 (AUT-10…25 of the checklist).
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

AUTH_CLASSES = "auth_classes"
"""The tag that names the classes of a Source, Flow, webhook or storage backend."""


class Scope(StrEnum):
    """By the names that TAMS clients ask for."""

    READ = "tams-api/read"
    WRITE = "tams-api/write"
    DELETE = "tams-api/delete"
    ADMIN = "tams-api/admin"


class Permission(StrEnum):
    """What a caller may do with the resources of a class."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"


Classes = Mapping[Permission, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Caller:
    """With `classes` None every resource is within reach: classes are not in use, or the caller is an admin.

    A caller without a `name` is anonymous: the service is open, or one of its own `part`s acts.
    """

    name: str | None
    scopes: frozenset[Scope]
    classes: Classes | None
    part: str | None = None

    @classmethod
    def background(cls, part: str) -> Self:
        """A part of the service doing its own work, which no class limits."""
        return cls(None, frozenset(Scope), None, part)

    def has_any(self, scopes: Collection[Scope]) -> bool:
        return Scope.ADMIN in self.scopes or not self.scopes.isdisjoint(scopes)

    def classes_for(self, permission: Permission) -> frozenset[str] | None:
        """None for all classes."""
        return None if self.classes is None else self.classes.get(permission, frozenset())

    def may(self, permission: Permission, classes: Collection[str]) -> bool:
        """Whether a resource of these classes is within reach; one without classes is for admins."""
        mine = self.classes_for(permission)
        return mine is None or not mine.isdisjoint(classes)

    def may_any(self, classes: Collection[str]) -> bool:
        """Whether the caller may do anything with it (ERR-6)."""
        return any(self.may(permission, classes) for permission in Permission)

    def to_json(self) -> str:
        fields: dict[str, Any] = {"name": self.name, "scopes": sorted(self.scopes), "classes": None}
        if self.classes is not None:
            fields["classes"] = {name: sorted(each) for name, each in self.classes.items()}
        return json.dumps(fields)

    @classmethod
    def from_json(cls, text: str) -> Self:
        given = json.loads(text)
        classes = given["classes"]
        return cls(
            given["name"],
            frozenset(Scope(each) for each in given["scopes"]),
            None
            if classes is None
            else {Permission(name): frozenset(each) for name, each in classes.items()},
        )


EVERYONE = Caller(None, frozenset(Scope), None)
"""The caller of an open service."""


def classes_of(tags: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The classes that a resource's tags name; an empty text names none."""
    value = (tags or {}).get(AUTH_CLASSES, ())
    return tuple(each for each in ((value,) if isinstance(value, str) else value) if each)


def grants(entries: Collection[str], scopes: Collection[Scope]) -> Classes:
    """The permissions that entries such as `news` or `news:read` among a caller's classes grant.

    A class without a permission grants all three; none goes beyond the caller's scopes.
    """
    given: dict[Permission, set[str]] = {each: set() for each in Permission}
    for entry in entries:
        name, _, permission = entry.rpartition(":")
        if name and permission in set(Permission):
            given[Permission(permission)].add(name)
        elif entry:
            for each in given.values():
                each.add(entry)
    return {
        permission: frozenset(names)
        for permission, names in given.items()
        if Scope(f"tams-api/{permission}") in scopes
    }
