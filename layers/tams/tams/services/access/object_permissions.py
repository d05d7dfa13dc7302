"""An Object takes its permissions from the Flows that use it (AUT-17…19, AUT-24).

Anyone who may read one of these Flows may read the Object. To change its instances, a caller must be able to
write the Flow the Object was made for, or every Flow that uses it once that Flow no longer does. Otherwise
anyone who may read a Flow could reuse its Object in a Flow of their own and add their own URL to it. To
delete it, a caller must be able to delete in the same Flows.

An Object whose last Segment was deleted is not shown, but the recycle bin keeps it. Those who could use it
before its first Segment can use it again.
"""

from collections.abc import Collection, Mapping
from itertools import chain

from tams.errors import NotFoundError
from tams.models.caller import Permission, classes_of
from tams.models.stored import StoredFlow
from tams.models.stored_objects import ObjectKind, StoredObject, is_made_for
from tams.models.timelines import flow_of
from tams.ports import Repositories
from tams.services.access.permissions import not_permitted


def timelines_using(
    repositories: Repositories, objects: Collection[StoredObject]
) -> dict[str, set[str]]:
    """The timelines that use each Object; an init Object is used through media Objects (INI-11)."""
    inits = [each.id for each in objects if each.kind is ObjectKind.INIT]
    media = {each.id: [each.id] for each in objects}
    media |= repositories.objects.media_needing(inits)
    users = repositories.segments.users_of(set(chain.from_iterable(media.values())))
    return {
        object_id: set(chain.from_iterable(users.get(each, ()) for each in media_ids))
        for object_id, media_ids in media.items()
    }


def unreadable(repositories: Repositories, objects: Mapping[str, StoredObject]) -> frozenset[str]:
    """The Objects that do not exist for the caller: no Flow that uses them does."""
    classes = repositories.caller.classes_for(Permission.READ)
    if classes is None or not objects:
        return frozenset()
    homes = _homes(repositories, objects)
    known = repositories.flows.with_timelines(set(chain.from_iterable(homes.values())), classes)
    hidden = {each for each, home in homes.items() if home.isdisjoint(known)}
    return frozenset(hidden - _only_deleted(repositories, objects, homes, hidden, classes))


def unwritable(
    repositories: Repositories,
    objects: Mapping[str, StoredObject],
    permission: Permission = Permission.WRITE,
) -> frozenset[str]:
    """The Objects whose instances the caller may not change or, with another `permission`, not delete."""
    classes = repositories.caller.classes_for(permission)
    if classes is None or not objects:
        return frozenset()
    homes = _homes(repositories, objects)
    flow_ids = {flow_of(each) for each in chain.from_iterable(homes.values())}
    flows = {it.outline.timeline_id: it for it in repositories.flows.find_many(flow_ids).values()}
    mine = {each for each, it in flows.items() if not classes.isdisjoint(classes_of(it.flow.tags))}
    refused = {
        object_id
        for object_id, home in homes.items()
        if not (deciding := _deciding(objects[object_id], home & flows.keys(), flows))
        or not deciding <= mine
    }
    return frozenset(refused - _only_deleted(repositories, objects, homes, refused, classes))


def _only_deleted(
    repositories: Repositories,
    objects: Mapping[str, StoredObject],
    homes: Mapping[str, set[str]],
    asked: Collection[str],
    classes: frozenset[str],
) -> set[str]:
    """Those of the `asked` Objects that no Flow uses any more, but whose own Flow is still there.

    The recycle bin keeps the Segments that used them. As before their first use, their own Flow decides.
    """
    if not asked:
        return set()
    users = {each: {flow_of(timeline) for timeline in homes[each]} for each in asked}
    flows = repositories.flows.find_many(
        set(chain.from_iterable(users.values())) | {objects[each].flow_id for each in asked}
    )
    return {
        each
        for each in asked
        if not any(
            flows[it].outline.timeline_id in homes[each] for it in users[each] & flows.keys()
        )
        and (own := flows.get(objects[each].flow_id)) is not None
        and is_made_for(objects[each], own.flow)
        and not classes.isdisjoint(classes_of(own.flow.tags))
    }


def _deciding(stored: StoredObject, home: set[str], flows: Mapping[str, StoredFlow]) -> set[str]:
    """The Flow the Object was made for if that still uses it, or else every Flow that does, by timeline."""
    return {each for each in home if is_made_for(stored, flows[each].flow)} or home


def check_object(repositories: Repositories, permission: Permission, stored: StoredObject) -> None:
    """Raises NotFoundError, ForbiddenError."""
    one = {stored.id: stored}
    if unreadable(repositories, one):
        raise NotFoundError("Object", stored.id)
    if permission is not Permission.READ and unwritable(repositories, one, permission):
        raise not_permitted(permission, "Object", stored.id)


def _homes(repositories: Repositories, objects: Mapping[str, StoredObject]) -> dict[str, set[str]]:
    """The timelines that use each Object, or for an unused Object, that of the Flow it was allocated for.

    If another Flow has taken that Flow's id since, it does not count: the Object then exists for nobody.
    """
    using = timelines_using(repositories, objects.values())
    unused = {each.flow_id for each in objects.values() if not using[each.id]}
    first = repositories.flows.find_many(unused) if unused else {}
    return {
        object_id: using[object_id]
        or {
            it.outline.timeline_id
            for flow_id, it in first.items()
            if flow_id == stored.flow_id and is_made_for(stored, it.flow)
        }
        for object_id, stored in objects.items()
    }
