"""Each view against the API: the same rows, and the same values in all columns that the API has too."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sql.engine import Engine
from sql.view import View
from sql.views import ALL
from tams.timing import TimeRange
from tests.sql.asking import Json, dicts_of, rows_of
from tests.sql.station import CAMERA, ELSEWHERE, HD, MULTI, PROXY, SOUND, TAKE, Station

NS = 10**9


def instant(moment: datetime | None) -> str | None:
    """As the API shows it, in whole seconds."""
    if moment is None:
        return None
    return f"{moment.replace(tzinfo=UTC, microsecond=0):%Y-%m-%dT%H:%M:%SZ}"


def agree(found: Json, document: Json, *names: str) -> None:
    for name in names:
        value = found[name]
        shown = instant(value) if isinstance(value, datetime) else value
        assert shown == document.get(name), (name, found, document)


def by(name: str, rows: list[Json]) -> dict[Any, Json]:
    found = {row[name]: row for row in rows}
    assert len(found) == len(rows), "no row is there twice"
    return found


def extent(timerange: str) -> tuple[int | None, int | None]:
    parsed = TimeRange.parse(timerange)
    return (None, None) if parsed.is_empty else parsed.half_open()


@pytest.mark.parametrize("view", ALL, ids=lambda view: view.name)
def test_columns_have_the_types_that_are_documented(view: View, engine: Engine) -> None:
    described = rows_of(engine, f"DESCRIBE {view.name}")

    assert [(row[0], row[1]) for row in described] == [(it.name, it.type) for it in view.columns]
    assert all(it.meaning.endswith(".") for it in view.columns)


def test_sources_are_those_of_the_api(station: Station, engine_of_station: Engine) -> None:
    found = by("id", dicts_of(engine_of_station, "FROM sources"))
    listed = by("id", station.all("/sources"))

    assert found.keys() == listed.keys()
    for source_id, document in listed.items():
        row = found[source_id]
        agree(row, document, "format", "label", "description", "created", "updated", "created_by")
        assert json.loads(row["tags"] or "null") == document.get("tags")
        assert row["format"].endswith(f":{row['format_name']}")
        assert row["day"] == row["created"].date()
    assert found[CAMERA]["flow_count"] == 2
    assert found[CAMERA]["description"] == 'on the "roof"'


def test_flows_are_those_of_the_api(station: Station, engine_of_station: Engine) -> None:
    found = by("id", dicts_of(engine_of_station, "FROM flows"))
    listed = by("id", station.all("/flows", include_timerange=True))

    assert found.keys() == listed.keys() == {HD, PROXY, SOUND, MULTI}
    for flow_id, document in listed.items():
        row = found[flow_id]
        agree(
            row, document, "source_id", "format", "label", "description", "codec", "container",
            "avg_bit_rate", "max_bit_rate", "generation", "status", "profile_id", "created",
            "metadata_updated", "segments_updated", "created_by", "updated_by"
        )  # fmt: skip
        assert json.loads(row["tags"] or "null") == document.get("tags")
        assert (row["start_ns"], row["end_ns"]) == extent(document["timerange"])
        assert row["read_only"] == document.get("read_only", False)
        essence = document.get("essence_parameters", {})
        agree(row, essence, "frame_width", "frame_height", "sample_rate", "channels")
        assert row["frame_rate"] == (25.0 if "frame_rate" in essence else None)
        assert row["segment_count"] == len(station.all(f"/flows/{flow_id}/segments"))
        assert row["duration_ns"] == (row["end_ns"] - row["start_ns"] if row["end_ns"] else None)


def test_segments_are_those_of_the_api(station: Station, engine_of_station: Engine) -> None:
    rows = dicts_of(engine_of_station, "FROM segments")
    found = {(row["flow_id"], row["timerange"]): row for row in rows}
    listed = {(flow["id"], each["timerange"]): each for flow, each in station.segments()}

    assert len(rows) == len(found) == len(listed) == 12
    assert found.keys() == listed.keys()
    for key, document in listed.items():
        row = found[key]
        agree(
            row, document, "object_id", "ts_offset", "object_timerange", "last_duration", "sample_offset",
            "sample_count", "key_frame_count"
        )  # fmt: skip
        assert (row["start_ns"], row["end_ns"]) == extent(document["timerange"])
        assert row["duration_ns"] == 2 * NS
        assert row["media_day"] == datetime.fromtimestamp(row["start_ns"] // NS, UTC).date()
        assert json.loads(row["tags"] or "null") == document.get("tags")
        controlled = {each["storage_id"] for each in document["get_urls"] if each.get("controlled")}
        assert set(row["storage_ids"]) == controlled


def test_objects_and_instances_are_those_of_the_api(
    station: Station, engine_of_station: Engine
) -> None:
    found = by("id", dicts_of(engine_of_station, "FROM objects"))
    shown = station.objects()

    assert found.keys() == shown.keys()
    assert {"unused", ELSEWHERE} < found.keys()
    users = [each["object_id"] for _, each in station.segments()]
    for object_id, document in shown.items():
        row = found[object_id]
        assert row["size_bytes"] == station.uploads.get(object_id)
        assert row["timerange"] == document.get("timerange")
        assert row["reference_count"] == users.count(object_id)
        # The API gives several URLs to media that it controls, and one to other media.
        places = {each.get("storage_id") or each["url"] for each in document["get_urls"]}
        instances = dicts_of(engine_of_station, f"FROM instances WHERE object_id = '{object_id}'")
        assert {each["storage_id"] or each["url"] for each in instances} == places
        assert row["instance_count"] == len(instances)
        assert {each["controlled"] for each in instances} == {
            object_id not in {"unused", ELSEWHERE}
        }
        labels = {each["label"] for each in document["get_urls"] if not each.get("controlled")}
        assert {each["label"] for each in instances if not each["controlled"]} == labels


def test_collections_are_those_of_the_api(station: Station, engine_of_station: Engine) -> None:
    rows = dicts_of(engine_of_station, "FROM collections ORDER BY position")

    assert [(row["member_id"], row["role"]) for row in rows] == [
        (each["id"], each["role"])
        for each in station.api.get(f"/flows/{MULTI}").json()["flow_collection"]
    ]
    source = station.api.get(f"/sources/{rows[0]['source_id']}").json()
    members = {each["id"] for each in source["source_collection"]}
    assert {row["member_source_id"] for row in rows} == members
    assert {row["flow_id"] for row in rows} == {MULTI}


def test_events_are_those_of_the_api(station: Station, engine_of_station: Engine) -> None:
    rows = dicts_of(engine_of_station, "FROM events ORDER BY seq")
    listed = station.events()

    assert [(row["id"], row["event_type"]) for row in rows] == [
        (each["event_id"], each["event_type"]) for each in listed
    ]


def test_the_recycle_bin_is_that_of_the_api(station: Station, engine_of_station: Engine) -> None:
    found = by("id", dicts_of(engine_of_station, "FROM recycle_bin"))
    listed = by("id", station.all("/recycle-bin"))

    assert found.keys() == listed.keys()
    assert len(found) == 2
    for entry_id, document in listed.items():
        row = found[entry_id]
        agree(
            row, document, "kind", "label", "source_id", "segment_count", "deleted_at", "kept_until"
        )
        assert row["resource_id"] == document["flow_id"]


def test_deletions_are_those_of_the_api(station: Station, engine_of_station: Engine) -> None:
    found = by("id", dicts_of(engine_of_station, "FROM deletions"))
    listed = by("id", station.all("/flow-delete-requests"))

    assert found.keys() == listed.keys()


def test_what_is_deleted_is_in_the_other_views(station: Station, engine_of_station: Engine) -> None:
    for name, column in (("sources", "id"), ("flows", "id"), ("objects", "id")):
        rows = by(column, dicts_of(engine_of_station, f"FROM {name}_all"))
        shown = {row[column] for row in dicts_of(engine_of_station, f"FROM {name}")}
        assert {each for each, row in rows.items() if not row["deleted"]} == shown
    deleted = "SELECT id FROM flows_all WHERE deleted"
    assert rows_of(engine_of_station, deleted) == [(TAKE,)]
    hidden = "SELECT flow_id, count(*) FROM segments_all WHERE deleted GROUP BY ALL ORDER BY ALL"
    assert rows_of(engine_of_station, hidden) == [(PROXY, 1), (TAKE, 2)]
    assert rows_of(engine_of_station, "SELECT count(*) FROM segments_all") == [(15,)]
    objects = "SELECT count(*) FROM objects_all WHERE deleted"
    assert rows_of(engine_of_station, objects) == [(3,)]
