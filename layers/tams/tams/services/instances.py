"""Instances of an Object: where else its bytes can be had, and where no longer (OBJ-10…28)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from tams.errors import InvalidRequestError, NotFoundError
from tams.models.media_object import UncontrolledInstance
from tams.models.storage_backend import StorageBackend
from tams.models.stored import Instance, ObjectKind, ObjectState, StoredObject
from tams.ports import ObjectStores, Repositories, Store


@dataclass(frozen=True, slots=True)
class InstanceService:
    """A change shows in every Segment that uses the Object, in the same transaction (OBJ-19)."""

    store: Store
    object_stores: ObjectStores
    backends: Mapping[str, StorageBackend]

    def add(self, object_id: str, given: UncontrolledInstance) -> None:
        """Record a client's own URL; its bytes are the client's to look after (OBJ-15, OBJ-16).

        Raises NotFoundError, InvalidRequestError for a label that is taken.
        """
        if any(backend.label == given.label for backend in self.backends.values()):
            raise InvalidRequestError(f"label: {given.label!r} belongs to a storage backend")

        def work(repositories: Repositories) -> None:
            stored = _registered(repositories, object_id)
            if any(instance.label == given.label for instance in stored.instances):
                raise InvalidRequestError(f"label: {given.label!r} names an instance already")
            added = Instance(url=given.url, label=given.label)
            _save(repositories, replace(stored, instances=(*stored.instances, added)))

        self.store.write(work)

    def copy(self, object_id: str, storage_id: str) -> None:
        """Copy the Object's bytes to another of our backends, and only then advertise them (OBJ-11…13).

        Raises NotFoundError, InvalidRequestError, BackendUnavailableError; after a failure nothing is left.
        """
        if storage_id not in self.backends:
            raise InvalidRequestError(f"storage_id: no storage backend {storage_id!r}")
        stored = self.store.read(lambda repositories: _registered(repositories, object_id))
        _check_absent(stored, storage_id)
        ours = next((each.storage_id for each in stored.instances if each.storage_id), None)
        if ours is None:
            raise InvalidRequestError(
                "storage_id: no storage backend has this Object yet, so there is nothing to copy"
            )
        self.object_stores.copy(object_id, ours, storage_id)
        added = Instance(storage_id=storage_id)

        def work(repositories: Repositories) -> None:
            again = _registered(repositories, object_id)
            _check_absent(again, storage_id)
            _save(repositories, replace(again, instances=(*again.instances, added)))

        try:
            self.store.write(work)
        except NotFoundError:
            self.object_stores.delete(object_id, [added])
            raise

    def remove(self, object_id: str, storage_id: str | None, label: str | None) -> None:
        """Stop advertising an instance; then, when we control it, delete its bytes (OBJ-21…27).

        Raises NotFoundError for the Object and for the instance, InvalidRequestError for the last one.
        """
        if storage_id is None and label is None:
            raise InvalidRequestError("storage_id or label: one of them must name the instance")

        def work(repositories: Repositories) -> Instance:
            stored = _registered(repositories, object_id)
            found = self._named(stored, storage_id, label)
            left = tuple(each for each in stored.instances if each is not found)
            if not left:
                raise InvalidRequestError(
                    "this is the Object's last instance: delete the Segments that use it instead"
                )
            _save(repositories, replace(stored, instances=left))
            return found

        removed = self.store.write(work)
        if removed.storage_id is not None:
            self.object_stores.delete(object_id, [removed])

    def _named(self, stored: StoredObject, storage_id: str | None, label: str | None) -> Instance:
        """Both selectors, when both are given, must mean the same instance."""
        by_storage = [each for each in stored.instances if each.storage_id == storage_id]
        by_label = [each for each in stored.instances if self._label_of(each) == label]
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

    def _label_of(self, instance: Instance) -> str | None:
        """A controlled instance goes by its backend's label (OBJ-22)."""
        if instance.storage_id is None:
            return instance.label
        backend = self.backends.get(instance.storage_id)
        return backend.label if backend else None


def _registered(repositories: Repositories, object_id: str) -> StoredObject:
    stored = repositories.objects.find_many([object_id]).get(object_id)
    if stored is None or stored.state is not ObjectState.REFERENCED:
        raise NotFoundError("Object", object_id)
    return stored


def _check_absent(stored: StoredObject, storage_id: str) -> None:
    if any(instance.storage_id == storage_id for instance in stored.instances):
        raise InvalidRequestError(f"storage_id: {storage_id!r} has an instance already")


def _save(repositories: Repositories, stored: StoredObject) -> None:
    repositories.objects.save([stored])
    if stored.kind is ObjectKind.INIT:
        for media_id in repositories.objects.media_needing(stored.id):
            repositories.segments.set_init_instances(media_id, stored.instances)
    else:
        repositories.segments.set_instances(stored.id, stored.instances)
