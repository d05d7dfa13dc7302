"""Clients at work, each in a thread, while something else happens to the service."""

import threading
from collections.abc import Callable, Sequence
from typing import Protocol


class Client(Protocol):
    def act(self) -> None:
        """Something that clients do."""


def all_at_work(clients: Sequence[Client], meanwhile: Callable[[], None]) -> None:
    """Returns when `meanwhile` has, and each client has ended what it was doing. Raises the first failure."""
    over, failures = threading.Event(), list[BaseException]()

    def work(client: Client) -> None:
        try:
            while not over.is_set():
                client.act()
        except BaseException as failure:  # noqa: BLE001 - raised below
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(each,)) for each in clients]
    for thread in threads:
        thread.start()
    try:
        meanwhile()
    finally:
        over.set()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]
