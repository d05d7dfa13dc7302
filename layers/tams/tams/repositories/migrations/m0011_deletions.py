"""Lets entries of the recycle bin say how many bytes they keep, and deletion requests delete whole Sources.

A null size means that nobody has measured the entry since its Segments last changed; the sweeper then does.
The previous release can use these tables: what it adds is measured later. Where it restores a part of an
entry, the entry keeps the size of the whole. A request for a Source has nothing to do in it, and ends.
"""

from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import AddColumns, AddProjections
from tams.repositories.recycle_bin_table import RECYCLE_BIN
from tams.repositories.service_tables import DELETION_REQUESTS

MIGRATION = Migration(
    11,
    "sizes in the recycle bin, and deletion requests for Sources",
    (
        AddColumns(RECYCLE_BIN, ("size_bytes", "unknown_sizes", "measuring")),
        AddProjections(RECYCLE_BIN),
        AddColumns(DELETION_REQUESTS, ("cascade",)),
    ),
)
