"""The selects that look at more rows the larger the store is, and why we let them. There are no others."""

from dataclasses import dataclass

from vastlocal.control import SelectCost

LISTING = "a page reads hundreds of rows near it (ADR 28), and few columns of all for a rare filter"
WHOLE = "a page is put in order from one or two columns of all that is listed"
FILTERS = "lists with such filters look at the other table first"
WEBHOOKS = "a row for each webhook: tens. Any of them may want the next event"


@dataclass(frozen=True)
class Known:
    table: str
    sent: frozenset[str]
    reason: str
    compared: frozenset[str] | None = None
    """The columns that are compared. None for any, as listings have many filters."""
    rows_max: int | None = None
    """Growth ends here, and may not show."""

    def covers(self, cost: SelectCost) -> bool:
        compared = {each.partition(" ")[0] for each in cost.compared}
        return (
            (self.table, self.sent) == (cost.table, frozenset(cost.sent))
            and self.compared in (None, compared)
            and (self.rows_max is None or cost.rows_max <= self.rows_max)
        )


def _known(
    table: str,
    sent: str,
    reason: str,
    *,
    compared: frozenset[str] | None = None,
    rows_max: int | None = None,
) -> Known:
    return Known(table, frozenset(sent.split()), reason, compared, rows_max)


KNOWN = (
    _known("flows", "created_us id", LISTING),
    _known("sources", "created_us id", LISTING),
    _known("deletion_requests", "created_us id", LISTING),
    _known("profiles", "id", WHOLE),
    _known("webhooks", "id url", WHOLE),
    _known("recycle_bin", "deleted_us entry_id id", LISTING),
    _known("recycle_bin", "created_us entry_id id tags", WHOLE),
    _known(
        "recycle_bin",
        "segment_count size_bytes unknown_sizes deleted_us",
        "sums over all entries that the filters choose, of four numbers each",
    ),
    _known("flows", "id retention_us", "the page of what retention looks at next, in that order"),
    _known("collections", "parent_id", FILTERS),
    _known("collections", "parent_source_id child_source_id", FILTERS, compared=frozenset()),
    _known("webhooks", "document", WEBHOOKS),
    _known("webhooks", "id", WEBHOOKS, compared=frozenset({"status"})),
    _known(
        "delivery_states",
        "webhook_id cursor_seq attempts failing_since_us next_us holder revision",
        WEBHOOKS,
    ),
    _known("milestones", "seq", "a row for every 512 events that are kept"),
    _known(
        "events",
        "created_us id event_type flow_id source_id collected_by auth_classes seq",
        "reading from a time on starts at the milestone before it, up to 512 events earlier",
        rows_max=1_024,
    ),
)
