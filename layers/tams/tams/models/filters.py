"""Filters in clients' queries: by tags, and by properties of an Object's URLs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tams.errors import InvalidRequestError, clipped, quoted
from tams.models.common import Tags, is_uuid, uuid_fault


@dataclass(frozen=True, slots=True)
class TagFilter:
    """One `tag.{name}` (any of `values`) or `tag_exists.{name}` (`exists`) parameter."""

    name: str
    values: tuple[str, ...] | None = None
    exists: bool | None = None

    def matches(self, tags: Tags) -> bool:
        """Compares whole values, with case; in an array, any element may match (TAG-8…10)."""
        if self.exists is not None:
            return (self.name in tags) is self.exists
        value = tags.get(self.name)
        if value is None:
            return False
        held = [value] if isinstance(value, str) else value
        return any(each in (self.values or ()) for each in held)


@dataclass(frozen=True, slots=True)
class UrlFilter:
    """Which get_urls a client wants to see; every condition must hold (URL-1…17).

    `accept_get_urls` of None accepts any label, of `()` no URL at all; `accept_storage_ids` of None any
    backend.
    """

    accept_get_urls: tuple[str, ...] | None = None
    accept_storage_ids: tuple[str, ...] | None = None
    presigned: bool | None = None
    backend_tags: tuple[TagFilter, ...] = ()
    verbose_storage: bool = False

    @property
    def accepts_none(self) -> bool:
        return self.accept_get_urls == ()

    def accepts(
        self,
        *,
        label: str | None,
        storage_id: str | None,
        presigned: bool,
        backend_tags: Tags | None,
    ) -> bool:
        """With `backend_tags` None, the URL is uncontrolled and has no backend."""
        if self.accept_get_urls is not None and label not in self.accept_get_urls:
            return False
        if self.accept_storage_ids is not None and storage_id not in self.accept_storage_ids:
            return False
        if self.presigned is not None and presigned is not self.presigned:
            return False
        return all(each.matches(backend_tags or {}) for each in self.backend_tags)


def parse_list(name: str, text: str) -> tuple[str, ...]:
    """The members of `a,b`; empty text has none. Raises InvalidRequestError for an empty member."""
    if not text:
        return ()
    members = tuple(text.split(","))
    if not all(members):
        raise InvalidRequestError(f"{clipped(name)}: {quoted(text)} has an empty member")
    return members


def parse_uuid_list(name: str, text: str) -> tuple[str, ...]:
    """Raises InvalidRequestError for a member that is not a UUID."""
    members = parse_list(name, text)
    for member in members:
        if not is_uuid(member):
            raise InvalidRequestError(f"{name}: {quoted(member)} {uuid_fault(member)}")
    return members


def parse_tag_filters(
    prefix: str, parameters: Sequence[tuple[str, str]] | Mapping[str, str]
) -> tuple[TagFilter, ...]:
    """The `{prefix}.{name}` and `{prefix}_exists.{name}` parameters of a query.

    An empty value asks for the empty string (TAG-13). Raises InvalidRequestError.
    """
    pairs = parameters.items() if isinstance(parameters, Mapping) else parameters
    filters = []
    for parameter, text in pairs:
        if parameter.startswith(f"{prefix}."):
            values = parse_list(parameter, text) or ("",)
            filters.append(TagFilter(parameter.removeprefix(f"{prefix}."), values=values))
        elif parameter.startswith(f"{prefix}_exists."):
            if text not in {"true", "false"}:
                raise InvalidRequestError(f"{clipped(parameter)}: must be true or false")
            name = parameter.removeprefix(f"{prefix}_exists.")
            filters.append(TagFilter(name, exists=text == "true"))
    return tuple(filters)
