"""What a posted Segment may say of its Object, and what its first use settles (SEG-32…40)."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from tams.errors import InvalidRequestError, quoted
from tams.models.flow import Flow
from tams.models.flow_segment import FlowSegmentPost
from tams.models.stored_objects import Instance, ObjectState, StoredObject, created_us_of


def claimed(stored: StoredObject, flow: Flow) -> StoredObject:
    """An Object registered for no particular Flow is made for the first one that uses it."""
    if stored.flow_id:
        return stored
    return replace(
        stored,
        flow_id=flow.id,
        flow_created_us=created_us_of(flow),
        content_type=flow.container,
    )


def external_object(post: FlowSegmentPost, flow: Flow, now_us: int) -> StoredObject:
    """SEG-32, SEG-33: an Object we never allocated is accepted if it has a URL.

    Raises InvalidRequestError.
    """
    if not post.get_urls:
        raise InvalidRequestError(
            f"object_id {quoted(post.object_id)} does not exist: allocate it at "
            f"/flows/{flow.id}/storage, or give get_urls"
        )
    return StoredObject(
        id=post.object_id,
        state=ObjectState.REFERENCED,
        flow_id=flow.id,
        instances=(),
        content_type=flow.container,
        created_us=now_us,
        flow_created_us=created_us_of(flow),
    )


def with_urls(
    stored: StoredObject, post: FlowSegmentPost, taken: Collection[str], *, may_add: bool
) -> StoredObject:
    """SEG-39, SEG-40: the client's own URLs become instances of the Object.

    `taken` are the labels of storage backends. Raises InvalidRequestError.
    """
    instances = list(stored.instances)
    known = {instance.label: instance.url for instance in instances if instance.url}
    for given in post.get_urls or ():
        if given.label in taken:
            raise InvalidRequestError(f"get_urls: label {quoted(given.label)} is in use")
        if given.label not in known and not may_add:
            raise InvalidRequestError(
                f"get_urls: adding URLs to Object {quoted(stored.id)} requires permission to write the "
                "Flow that it was created for"
            )
        if given.label not in known:
            instances.append(Instance(url=given.url, label=given.label))
        elif known[given.label] != given.url:
            raise InvalidRequestError(
                f"get_urls: label {quoted(given.label)} already names another URL of this Object"
            )
    return replace(stored, instances=tuple(instances))


def check_unchanged(post: FlowSegmentPost, stored: StoredObject) -> None:
    """SEG-37: an Object's own properties are fixed when it is first registered.

    On the first use of an Object, those are the ones that its client gave when registering it by itself.
    """
    given: Mapping[str, tuple[object, object]] = {
        "object_timerange": (post.object_timerange, stored.timerange),
        "key_frame_count": (post.key_frame_count, stored.key_frame_count),
        "init_object_id": (post.init_object_id, stored.init_object_id),
    }
    for name, (asked, fixed) in given.items():
        if fixed is None and not stored.reference_count:
            continue
        if asked is not None and asked != fixed:
            raise InvalidRequestError(
                f"{name} of Object {quoted(stored.id)} was registered as {quoted(str(fixed))} and is fixed"
            )
