"""The bin as clients read it."""

from typing import Any

import httpx

from tests.maker import all_pages


def entries(api: httpx.Client, **query: Any) -> list[dict[str, Any]]:
    return [each for page in all_pages(api, "/recycle-bin", **query) for each in page]
