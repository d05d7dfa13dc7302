"""All migrations, in order. A release adds one at the end, and never changes a released one."""

from tams.repositories.migrations import (
    m0001_tables,
    m0002_since_0_1_0,
    m0003_unrelated_flows,
    m0004_extensions,
    m0005_recycle_bin,
    m0006_retention,
    m0007_segment_tags,
    m0008_unrelated_sources,
    m0009_covering_projections,
    m0010_background_work,
    m0011_deletions,
    m0012_listings,
    m0013_covered_by_deletions,
    m0014_coverage,
)

MIGRATIONS = (
    m0001_tables.MIGRATION,
    m0002_since_0_1_0.MIGRATION,
    m0003_unrelated_flows.MIGRATION,
    m0004_extensions.MIGRATION,
    m0005_recycle_bin.MIGRATION,
    m0006_retention.MIGRATION,
    m0007_segment_tags.MIGRATION,
    m0008_unrelated_sources.MIGRATION,
    m0009_covering_projections.MIGRATION,
    m0010_background_work.MIGRATION,
    m0011_deletions.MIGRATION,
    m0012_listings.MIGRATION,
    m0013_covered_by_deletions.MIGRATION,
    m0014_coverage.MIGRATION,
)
