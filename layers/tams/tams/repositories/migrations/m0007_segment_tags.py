"""Lets Segments have tags.

Null means that a Segment has none. The previous release can use these tables: it does not show tags, and the
Segments that it registers have none.
"""

from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import AddColumns
from tams.repositories.tables import SEGMENTS

MIGRATION = Migration(7, "tags of Segments", (AddColumns(SEGMENTS, ("tags",)),))
