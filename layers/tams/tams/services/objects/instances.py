"""Instances of an Object: the places its bytes can be fetched from (OBJ-10…28)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self
from uuid import uuid4

from tams.errors import ForbiddenError, InvalidRequestError, NotFoundError, quoted
from tams.models.caller import Caller, Permission
from tams.models.copy import Copy
from tams.models.media_object import UncontrolledInstance
from tams.models.storage_backend import StorageBackend
from tams.models.stored import StoredFlow
from tams.models.stored_objects import Instance, ObjectKind, ObjectState, StoredObject
from tams.ports import Clock, Platform, Queue, Repositories, Store
from tams.services.access.object_permissions import check_object
from tams.services.access.permissions import check_backend, may_list_backend, readable_backends
from tams.services.objects.objects import flows_using
from tams.timing.microseconds import to_us


@dataclass(frozen=True, slots=True)
class InstanceService:
    """A change shows in every Segment that uses the Object, in the same transaction (OBJ-19)."""

    store: Store
    copies: Queue
    clock: Clock
    backends: Mapping[str, StorageBackend]

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(
            platform.store(caller), platform.queues.copies, platform.clock, platform.backends
        )

    def add(self, object_id: str, given: UncontrolledInstance) -> None:
        """Record a client's own URL. The client looks after the bytes behind it (OBJ-15, OBJ-16).

        Raises NotFoundError, InvalidRequestError for a label that is taken.
        """
        labels = {backend.label for backend in self.backends.values()}

        def work(repositories: Repositories) -> None:
            stored, _ = _registered(repositories, object_id)
            if given.label in labels | {instance.label for instance in stored.instances}:
                raise InvalidRequestError(f"label: {quoted(given.label)} is already in use")
            added = Instance(url=given.url, label=given.label)
            save_instances(repositories, replace(stored, instances=(*stored.instances, added)))

        self.store.write(work)

    def copy(self, object_id: str, storage_id: str) -> None:
        """Have the Object's bytes copied to another of our backends (OBJ-11…13).

        Raises NotFoundError, InvalidRequestError.
        """
        if storage_id not in self.backends:
            raise InvalidRequestError(
                f"storage_id: storage backend {quoted(storage_id)} does not exist"
            )

        def work(repositories: Repositories) -> Copy:
            stored, _ = _registered(repositories, object_id)
            check_backend(repositories.caller, Permission.WRITE, self.backends[storage_id])
            if stored.state is not ObjectState.REFERENCED:
                raise InvalidRequestError(
                    "storage_id: an Object can be copied once a Segment uses it"
                )
            if any(instance.storage_id == storage_id for instance in stored.instances):
                raise InvalidRequestError(
                    f"storage_id: {quoted(storage_id)} already has an instance of this Object"
                )
            self._check_any_readable(repositories, stored)
            wanted = self._to(stored, storage_id)
            leftover = _copy_to(repositories, object_id, storage_id)
            if leftover is None:
                repositories.copies.add(wanted)
            elif leftover.cancelled:
                # The worker that removes the bytes of the previous copy continues with this one.
                wanted = replace(
                    wanted, id=leftover.id, next_us=leftover.next_us, revision=leftover.revision
                )
                repositories.copies.save(wanted)
            else:
                raise InvalidRequestError(
                    f"storage_id: this Object is already being copied to {quoted(storage_id)}"
                )
            repositories.objects.save([stored])  # so that it collides with a deletion
            return wanted

        self.copies.send([self.store.write(work).id])

    def remove(self, object_id: str, storage_id: str | None, label: str | None) -> None:
        """Stop advertising an instance; its bytes are deleted too if we control them (OBJ-21…27).

        A copy that is still being made is cancelled (OBJ-28). Raises NotFoundError for the Object and for the
        instance, InvalidRequestError for the last one.
        """
        if storage_id is None and label is None:
            raise InvalidRequestError("give storage_id or label to say which instance to delete")

        def work(repositories: Repositories) -> Copy | None:
            stored, flows = _registered(repositories, object_id)
            if (copy := self._unfinished(repositories, stored, storage_id, label)) is not None:
                self._check(repositories, copy.storage_id, storage_id or label or "")
                repositories.copies.save(replace(copy, cancelled=True))
                return copy
            found = self._named(repositories, stored, storage_id, label)
            self._check(repositories, found.storage_id, storage_id or label or "")
            left = tuple(each for each in stored.instances if each is not found)
            if not left:
                raise InvalidRequestError(
                    "this is the Object's last instance: delete the Segments that use it instead"
                )
            save_instances(repositories, replace(stored, instances=left))
            # A player's list with its address is out of date now. A new instance leaves all addresses good.
            repositories.flows.save_latest_event(flows.values())
            if found.storage_id is None:
                return None
            undone = replace(self._to(stored, found.storage_id), cancelled=True)
            repositories.copies.add(undone)
            return undone

        if (undone := self.store.write(work)) is not None:
            self.copies.send([undone.id])

    def _check(self, repositories: Repositories, storage_id: str | None, named: str) -> None:
        """Raises NotFoundError, or ForbiddenError for an instance on a backend the caller may not write."""
        if (backend := self.backends.get(storage_id or "")) is not None:
            if not may_list_backend(repositories.caller, backend):
                raise NotFoundError("Instance", named)
            check_backend(repositories.caller, Permission.WRITE, backend)

    def _check_any_readable(self, repositories: Repositories, stored: StoredObject) -> None:
        """The caller must be able to read a source: one of our backends, if any holds the bytes.

        A client's URL must not be a way round a backend. Raises ForbiddenError.
        """
        classes = repositories.caller.classes_for(Permission.READ)
        readable = readable_backends(classes, self.backends)
        ours = [each.storage_id for each in stored.instances if each.storage_id is not None]
        if ours and readable.keys().isdisjoint(ours):
            raise ForbiddenError(
                f"you do not have permission to read the bytes of Object {quoted(stored.id)}"
            )

    def _to(self, stored: StoredObject, storage_id: str) -> Copy:
        now_us = to_us(self.clock())
        return Copy(str(uuid4()), stored.id, storage_id, stored.created_us, now_us)

    def _unfinished(
        self,
        repositories: Repositories,
        stored: StoredObject,
        storage_id: str | None,
        label: str | None,
    ) -> Copy | None:
        """The copy in progress that the selectors name, if they name no instance."""
        labelled = (each.id for each in self.backends.values() if label and each.label == label)
        meant = storage_id or next(labelled, None)
        if meant is None or any(instance.storage_id == meant for instance in stored.instances):
            return None
        copy = _copy_to(repositories, stored.id, meant)
        if copy is None or copy.cancelled:
            return None
        backend = self.backends.get(meant)
        return copy if label is None or (backend and backend.label == label) else None

    def _named(
        self,
        repositories: Repositories,
        stored: StoredObject,
        storage_id: str | None,
        label: str | None,
    ) -> Instance:
        """Both selectors, if given, must name the same instance, among those the caller knows of."""
        known = [each for each in stored.instances if self._is_known(repositories, each)]
        by_storage = [each for each in known if each.storage_id == storage_id]
        by_label = [each for each in known if self._label_of(each) == label]
        if storage_id is None:
            named = by_label
        elif label is None:
            named = by_storage
        else:
            named = [each for each in by_storage if each in by_label]
            if not named and (by_storage or by_label):
                raise InvalidRequestError("storage_id and label name different instances")
        if not named:
            raise NotFoundError("Instance", storage_id or label or "")
        return named[0]

    def _is_known(self, repositories: Repositories, instance: Instance) -> bool:
        backend = self.backends.get(instance.storage_id or "")
        return backend is None or may_list_backend(repositories.caller, backend)

    def _label_of(self, instance: Instance) -> str | None:
        """A controlled instance goes by its backend's label (OBJ-22)."""
        if instance.storage_id is None:
            return instance.label
        backend = self.backends.get(instance.storage_id)
        return backend.label if backend else None


def _registered(
    repositories: Repositories, object_id: str
) -> tuple[StoredObject, dict[str, StoredFlow]]:
    """The Object, and the Flows that show it. Raises NotFoundError, ForbiddenError."""
    stored = repositories.objects.find_many([object_id]).get(object_id)
    if stored is None or not stored.is_shown:
        raise NotFoundError("Object", object_id)
    check_object(repositories, Permission.WRITE, stored)
    return stored, flows_using(repositories, stored, classes=None)


def _copy_to(repositories: Repositories, object_id: str, storage_id: str) -> Copy | None:
    found = repositories.copies.of_object(object_id)
    return next((copy for copy in found if copy.storage_id == storage_id), None)


def save_instances(repositories: Repositories, stored: StoredObject) -> None:
    """Writes the instances of the Object, and of the Segments that show them."""
    repositories.objects.save([stored])
    if stored.kind is ObjectKind.INIT:
        for media_id in repositories.objects.media_needing([stored.id])[stored.id]:
            repositories.segments.set_init_instances(media_id, stored.instances)
    else:
        repositories.segments.set_instances(stored.id, stored.instances)
