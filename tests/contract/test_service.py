"""SVC and BKE: what the service says of itself and of its storage backends."""

import httpx

from tests.contract.conftest import Backends


def test_SVC_3_the_api_version_has_two_numbers(api: httpx.Client) -> None:
    assert api.get("/service").json()["api_version"] == "8.2"


def test_BKE_3_at_most_one_backend_is_the_default(api: httpx.Client, backends: Backends) -> None:
    listed = api.get("/service/storage-backends").json()

    assert [each["id"] for each in listed if each.get("default_storage")] == [backends.local]
