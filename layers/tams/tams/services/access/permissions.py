"""What a caller may do with a resource, and with what others reveal of it (AUT-13…24, ERR-6).

A resource on which the caller has no permission at all does not exist for them. If they have some permission,
but not the one required, the request is forbidden. These checks cost no round trip for a caller who is not
limited to classes.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from tams.errors import ForbiddenError, InvalidRequestError, NotFoundError, quoted
from tams.models.caller import AUTH_CLASSES, Caller, Permission, classes_of
from tams.models.deletion_request import DeletionRequest
from tams.models.flow import Flow
from tams.models.source import Source
from tams.models.storage_backend import StorageBackend
from tams.models.stored import StoredFlow, StoredSource
from tams.models.webhook import Webhook
from tams.ports import Repositories


def check(
    caller: Caller, permission: Permission, kind: str, identifier: str, classes: Collection[str]
) -> None:
    """Raises NotFoundError, ForbiddenError."""
    if caller.may(permission, classes):
        return
    if not caller.may_any(classes):
        raise NotFoundError(kind, identifier)
    raise not_permitted(permission, kind, identifier)


def not_permitted(permission: Permission, kind: str, identifier: str) -> ForbiddenError:
    """Worded as in the specification."""
    verb = "read" if permission is Permission.READ else "modify"
    return ForbiddenError(
        f"You do not have permission to {verb} this {kind}: "
        f"{quoted(identifier)} requires the {str(permission)!r} permission"
    )


def flow_to(permission: Permission, repositories: Repositories, flow_id: str) -> StoredFlow:
    """Raises NotFoundError, ForbiddenError."""
    stored = repositories.flows.get(flow_id)
    check_flow(permission, repositories, stored.flow)
    return stored


def check_flow(permission: Permission, repositories: Repositories, flow: Flow) -> None:
    """Raises NotFoundError, ForbiddenError."""
    check(repositories.caller, permission, "Flow", flow.id, classes_of(flow.tags))


def source_to(permission: Permission, repositories: Repositories, source_id: str) -> StoredSource:
    """Raises NotFoundError, ForbiddenError."""
    stored = repositories.sources.get(source_id)
    check(repositories.caller, permission, "Source", source_id, classes_of(stored.source.tags))
    return stored


def webhook_to(permission: Permission, repositories: Repositories, webhook_id: str) -> Webhook:
    """Raises NotFoundError, ForbiddenError."""
    webhook = repositories.webhooks.get(webhook_id)
    check(repositories.caller, permission, "Webhook", webhook_id, classes_of(webhook.tags))
    return webhook


def check_backend(caller: Caller, permission: Permission, backend: StorageBackend) -> None:
    """A backend without classes is open to everyone: operators name classes, no client can forget to.

    Raises InvalidRequestError as for one that does not exist, ForbiddenError.
    """
    classes = classes_of(backend.tags)
    if not classes or caller.may(permission, classes):
        return
    if not caller.may_any(classes):
        raise InvalidRequestError(
            f"storage_id: storage backend {quoted(backend.id)} does not exist"
        )
    raise not_permitted(permission, "storage backend", backend.id)


def may_list_backend(caller: Caller, backend: StorageBackend) -> bool:
    """BKE-9: any permission is enough."""
    classes = classes_of(backend.tags)
    return not classes or caller.may_any(classes)


def redacted_request(
    caller: Caller, request: DeletionRequest, classes: Collection[str]
) -> DeletionRequest:
    """Without its progress, which reveals what a Flow contains, for callers who may delete but not read."""
    if caller.may(Permission.READ, classes):
        return request
    seen: DeletionRequest = request.model_copy(update={"timerange_remaining": None})
    return seen


def readable_backends(
    classes: Collection[str] | None, backends: Mapping[str, StorageBackend]
) -> Mapping[str, StorageBackend]:
    """The backends whose URLs readers of these classes get (URL-22); None as classes reads all."""
    if classes is None:
        return backends
    return {
        each.id: each
        for each in backends.values()
        if not (own := classes_of(each.tags)) or not set(classes).isdisjoint(own)
    }


def readable_flows(
    repositories: Repositories, classes: Collection[str] | None, flow_ids: Collection[str]
) -> set[str]:
    """The Flows among these ids that exist for readers of these classes."""
    if classes is None:
        return set(flow_ids)
    return repositories.flows.of_classes(flow_ids, classes)


def readable_sources(
    repositories: Repositories, classes: Collection[str] | None, source_ids: Collection[str]
) -> set[str]:
    if classes is None:
        return set(source_ids)
    return repositories.sources.of_classes(source_ids, classes)


def tags_of_new(
    caller: Caller, tags: Mapping[str, Any] | None, inherited: Collection[str] = ()
) -> dict[str, Any]:
    """Adds a new resource's classes: the given ones, else the inherited ones, else the caller's only one.

    Never adds a class that the caller may not write. Raises ForbiddenError, or InvalidRequestError when the
    choice is ambiguous.
    """
    given = dict(tags or {})
    mine = caller.classes_for(Permission.WRITE)
    if mine is None:
        return given
    if AUTH_CLASSES in given:
        classes = set(classes_of(given))
        if not classes or not classes <= mine:
            raise ForbiddenError(
                f"tags: {AUTH_CLASSES} must name only classes that you may write, and at least one"
            )
        return given
    named = mine.intersection(inherited) or mine
    if not inherited and len(named) != 1:
        raise InvalidRequestError(
            f"tags: {AUTH_CLASSES} must name at least one of the classes that you may write"
        )
    return {**given, AUTH_CLASSES: sorted(named)}


def tags_of_replaced(
    caller: Caller, old: Mapping[str, Any] | None, tags: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The new tags. Callers limited to classes cannot drop any by omission. Raises ForbiddenError."""
    given = dict(tags or {})
    if caller.classes is not None and AUTH_CLASSES not in given and classes_of(old):
        given[AUTH_CLASSES] = (old or {})[AUTH_CLASSES]
    check_move(caller, classes_of(old), classes_of(given))
    return given


def check_move(caller: Caller, old: Collection[str], new: Collection[str]) -> None:
    """AUT-22: moving a resource requires every permission on it, and in each class added or removed.

    Otherwise callers could gain permissions by adding a class of their own beside the others. Raises
    ForbiddenError.
    """
    changed = set(old) ^ set(new)
    if caller.classes is None or not changed:
        return
    for permission in Permission:
        mine = caller.classes_for(permission) or frozenset()
        if not new or not changed <= mine or not caller.may(permission, old):
            raise ForbiddenError(
                f"tags: to change {AUTH_CLASSES}, you must be allowed to read, write and delete in each "
                "class that you add or remove, and at least one class must remain"
            )


def redacted_flows(
    repositories: Repositories, classes: Collection[str] | None, flows: Sequence[Flow]
) -> list[Flow]:
    """The Flows without members and collectors that readers of these classes may not know of."""
    if classes is None:
        return list(flows)
    related = {each for flow in flows for each in flow.collected_by or ()}
    related |= {item.id for flow in flows for item in flow.flow_collection or ()}
    known = readable_flows(repositories, classes, related)
    return [
        flow.model_copy(
            update={
                "flow_collection": _known_items(flow.flow_collection, known),
                "collected_by": _known_ids(flow.collected_by, known),
            }
        )
        for flow in flows
    ]


def redacted_sources(
    repositories: Repositories, classes: Collection[str] | None, sources: Sequence[Source]
) -> list[Source]:
    if classes is None:
        return list(sources)
    related = {each for source in sources for each in source.collected_by or ()}
    related |= {item.id for source in sources for item in source.source_collection or ()}
    known = readable_sources(repositories, classes, related)
    return [
        source.model_copy(
            update={
                "source_collection": _known_items(source.source_collection, known),
                "collected_by": _known_ids(source.collected_by, known),
            }
        )
        for source in sources
    ]


def _known_items(items: Sequence[Any] | None, known: Collection[str]) -> tuple[Any, ...] | None:
    return tuple(item for item in items or () if item.id in known) or None


def _known_ids(ids: Sequence[str] | None, known: Collection[str]) -> tuple[str, ...] | None:
    return tuple(each for each in ids or () if each in known) or None
