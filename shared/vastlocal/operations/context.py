"""The context of an operation, and the names in its path."""

from dataclasses import dataclass, field

from vastlocal.engine.catalog import SchemaKey, TableKey
from vastlocal.engine.database import Database
from vastlocal.engine.definitions import TableDefinition
from vastlocal.engine.transaction import Transaction
from vastlocal.errors import BadRequestError, NotImplementedByServerError
from vastlocal.http.messages import Request
from vastlocal.operations.buckets import bucket_of
from vastlocal.operations.select_log import SelectLog


@dataclass
class Call:
    """One request on its way through an operation, inside its transaction."""

    request: Request
    database: Database
    transaction: Transaction
    buckets: frozenset[str]
    in_thread: bool
    """False on the event loop, where long work raises TooLongError instead."""
    shuffle: bool = False
    """A fault: send rows in random order."""
    selects: SelectLog = field(default_factory=SelectLog)
    rows_read: int = 0

    def bucket(self) -> str:
        """Raises NotFoundError."""
        return bucket_of(self.request, self.buckets)

    def schema_key(self) -> SchemaKey:
        """Bucket and schema path, which is empty for the bucket itself."""
        return self.bucket(), "/".join(self.request.segments[1:])

    def table_key(self) -> TableKey:
        """Raises BadRequestError when the path is too short for a table."""
        bucket, segments = self.bucket(), self.request.segments
        if len(segments) < 3:
            raise BadRequestError("the path must name bucket, schema and table")
        if "sub-table" in self.request.parameters:
            raise NotImplementedByServerError("imports tables are not emulated")
        return bucket, "/".join(segments[1:-1]), segments[-1]

    def table(self) -> TableDefinition:
        """Raises NotFoundError."""
        return self.transaction.catalog.table(self.table_key())

    def parameter(self, name: str) -> str:
        """A parameter of the query string. Raises BadRequestError when absent or empty."""
        if not (value := self.request.parameters.get(name, "")):
            raise BadRequestError(f"parameter {name} is missing")
        return value
