"""Creates, migrates and repairs the tables: at deployment, never from a request. Safe to repeat."""

from tams.errors import BackendUnavailableError
from tams.repositories.database import Database
from tams.repositories.migrations.definitions import Definitions
from tams.repositories.migrations.first_rows import renew_page_secret as renew
from tams.repositories.migrations.numbered import MIGRATIONS
from tams.repositories.reconcile import mend
from tams.repositories.schema_version import (
    IMPORTING,
    KNOWN,
    SchemaVersion,
    fault_of,
    read_version,
)
from tams.repositories.service_tables import SCHEMA_VERSION
from tams.repositories.session import VastConnection
from tams.repositories.tables import FLOWS
from tams.repositories.transaction import VastTransaction

PATIENCE_SECONDS = 120.0
"""How long one transaction waits for others: longer than VAST takes to end one whose client died."""

UNNUMBERED = SchemaVersion(1, oldest_reader=1)
"""The version of tables made by a release that did not number them."""


def provision(connection: VastConnection, *, renew_page_secret: bool = False) -> list[str]:
    """Create, migrate and repair the tables. Returns one line for each change, none if everything was there.

    The bucket must exist: on a cluster its owner creates it. After any interruption, running it again
    continues from there, and several may run at once. Tables of a later version are left as they are.
    `renew_page_secret` invalidates the event log page keys that clients hold.
    Raises BackendUnavailableError, also for tables that this release cannot use.
    """
    database = Database(connection, patience_seconds=PATIENCE_SECONDS)
    done, found = database.write(lambda it: _opened(it, connection))
    if found.version > KNOWN:
        if fault := fault_of(found):
            raise BackendUnavailableError(fault)
        done.append(f"nothing: schema version {found.version} is newer than {KNOWN}, but usable")
    else:
        for migration in MIGRATIONS[found.version :]:
            done += migration.run(database, connection)
        done += mend(database, connection)
    if renew_page_secret:
        done += database.write(renew)
    return done


def version_of(transaction: VastTransaction, definitions: Definitions) -> SchemaVersion | None:
    """None when there are no tables."""
    if definitions.has(SCHEMA_VERSION) and (found := read_version(transaction)):
        return found
    return UNNUMBERED if definitions.has(FLOWS) else None


def _opened(
    transaction: VastTransaction, connection: VastConnection
) -> tuple[list[str], SchemaVersion]:
    """The current version, with a row to hold it.

    The row is inserted in the transaction that creates its table, so that two provisioners cannot both insert
    one.
    """
    definitions = Definitions(transaction, connection)
    done = definitions.create_schema()
    found = version_of(transaction, definitions) or SchemaVersion(0, oldest_reader=0)
    if found.version == IMPORTING:
        raise BackendUnavailableError(str(fault_of(found)))
    done += definitions.create(SCHEMA_VERSION)
    if transaction.count(SCHEMA_VERSION, None) == 0:
        row = {"version": found.version, "oldest_reader": found.oldest_reader, "revision": 0}
        transaction.insert(SCHEMA_VERSION, [row])
    return done, found
