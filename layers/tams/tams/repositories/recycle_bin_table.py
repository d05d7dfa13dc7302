"""The table of the recycle bin. An entry is a row as it was, with what is known about its deletion.

It has the columns of `flows` and `sources`, so that their rows go in and come out as they are, and filters of
lists work on entries too. `id` is the id of the Flow or Source.
"""

from tams.repositories.table import INT, TEXT, Projection, Table, columns
from tams.repositories.tables import FLOWS, SOURCES

_OWN = columns(
    entry_id=TEXT,
    deletion_id=TEXT,  # the same for all that was deleted together
    kind=TEXT,  # flow | source | segments: Segments of a Flow, whose row describes them
    relations=TEXT,  # the collections that a Flow had and was in, as JSON
    deleted_us=INT,
    until_us=INT,  # when it is purged
    deleted_by=TEXT,
    size_bytes=INT,  # of the Objects that its Segments use; null until that is measured
    unknown_sizes=INT,  # how many of these Objects have no size
    measuring=TEXT,  # how far the measuring of a long entry has come, as JSON
    event_id=TEXT,  # the operation that wrote the row, to settle a lost commit
)

RECYCLE_BIN = Table(
    "recycle_bin",
    tuple(dict((*_OWN, *FLOWS.columns, *SOURCES.columns)).items()),
    sorting_key=("id",),
    # They find entries. A row has a whole Flow or Source in it, so it is read by its key `id` after that.
    projections=(
        Projection("recycle_bin_by_entry", ("entry_id",), ("id",)),
        Projection("recycle_bin_by_end", ("until_us",), ("entry_id", "id", "segment_count")),
        Projection("recycle_bin_by_deletion", ("deletion_id",), ("entry_id", "id", "kind")),
        Projection("recycle_bin_by_source", ("source_id",), ("entry_id", "id", "kind")),
        Projection("recycle_bin_by_size", ("size_bytes",), ("segment_count", "entry_id", "id")),
        Projection("recycle_bin_by_profile", ("profile_id",), ("entry_id", "kind")),
        Projection(
            "recycle_bin_by_deleted_2",
            ("deleted_us", "entry_id"),
            ("id", "kind", "source_id", "deletion_id", "until_us", "deleted_by", "tags"),
        ),
    ),
)
