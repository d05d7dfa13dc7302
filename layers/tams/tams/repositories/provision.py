"""Create and evolve the tables: run at deployment, never from a request. Safe to run again at any time."""

import base64
import logging
import os
from collections.abc import Iterable
from functools import partial
from typing import Any

from vastdb import errors

from tams.repositories.database import ROW_ID, Database, Row, VastTransaction
from tams.repositories.event_tables import EVENTS, FORGOTTEN_US, MILESTONES, RELAY
from tams.repositories.sdk import arrow_schema, sdk_session
from tams.repositories.session import VastConnection
from tams.repositories.table import Projection, Table
from tams.repositories.tables import (
    ALL,
    GUARD_SLOTS,
    GUARDS,
    SERVICE,
)
from tams.vast.where import col

_log = logging.getLogger(__name__)


def provision(connection: VastConnection, *, renew_page_secret: bool = False) -> list[str]:
    """What was created or added, one line each; nothing when all was there.

    The bucket must exist: on a cluster its owner makes it. All DDL is one transaction, so a failure leaves
    no half of it. `renew_page_secret` makes void the page keys of the log of events that clients have.
    """
    done: list[str] = []
    with sdk_session(connection).transaction() as transaction:
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
                done += _renew_projections(existing, table)
    seed = partial(_seed, renew_page_secret=renew_page_secret)
    return done + Database(connection).write(seed)


def _create(schema: Any, table: Table, connection: VastConnection) -> list[str]:
    sorting_key = list(table.sorting_key) if connection.sorted_tables else []
    created = schema.create_table(table.name, arrow_schema(table.columns), sorting_key=sorting_key)
    return [f"table {table.name}", *_project(created, table.projections)]


def _project(table: Any, projections: Iterable[Projection]) -> list[str]:
    done = []
    for projection in projections:
        try:
            table.create_projection(
                projection.name, list(projection.sorted_columns), list(projection.unsorted_columns)
            )
            done.append(f"projection {projection.name}")
        except (errors.BadRequest, errors.NotSupported) as error:
            # Without it reads are slower, not wrong.
            _log.warning("VAST refused projection %s: %s", projection.name, error)
    return done


def _renew_projections(existing: Any, table: Table) -> list[str]:
    """Adds the projections that this release needs, and drops the ones it no longer uses."""
    there = {projection.name: projection for projection in existing.projections()}
    done = _project(existing, (each for each in table.projections if each.name not in there))
    for name in table.retired_projections:
        if name in there:
            there[name].drop()
            done.append(f"without projection {name}")
    return done


def _add_columns(existing: Any, table: Table) -> list[str]:
    known = set(existing.arrow_schema.names)
    missing = tuple(column for column in table.columns if column[0] not in known)
    if missing:
        existing.add_column(arrow_schema(missing))
    return [f"column {table.name}.{name}" for name, _ in missing]


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
    relay = transaction.select(
        RELAY, None, ["last_seq", "newest_us", "page_secret"], with_row_id=True
    )
    secret = {"page_secret": base64.urlsafe_b64encode(os.urandom(32)).decode()}
    if not relay:
        transaction.insert(RELAY, [{"last_seq": 0, "newest_us": 0, "revision": 0, **secret}])
        done.append("relay row")
    elif renew_page_secret or relay[0]["page_secret"] is None:
        transaction.update(RELAY, [{ROW_ID: relay[0][ROW_ID], **secret}])
        done.append("secret of page keys")
    if relay and relay[0]["newest_us"] is None:
        _note_newest(transaction, relay[0])
        done.append("milestones of the log of events")
    return done


def _note_newest(transaction: VastTransaction, relay: Row) -> None:
    """Earlier releases did not note how late the events are stamped that have a place."""
    placed = transaction.select(EVENTS, col["seq"] > 0, ["seq", "created_us"])
    newest_us = max((row["created_us"] for row in placed), default=0)
    first_seq = min((row["seq"] for row in placed), default=relay["last_seq"] + 1)
    milestones = [{"seq": first_seq - 1, "newest_us": FORGOTTEN_US}]
    milestones.append({"seq": relay["last_seq"], "newest_us": newest_us})
    transaction.insert(MILESTONES, milestones)
    transaction.update(RELAY, [{ROW_ID: relay[ROW_ID], "newest_us": newest_us}])
