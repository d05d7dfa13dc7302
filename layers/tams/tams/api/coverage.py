"""The query parameters of both coverage routes."""

from typing import Annotated

from fastapi import Depends, Query

from tams.api.query import query_timerange
from tams.models.coverage import CoverageQuery


async def _coverage_query(
    timerange: Annotated[
        str | None, Query(description="The stretch of time to look at; all of it if absent.")
    ] = None,
    resolution: Annotated[
        str | None,
        Query(
            description="The width of a bucket, as seconds:nanoseconds or seconds. The service takes the "
            "nearest width that it keeps, and a wider one if there would be more than 1,000 buckets. If "
            "absent, there are up to about 500.",
            examples=["64:0"],
        ),
    ] = None,
) -> CoverageQuery:
    return CoverageQuery.parse(query_timerange(timerange), resolution)


AskedCoverage = Annotated[CoverageQuery, Depends(_coverage_query)]
"""Raises InvalidRequestError."""
