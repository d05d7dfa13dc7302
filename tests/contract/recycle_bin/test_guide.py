"""The guide to deleting, with a recycle bin; the other guides are in test_api_guide.py."""

import httpx

from local.stack import Stack
from tests.contract.test_api_guide import follow


def test_every_request_of_the_guide_gets_the_answer_that_it_shows(binned: Stack) -> None:
    with httpx.Client(base_url=binned.api_url) as api:  # the specification declares no 409
        follow(api, "guides/deleting.md")
