"""A small in-memory model of what callers with given classes may do and see."""

from dataclasses import dataclass, field

PERMISSIONS = ("read", "write", "delete")


@dataclass(frozen=True)
class Person:
    """A caller: the scopes they have, and the classes as their account names them."""

    name: str
    scopes: tuple[str, ...]
    classes: tuple[str, ...] = ()

    @property
    def is_admin(self) -> bool:
        return "admin" in self.scopes

    def grants(self, permission: str) -> set[str]:
        if permission not in self.scopes:
            return set()
        named = {each.partition(":")[0] for each in self.classes if each.endswith(f":{permission}")}
        return named | {each for each in self.classes if ":" not in each}

    def may(self, permission: str, classes: set[str]) -> bool:
        return self.is_admin or bool(self.grants(permission) & classes)

    def may_any(self, classes: set[str]) -> bool:
        return any(self.may(each, classes) for each in PERMISSIONS)

    def status(self, permission: str, classes: set[str] | None) -> int | None:
        """Why not: 403 or 404; None when they may. `classes` of None: there is no such thing."""
        if not (self.is_admin or permission in self.scopes):
            return 403
        if classes is None:
            return 404
        if self.may(permission, classes):
            return None
        return 403 if self.may_any(classes) else 404


PEOPLE = (
    Person("admin", ("admin",)),
    Person("news", ("read", "write", "delete"), ("news",)),
    Person("sport", ("read", "write", "delete"), ("sport",)),
    Person("both", ("read", "write", "delete"), ("news", "sport")),
    Person("viewer", ("read",), ("news", "sport")),
    Person("remover", ("delete",), ("news", "sport")),
    Person("mixed", ("read", "write", "delete"), ("news:read", "sport:write", "archive")),
    Person("nobody", ("read", "write", "delete")),
)


@dataclass
class Thing:
    """A Flow, Source or webhook; `ever` has the classes it has had."""

    classes: set[str]
    ever: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.ever |= self.classes

    def move(self, classes: set[str]) -> None:
        self.classes = classes
        self.ever |= classes


@dataclass
class ModelFlow(Thing):
    source_id: str = ""
    members: list[str] = field(default_factory=list)
    slots: dict[int, str] = field(default_factory=dict)
    """Objects by the second that they are at."""


@dataclass
class ModelObject:
    slot: int
    first_flow: str


@dataclass
class Model:
    flows: dict[str, ModelFlow] = field(default_factory=dict)
    sources: dict[str, Thing] = field(default_factory=dict)
    webhooks: dict[str, Thing] = field(default_factory=dict)
    objects: dict[str, ModelObject] = field(default_factory=dict)
    gone: dict[str, Thing] = field(default_factory=dict)
    """Flows and Sources that were deleted."""

    def flow_classes(self, flow_id: str) -> set[str] | None:
        return self.flows[flow_id].classes if flow_id in self.flows else None

    def users(self, object_id: str) -> set[str]:
        return {flow_id for flow_id, it in self.flows.items() if object_id in it.slots.values()}

    def readers_see(self, person: Person, object_id: str) -> set[str]:
        users = self.users(object_id)
        return {each for each in users if person.may("read", self.flows[each].classes)}

    def may_change(self, person: Person, object_id: str) -> bool:
        users, first = self.users(object_id), self.objects[object_id].first_flow
        deciding = {first} if first in users else users
        return all(person.may("write", self.flows[each].classes) for each in deciding)

    def hidden_from(self, person: Person) -> set[str]:
        """Ids that no answer may tell this person of."""
        things: dict[str, Thing] = {**self.flows, **self.sources, **self.webhooks}
        hidden = {each for each, it in things.items() if not person.may("read", it.classes)}
        # A Flow that may be read names its Source.
        hidden -= {it.source_id for it in self.flows.values() if person.may("read", it.classes)}
        hidden |= {
            each for each in self.objects if self.users(each) and not self.readers_see(person, each)
        }
        return hidden

    def new_classes(
        self, person: Person, given: set[str] | None, source_id: str | None
    ) -> set[str] | int:
        """Of a new Flow or webhook, or the status of the refusal."""
        if person.is_admin:
            return given or set()
        mine = person.grants("write")
        if given is not None:
            return given if given and given <= mine else 403
        inherited = self.sources[source_id].classes if source_id in self.sources else set()
        named = (mine & inherited) or mine
        if not inherited and len(named) != 1:
            return 400
        return named

    def moved(self, person: Person, old: set[str], new: set[str]) -> int | None:
        if person.is_admin or old == new:
            return None
        everything = all(
            person.may(each, old) and (old ^ new) <= person.grants(each) for each in PERMISSIONS
        )
        return None if new and everything else 403

    def delete_flow(self, flow_id: str) -> None:
        flow = self.flows.pop(flow_id)
        self.gone[flow_id] = flow
        for each in self.flows.values():
            each.members = [member for member in each.members if member != flow_id]
        if not any(each.source_id == flow.source_id for each in self.flows.values()):
            self.gone[flow.source_id] = self.sources.pop(flow.source_id)
