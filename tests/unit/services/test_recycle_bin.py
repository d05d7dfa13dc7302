"""The recycle bin: what is deleted is hidden everywhere, and comes back as it was."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from tams.errors import ConflictError, ForbiddenError, InvalidRequestError, NotFoundError
from tams.models.caller import EVERYONE
from tams.models.queries import FlowQuery, FlowSort, SourceQuery
from tams.services.deletion.disposal import DeletionOptions
from tams.services.flows.flows import FlowService
from tams.services.flows.sources import SourceService
from tams.services.objects.objects import ObjectService
from tams.services.recycle_bin.recycle_bin import RecycleBinService
from tams.services.recycle_bin.restore import RestoreService
from tams.services.recycle_bin.with_deleted import IncludeDeleted, WithDeletedService
from tests.in_process import Platform
from tests.unit.services.binned import DAY, HARD, BinWorld
from tests.unit.services.world import holding, of


@pytest.fixture
def world(platform: Platform) -> BinWorld:
    world = BinWorld(platform)
    world.keep_for(7 * DAY)
    return world


def flow_document(world: BinWorld, flow_id: str) -> dict[str, Any]:
    flow = FlowService.of(world.platform, EVERYONE).get(flow_id, include_timerange=True)
    return flow.to_document()


def source_document(world: BinWorld, source_id: str) -> dict[str, Any]:
    return SourceService.of(world.platform, EVERYONE).get(source_id).to_document()


def is_shown(world: BinWorld, object_id: str) -> bool:
    try:
        ObjectService.of(world.platform, EVERYONE).get(object_id)
    except NotFoundError:
        return False
    return True


def restore_together(world: BinWorld, *entry_ids: str) -> None:
    """In one transaction, as a batch does."""

    def each(platform: Any) -> None:
        for entry_id in entry_ids:
            RestoreService.of(platform, world.caller).entry(entry_id)

    world.platform.together(world.caller, each, *entry_ids)


def test_a_deleted_flow_is_hidden_with_all_it_has(world: BinWorld) -> None:
    flow_id = world.flow()
    source_id = world.stored(flow_id).flow.source_id
    objects = world.segments(flow_id, 3)

    world.delete_flow(flow_id)

    assert world.listed(flow_id) == []
    assert not any(is_shown(world, each) for each in objects)
    for kind, get in (("Flow", flow_document), ("Source", source_document)):
        with pytest.raises(NotFoundError, match=kind):
            get(world, flow_id if kind == "Flow" else source_id)
    assert world.platform.noted.object_cleanup.sent == [], "the bytes are kept"
    assert world.platform.noted.deletions.sent == [], "however many there are"
    assert world.event_types(flow_id)[-1] == "flows/deleted"
    assert world.event_types(source_ids=[source_id])[-1] == "sources/deleted"


def test_a_restored_flow_is_as_it_was(world: BinWorld) -> None:
    flow_id = world.flow(label="take 1", tags={"a": "1"})
    source_id = world.stored(flow_id).flow.source_id
    objects = world.segments(flow_id, 3)
    before, listed = flow_document(world, flow_id), world.listed(flow_id)
    world.delete_flow(flow_id)

    restored = world.restore.flow(flow_id)

    assert restored.flow_ids == (flow_id,)
    assert restored.segment_count == 3
    assert flow_document(world, flow_id) == before
    assert world.listed(flow_id) == listed
    assert all(is_shown(world, each) for each in objects)
    assert source_document(world, source_id)["label"] == "take 1"
    assert world.bin_of(flow_id) == []
    assert world.event_types(flow_id)[-2:] == ["flows/created", "flows/segments_added"]
    assert len(world.events(flow_id)[-1]["event"]["segments"]) == 3


def test_an_entry_says_what_when_by_whom_and_how_long(world: BinWorld) -> None:
    alice = world.as_(holding(read="news", write="news", delete="news"))
    flow_id = world.flow(label="take 1", tags=of("news"))
    world.segments(flow_id, 2)
    BinWorld(world.platform, alice.caller).delete_flow(flow_id)

    flow_entry, source_entry = sorted(
        world.bin(deleted_by="alice", source_id=world.bin_of(flow_id)[0].source_id),
        key=lambda each: each.kind,
    )

    assert flow_entry.kind == "flow"
    assert flow_entry.label == "take 1"
    assert (flow_entry.segment_count, str(flow_entry.timerange)) == (2, "[0:0_2:0)")
    assert flow_entry.deleted_by == "alice"
    assert (flow_entry.kept_until - flow_entry.deleted_at).total_seconds() == 7 * DAY
    assert source_entry.kind == "source"
    assert source_entry.deletion_id == flow_entry.deletion_id


def test_an_id_can_be_used_again_beside_the_deleted_flow(world: BinWorld) -> None:
    flow_id = world.flow(label="old")
    world.segments(flow_id, 2)
    world.delete_flow(flow_id)
    world.flow(id=flow_id, label="new")
    assert world.listed(flow_id) == []
    world.segments(flow_id, 1, first=1)

    with pytest.raises(ConflictError, match="exists again"):
        world.restore.flow(flow_id)
    assert world.listed(flow_id) == ["[1:0_2:0)"]

    world.delete_flow(flow_id)
    world.platform.time.pass_(seconds=1)
    assert world.restore.flow(flow_id).segment_count == 1, "the one deleted last"
    assert world.listed(flow_id) == ["[1:0_2:0)"]
    assert world.stored(flow_id).flow.label == "new"


def test_the_first_of_two_deleted_flows_of_one_id_is_restored_by_its_entry(world: BinWorld) -> None:
    flow_id = world.flow(label="old")
    world.segments(flow_id, 2)
    world.delete_flow(flow_id)
    world.flow(id=flow_id, label="new")
    world.platform.time.pass_(seconds=1)
    world.delete_flow(flow_id)
    new, old = world.bin_of(flow_id)

    world.restore.entry(old.id)

    assert world.stored(flow_id).flow.label == "old"
    assert world.listed(flow_id) == ["[0:0_1:0)", "[1:0_2:0)"]
    assert [each.id for each in world.bin_of(flow_id)] == [new.id]


def test_segments_go_and_come_back(world: BinWorld) -> None:
    flow_id = world.flow()
    objects = world.segments(flow_id, 5)
    before = world.listed(flow_id)

    world.delete_segments(flow_id, "[1:0_3:0)")

    assert world.listed(flow_id) == [before[0], *before[3:]]
    assert [is_shown(world, each) for each in objects] == [True, False, False, True, True]
    assert world.spans(flow_id) == "[0:0_5:0)"
    assert world.platform.noted.object_cleanup.sent == []
    (entry,) = world.bin_of(flow_id)
    assert (entry.kind, entry.segment_count, str(entry.timerange)) == ("segments", 2, "[1:0_3:0)")

    restored = world.restore_segments(flow_id)

    assert (restored.segment_count, str(restored.timerange)) == (2, "[1:0_3:0)")
    assert world.listed(flow_id) == before
    assert all(is_shown(world, each) for each in objects)
    assert world.bin_of(flow_id) == []
    assert world.event_types(flow_id)[-2:] == ["flows/segments_deleted", "flows/segments_added"]


def test_a_part_of_what_was_deleted_can_be_restored(world: BinWorld) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 5)
    world.delete_segments(flow_id, "_")
    assert world.spans(flow_id) == "()"

    world.restore_segments(flow_id, "[1:0_3:500000000)")

    assert world.listed(flow_id) == ["[1:0_2:0)", "[2:0_3:0)"]
    assert world.spans(flow_id) == "[1:0_3:0)"
    (entry,) = world.bin_of(flow_id)
    assert (entry.segment_count, str(entry.timerange)) == (3, "[0:0_5:0)")
    world.restore_segments(flow_id)
    assert len(world.listed(flow_id)) == 5


def test_what_is_in_the_way_is_named(world: BinWorld) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 3)
    world.delete_segments(flow_id, "_")
    world.segments(flow_id, 1, first=1)

    with pytest.raises(ConflictError, match=r"\[1:0_2:0\).*partial=true"):
        world.restore_segments(flow_id)
    assert world.listed(flow_id) == ["[1:0_2:0)"]

    restored = world.restore_segments(flow_id, partial=True)

    assert restored.segment_count == 2
    assert restored.left_out == ("Segment [1:0_2:0)",)
    assert len(world.listed(flow_id)) == 3
    (entry,) = world.bin_of(flow_id)
    assert entry.segment_count == 1
    with pytest.raises(ConflictError, match="all of the Segments"):
        world.restore_segments(flow_id, partial=True)


def test_of_two_deletions_of_a_stretch_the_latest_comes_back(world: BinWorld) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 1)
    world.delete_segments(flow_id, "_")
    world.platform.time.pass_(seconds=1)
    (second,) = world.segments(flow_id, 1)
    world.delete_segments(flow_id, "_")

    world.restore_segments(flow_id, partial=True)

    assert is_shown(world, second)
    assert len(world.bin_of(flow_id)) == 1


def test_many_segments_are_moved_in_the_background(world: BinWorld) -> None:
    world.at_once = 2
    world.keep_for(DAY)
    flow_id = world.flow()
    world.segments(flow_id, 7)
    before = world.listed(flow_id)

    request_id = world.delete_segments(flow_id, "[0:0_6:0)")

    assert world.listed(flow_id) == ["[6:0_7:0)"]
    with pytest.raises(ConflictError, match="still being deleted"):
        world.restore_segments(flow_id, "[0:0_2:0)")
    world.work_off(request_id)
    (entry,) = world.bin_of(flow_id)
    assert (entry.id, entry.segment_count) == (request_id, 6)
    with pytest.raises(InvalidRequestError, match=r"begin with \[0:0_2:0\)"):
        world.restore_segments(flow_id, "[0:0_6:0)")
    for start in range(0, 6, 2):
        world.restore_segments(flow_id, f"[{start}:0_{start + 2}:0)")
    assert world.listed(flow_id) == before
    assert world.bin_of(flow_id) == []


def test_a_flow_deleted_amid_a_deletion_goes_on_with_it_when_restored(world: BinWorld) -> None:
    world.at_once = 2
    world.keep_for(DAY)
    flow_id = world.flow()
    world.segments(flow_id, 5)
    request_id = world.delete_segments(flow_id, "[0:0_4:0)")
    world.delete_flow(flow_id)
    world.work_off(request_id)  # finds no Flow, and ends
    world.platform.noted.deletions.sent.clear()

    world.restore.flow(flow_id)

    assert world.listed(flow_id) == ["[4:0_5:0)"]
    assert world.platform.noted.deletions.bodies == [request_id]
    world.work_off_all()
    assert world.listed(flow_id) == ["[4:0_5:0)"]
    assert not world.stored(flow_id).deleting
    (entry,) = world.bin_of(flow_id)
    assert entry.segment_count == 4


def test_collections_come_back_both_ways(world: BinWorld) -> None:
    first, second, third = world.flow(), world.flow(), world.flow()
    parent = world.flow()
    world.collect(parent, first, second, third)
    world.collect(second, first)
    before = {each: flow_document(world, each) for each in (parent, second, first)}
    world.delete_flow(second)
    assert [it["id"] for it in flow_document(world, parent)["flow_collection"]] == [first, third]
    assert flow_document(world, first)["collected_by"] == [parent]

    world.restore.flow(second)

    for each in (parent, second, first):
        now = flow_document(world, each)
        for name in ("flow_collection", "collected_by"):
            assert now.get(name) == before[each].get(name)
    assert world.event_types(parent)[-1] == "flows/updated"


def test_a_collection_that_is_gone_is_left_out_and_said_to_be(world: BinWorld) -> None:
    member, parent = world.flow(), world.flow()
    world.collect(parent, member)
    world.delete_flow(member)
    world.delete_flow(parent)

    restored = world.restore.flow(member)

    assert restored.left_out == (f"collection {parent}",)
    restored = world.restore.flow(parent)
    assert "flow_collection" not in flow_document(world, parent), "it had none when it was deleted"


@pytest.mark.parametrize("collection_first", [True, False])
@pytest.mark.parametrize("collection_goes_first", [True, False])
def test_a_batch_restores_collections_in_any_order(
    world: BinWorld, *, collection_goes_first: bool, collection_first: bool
) -> None:
    before, member, after = world.flow(), world.flow(), world.flow()
    parent = world.flow()
    world.collect(parent, before, member, after)
    shown = {each: flow_document(world, each) for each in (parent, member)}
    for flow_id in (parent, member) if collection_goes_first else (member, parent):
        world.delete_flow(flow_id)
    ids = {each: world.bin_of(each)[0].id for each in (parent, member)}
    order = (parent, member) if collection_first else (member, parent)

    restore_together(world, *(ids[each] for each in order))

    for each, name in ((parent, "flow_collection"), (member, "collected_by")):
        assert flow_document(world, each)[name] == shown[each][name]
    source = source_document(world, shown[parent]["source_id"])
    assert len(source["source_collection"]) == 3


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("sort_by", list(FlowSort))
def test_each_deletion_of_an_id_is_listed_once(
    world: BinWorld, sort_by: FlowSort, *, reverse: bool
) -> None:
    """Also where nothing that the list is sorted by tells them apart."""
    source_id = str(uuid4())
    flow_id = world.flow(source_id=source_id, label="again")
    other_id = world.flow(source_id=source_id, label="again")
    for _ in range(3):
        world.delete_flow(flow_id)
        world.flow(id=flow_id, source_id=source_id, label="again")

    def pages(asked: IncludeDeleted, limit: int) -> Iterator[tuple[str, str | None]]:
        service = WithDeletedService.of(world.platform, EVERYONE, asked)
        query = FlowQuery(source_id=source_id, sort_by=sort_by, reverse=reverse, limit=limit)
        while True:
            page = service.flows(query)
            for shown in page.items:
                document = shown.to_json()
                yield document["id"], document.get("recycle_bin_entry")
            if page.next_key is None:
                return
            query = replace(query, page=page.next_key)

    deleted = sorted((flow_id, each.id) for each in world.bin_of(flow_id))
    assert len(deleted) == 3
    for limit in (1, 2, 10):
        assert sorted(pages(IncludeDeleted.ONLY, limit)) == deleted
        found = list(pages(IncludeDeleted.TRUE, limit))
        assert sorted(each for each in found if each[1]) == deleted
        assert sorted(each[0] for each in found if not each[1]) == sorted([flow_id, other_id])


def test_two_members_of_a_collection_come_back_in_a_batch_after_it(world: BinWorld) -> None:
    members = [world.flow() for _ in range(3)]
    parent = world.flow()
    world.collect(parent, *members)
    shown = flow_document(world, parent)["flow_collection"]
    for flow_id in (parent, *members):
        world.delete_flow(flow_id)
    entries = [world.bin_of(each)[0].id for each in (parent, members[1], members[0])]

    restore_together(world, *entries)

    assert flow_document(world, parent)["flow_collection"] == shown[:2]
    assert world.restore.flow(members[2]).left_out == (), "its entry knows of no collection"


def test_a_source_goes_with_its_flows_and_comes_back_with_them(world: BinWorld) -> None:
    source_id = str(uuid4())
    flows = [world.flow(source_id=source_id) for _ in range(3)]
    world.segments(flows[0], 2)
    world.collect(flows[0], flows[1])
    before = source_document(world, source_id)
    with pytest.raises(ConflictError, match="has Flows"):
        world.delete_source(source_id)

    world.delete_source(source_id, DeletionOptions(cascade=True))

    assert SourceService.of(world.platform, EVERYONE).list_(SourceQuery(label="none")).items == ()
    assert len({each.deletion_id for each in world.bin(source_id=source_id)}) == 1
    assert len(world.bin(source_id=source_id)) == 4
    restored = world.restore.source(source_id)
    assert sorted(restored.flow_ids) == sorted(flows)
    assert restored.segment_count == 2
    now = source_document(world, source_id)
    assert {**now, "updated": None} == {**before, "updated": None}
    assert len(world.listed(flows[0])) == 2
    assert flow_document(world, flows[1])["collected_by"] == [flows[0]]
    assert world.bin(source_id=source_id) == []


def test_what_was_deleted_before_does_not_come_back_with_the_source(world: BinWorld) -> None:
    source_id = str(uuid4())
    early, late = world.flow(source_id=source_id), world.flow(source_id=source_id)
    world.delete_flow(early)
    world.delete_source(source_id, DeletionOptions(cascade=True))

    world.restore.source(source_id)

    assert source_document(world, source_id)["id"] == source_id
    assert world.stored(late)
    with pytest.raises(NotFoundError):
        world.stored(early)
    world.restore.flow(early)
    assert world.stored(early)


def test_a_flow_whose_source_has_another_format_now_stays_in_the_bin(world: BinWorld) -> None:
    source_id = str(uuid4())
    flow_id = world.flow(source_id=source_id)
    world.delete_flow(flow_id)
    world.flow(
        source_id=source_id,
        format="urn:x-nmos:format:multi",
        codec=None,
        container=None,
        essence_parameters=None,
    )

    with pytest.raises(ConflictError, match="format"):
        world.restore.flow(flow_id)
    assert len(world.bin_of(flow_id)) == 1


def test_the_bin_is_emptied_after_its_time(world: BinWorld) -> None:
    flow_id, other = world.flow(), world.flow()
    objects = world.segments(flow_id, 3)
    world.segments(other, 3)
    world.delete_flow(flow_id)
    world.delete_segments(other, "[0:0_2:0)")
    world.purge()
    assert len(world.bin_of(flow_id)) == 1, "not yet"

    world.platform.time.pass_(days=7, seconds=1)
    assert world.bin_of(flow_id) == [], "even before it is purged"
    with pytest.raises(NotFoundError):
        world.restore.flow(flow_id)
    world.purge_until_empty()

    assert [world.object(each) for each in objects] == [None, None, None]
    assert world.listed(other) == ["[2:0_3:0)"]


def test_a_hard_deletion_keeps_nothing(world: BinWorld) -> None:
    flow_id = world.flow()
    objects = world.segments(flow_id, 2)

    world.delete_segments(flow_id, "[0:0_1:0)", HARD)
    world.delete_flow(flow_id, HARD)

    assert world.bin_of(flow_id) == []
    assert sorted(world.platform.noted.object_cleanup.bodies) == sorted(objects)
    with pytest.raises(NotFoundError):
        world.restore.flow(flow_id)


def test_an_object_used_elsewhere_outlives_the_bin(world: BinWorld) -> None:
    flow_id, other = world.flow(), world.flow()
    (object_id,) = world.segments(flow_id, 1)
    assert world.register(other, {"object_id": object_id, "timerange": "[0:0_1:0)"}) == []
    world.delete_flow(flow_id)
    assert is_shown(world, object_id)
    (entry,) = world.bin_of(flow_id)

    RecycleBinService.of(world.platform, EVERYONE).purge(entry.id)

    stored = world.object(object_id)
    assert stored is not None
    assert stored.reference_count == 1
    assert world.platform.noted.object_cleanup.sent == []


def test_an_object_that_only_the_bin_uses_may_be_used_again(world: BinWorld) -> None:
    flow_id, other = world.flow(), world.flow()
    (object_id,) = world.segments(flow_id, 1)
    world.delete_flow(flow_id)

    assert world.register(other, {"object_id": object_id, "timerange": "[0:0_1:0)"}) == []

    assert is_shown(world, object_id)
    world.restore.flow(flow_id)
    assert len(world.listed(flow_id)) == 1


def test_what_only_the_bin_uses_may_be_used_again_by_who_may_write_its_own_flow(
    world: BinWorld,
) -> None:
    own, elsewhere = world.flow(tags=of("news")), world.flow(tags=of("sport"))
    (object_id,) = world.segments(own, 1)
    world.delete_segments(own, "_")
    again = {
        "object_id": object_id,
        "timerange": "[0:0_1:0)",
        "get_urls": [{"label": "tapes", "url": "https://tapes.example.com/1"}],
    }
    alice = world.as_(holding(read="news", write="news"))
    bob = world.as_(holding(read="sport", write="sport"))

    (fault,) = bob.register(elsewhere, again)
    assert "cannot be used here" in fault.reason
    assert alice.register(own, again) == []

    assert is_shown(world, object_id)


def test_without_a_bin_soft_delete_is_refused(world: BinWorld) -> None:
    world.keep_for(0)
    flow_id = world.flow()

    with pytest.raises(InvalidRequestError, match=r"soft_delete.*KEPT_SECONDS is 0"):
        world.delete_flow(flow_id, DeletionOptions(soft_delete=True))
    world.delete_flow(flow_id, HARD)
    assert world.bin_of(flow_id) == []


def test_a_known_caller_cannot_act_in_anothers_name(world: BinWorld) -> None:
    flow_id = world.flow(tags=of("news"))
    alice = BinWorld(world.platform, holding(read="news", write="news", delete="news"))

    with pytest.raises(InvalidRequestError, match="deleted_by"):
        alice.delete_flow(flow_id, DeletionOptions(deleted_by="bob"))

    world.delete_flow(flow_id, DeletionOptions(deleted_by="bob"))
    assert world.bin_of(flow_id)[0].deleted_by == "bob"


def test_without_cascade_what_is_needed_stays(world: BinWorld) -> None:
    flow_id, parent = world.flow(), world.flow()
    world.segments(flow_id, 2)
    world.collect(parent, flow_id)
    only = DeletionOptions(cascade=False)

    with pytest.raises(ConflictError, match=f"has 2 Segments and is collected by Flow '{parent}'"):
        world.delete_flow(flow_id, only)
    world.delete_segments(flow_id, "_")
    world.delete_flow(parent, DeletionOptions(cascade=True))
    world.delete_flow(flow_id, only)
    assert len(world.bin_of(flow_id)) == 2


def test_nothing_is_told_to_who_may_not_read_it(world: BinWorld) -> None:
    flow_id = world.flow(tags=of("news"))
    world.segments(flow_id, 1)
    world.delete_segments(flow_id, "_")
    world.delete_flow(flow_id)
    entries = world.bin_of(flow_id)
    assert len(entries) == 2
    bob = BinWorld(world.platform, holding(read="sport", write="sport", delete="sport"))

    assert bob.bin_of(flow_id) == []
    for entry in entries:
        with pytest.raises(NotFoundError):
            bob.restore.entry(entry.id)
        with pytest.raises(NotFoundError):
            RecycleBinService.of(bob.platform, bob.caller).get(entry.id)
        with pytest.raises(NotFoundError):
            RecycleBinService.of(bob.platform, bob.caller).purge(entry.id)
    with pytest.raises(NotFoundError):
        bob.restore.flow(flow_id)
    reader = BinWorld(world.platform, holding(read="news"))
    assert len(reader.bin_of(flow_id)) == 2
    with pytest.raises(ForbiddenError):
        reader.restore.flow(flow_id)


def test_a_batch_restores_no_more_segments_than_one_request(world: BinWorld) -> None:
    flow_id = world.flow()
    world.segments(flow_id, 120)
    for part in ("[0:0_60:0)", "[60:0_100:0)", "[100:0_120:0)"):
        world.delete_segments(flow_id, part)
    fitting, other, more = sorted(world.bin_of(flow_id), key=lambda it: -(it.segment_count or 0))

    with pytest.raises(InvalidRequestError, match="would restore 120, and one transaction"):
        restore_together(world, fitting.id, other.id, more.id)
    assert world.listed(flow_id) == []
    restore_together(world, fitting.id, other.id)
    assert len(world.listed(flow_id)) == 100


def test_segments_come_back_with_their_tags(world: BinWorld) -> None:
    flow_id = world.flow()
    (object_id,) = world.allocate(flow_id)
    post = {"object_id": object_id, "timerange": "[0:0_1:0)", "tags": {"take": "1"}}
    assert world.register(flow_id, post) == []
    world.delete_segments(flow_id, "_")
    world.restore_segments(flow_id)

    (segment,) = world.events(flow_id)[-1]["event"]["segments"]
    assert segment["tags"] == {"take": "1"}


def test_a_cascade_names_no_flow_that_the_caller_may_not_know_of(world: BinWorld) -> None:
    source_id = str(uuid4())
    world.flow(source_id=source_id, tags=of("news"))
    hidden = world.flow(source_id=source_id, tags=of("sport"))
    alice = BinWorld(world.platform, holding(read="news", write="news", delete="news"))

    with pytest.raises(ForbiddenError, match="all Flows of this Source") as refused:
        alice.delete_source(source_id, DeletionOptions(cascade=True))

    assert hidden not in str(refused.value)
    assert world.stored(hidden)


def test_a_restore_of_a_source_names_no_flow_that_the_caller_may_not_know_of(
    world: BinWorld,
) -> None:
    source_id = str(uuid4())
    world.flow(source_id=source_id, tags=of("news"))
    hidden = world.flow(source_id=source_id, tags=of("sport"))
    world.delete_source(source_id, DeletionOptions(cascade=True))
    alice = BinWorld(world.platform, holding(read="news", write="news", delete="news"))

    with pytest.raises(ForbiddenError, match="restore all Flows of this Source") as refused:
        alice.restore.source(source_id)

    assert hidden not in str(refused.value)
    assert len(world.bin(source_id=source_id)) == 3
