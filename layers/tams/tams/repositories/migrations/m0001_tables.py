"""Creates missing tables. A store without a version has at least those of release 0.1.0."""

from tams.repositories.all_tables import ALL
from tams.repositories.migrations.first_rows import FirstRows
from tams.repositories.migrations.migration import Migration
from tams.repositories.migrations.steps import AddTables

MIGRATION = Migration(
    1, "the tables and their first rows", (AddTables(ALL), FirstRows()), additive=False
)
