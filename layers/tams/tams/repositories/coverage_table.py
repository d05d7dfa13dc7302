"""The table that sums up a Flow's Segments by buckets of time. The rules for columns are in `tables`."""

from tams.repositories.table import INT, TEXT, Table, columns

COVERAGE = Table(
    "coverage",
    columns(
        flow_id=TEXT,  # of the timeline, as in `segments`
        bucket=TEXT,  # its level and index, as `coverage_rows` writes them, in the order of time in a level
        segments=INT,  # that start in the bucket; those sums are of all of their length
        size_bytes=INT,
        unknown_sizes=INT,
        covered_time=TEXT,
        first_time=TEXT,
        last_time=TEXT,
    ),
    sorting_key=("flow_id", "bucket"),
)
