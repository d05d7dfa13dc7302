"""Create and evolve the tables: run at deployment, never from a request. Safe to run again at any time."""

import base64
import logging
import os
from functools import partial
from typing import Any

import pyarrow as pa
from vastdb import errors

from tams.repositories.database import ROW_ID, Database, VastTransaction
from tams.repositories.session import PooledSession, VastConnection
from tams.repositories.table import Table
from tams.repositories.tables import ALL, GUARD_SLOTS, GUARDS, RELAY, SERVICE

_log = logging.getLogger(__name__)


def provision(connection: VastConnection, *, renew_page_secret: bool = False) -> list[str]:
    """What was created or added, one line each; nothing when all was there.

    The bucket must exist: on a cluster its owner makes it. All DDL is one transaction, so a failure leaves
    no half of it. `renew_page_secret` makes void the page keys of the log of events that clients have.
    """
    session = PooledSession(connection)
    done: list[str] = []
    with session.sdk.transaction() as transaction:
        bucket = transaction.bucket(connection.bucket)
        schema = bucket.schema(connection.schema, fail_if_missing=False)
        if schema is None:
            schema = bucket.create_schema(connection.schema)
            done.append(f"schema {connection.schema}")
        for table in ALL:
            existing = schema.table(table.name, fail_if_missing=False)
            if existing is None:
                done += _create(schema, table, connection)
            else:
                done += _add_columns(existing, table)
    seed = partial(_seed, renew_page_secret=renew_page_secret)
    return done + Database(connection).write(seed)


def _create(schema: Any, table: Table, connection: VastConnection) -> list[str]:
    sorting_key = list(table.sorting_key) if connection.sorted_tables else []
    created = schema.create_table(table.name, table.columns, sorting_key=sorting_key)
    done = [f"table {table.name}"]
    for projection in table.projections:
        try:
            created.create_projection(
                projection.name, list(projection.sorted_columns), list(projection.unsorted_columns)
            )
            done.append(f"projection {projection.name}")
        except (errors.BadRequest, errors.NotSupported) as error:
            # Without it reads are slower, not wrong.
            _log.warning("VAST refused projection %s: %s", projection.name, error)
    return done


def _add_columns(existing: Any, table: Table) -> list[str]:
    known = set(existing.arrow_schema.names)
    missing = [field for field in table.columns if field.name not in known]
    if missing:
        existing.add_column(pa.schema(missing))
    return [f"column {table.name}.{field.name}" for field in missing]


def _seed(transaction: VastTransaction, *, renew_page_secret: bool) -> list[str]:
    """The rows that must exist before the first request: the guards, the service's and the relay's own."""
    done = []
    if (count := transaction.count(GUARDS, None)) < GUARD_SLOTS:  # earlier releases had fewer
        guards = [{"slot": slot, "revision": 0} for slot in range(count, GUARD_SLOTS)]
        transaction.insert(GUARDS, guards)
        done.append(f"{len(guards)} guards")
    if transaction.count(SERVICE, None) == 0:
        transaction.insert(SERVICE, [{"revision": 0}])
        done.append("service row")
    relay = transaction.select(RELAY, True, ["page_secret"], with_row_id=True)
    secret = {"page_secret": base64.urlsafe_b64encode(os.urandom(32)).decode()}
    if not relay:
        transaction.insert(RELAY, [{"last_seq": 0, "since_us": 0, "revision": 0, **secret}])
        done.append("relay row")
    elif renew_page_secret or relay[0]["page_secret"] is None:
        transaction.update(RELAY, [{ROW_ID: relay[0][ROW_ID], **secret}])
        done.append("secret of page keys")
    return done
