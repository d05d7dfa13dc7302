"""Sorted pages from a store that cannot sort (ADR 28)."""

from tams.repositories.listing.by_id import (
    NAMED_MAX,
    ids_of_classes,
    ids_there,
    in_parts,
    named,
    rows_by_id,
)
from tams.repositories.listing.order import Key, Order
from tams.repositories.listing.page import keys_of_page, page_of, sorted_page

__all__ = [
    "NAMED_MAX",
    "Key",
    "Order",
    "ids_of_classes",
    "ids_there",
    "in_parts",
    "keys_of_page",
    "named",
    "page_of",
    "rows_by_id",
    "sorted_page",
]
