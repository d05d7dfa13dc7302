"""`provision` on a schema that already exists."""

from pathlib import Path

from tams.repositories.all_tables import ALL
from tams.repositories.provision import provision
from tams.runtime.vast import vast_connection
from tests.integration.local_vast import a_local_vast, settings_for
from tests.sdk import sdk_session


def test_a_projection_that_is_missing_is_made_and_nothing_else(tmp_path: Path) -> None:
    with a_local_vast(tmp_path) as url:
        connection = vast_connection(settings_for(url))
        provision(connection)
        wanted = [f"projection {each.name}" for table in ALL for each in table.projections]
        with sdk_session(connection).transaction() as transaction:
            schema = transaction.bucket(connection.bucket).schema(connection.schema)
            for table in ALL:
                for each in table.projections:
                    schema.table(table.name).projection(each.name).drop()

        assert provision(connection) == wanted
        assert provision(connection) == []
