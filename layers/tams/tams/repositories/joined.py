"""A Store inside a transaction that is already open, for services that share one."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from tams.models.caller import Caller
from tams.ports import Repositories

T = TypeVar("T")
Item = TypeVar("Item")


class JoinedStore:
    """`tams.ports.Store`: everything its services read or write is part of the open transaction.

    An error in one of them must end the transaction, or part of its work would be stored.
    """

    def __init__(self, repositories: Repositories) -> None:
        self._repositories = repositories

    @property
    def caller(self) -> Caller:
        return self._repositories.caller

    def read(self, work: Callable[[Repositories], T]) -> T:
        return work(self._repositories)

    def write(self, work: Callable[[Repositories], T], *_contended: str) -> T:
        """`contended` was named when the transaction was opened."""
        return work(self._repositories)

    def write_each(
        self,
        work: Callable[[Repositories, Sequence[Item]], Sequence[T]],
        item: Item,
        _contended: str,
        _kind: object,
    ) -> T:
        """Nothing waits with it: the transaction has one owner."""
        (result,) = work(self._repositories, [item])
        return result
