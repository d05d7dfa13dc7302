"""The table of coverage summaries. The rules for columns are in `tables`."""

from tams.repositories.table import INT, TEXT, Table, columns

COVERAGE = Table(
    "coverage",
    columns(
        flow_id=TEXT,  # of the timeline, as in `segments`
        bucket=TEXT,  # level and index as `coverage_rows` writes them; sorts by time within a level
        segments=INT,  # that start in the bucket; the sums include their whole length
        size_bytes=INT,
        unknown_sizes=INT,
        covered_time=TEXT,
        first_time=TEXT,
        last_time=TEXT,
    ),
    sorting_key=("flow_id", "bucket"),
)
