"""How a client wants something deleted: for good or not, with its dependants or not (an extension)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self
from uuid import uuid4

from tams.errors import ForbiddenError, InvalidRequestError
from tams.models.caller import Caller, Scope
from tams.models.recycle_bin import Deletion
from tams.settings import Settings
from tams.timing.microseconds import to_us


@dataclass(frozen=True, slots=True)
class DeletionOptions:
    """The parameters of a DELETE; None leaves the choice to the settings."""

    soft_delete: bool | None = None
    cascade: bool | None = None
    deleted_by: str | None = None


AS_SET = DeletionOptions()


@dataclass(frozen=True, slots=True)
class Disposal:
    """What happens to what is deleted. If `kept_for` is zero, it is destroyed."""

    kept_for: timedelta
    cascade: bool
    deleted_by: str | None

    @classmethod
    def of(cls, settings: Settings, caller: Caller, asked: DeletionOptions) -> Self:
        """Raises InvalidRequestError, ForbiddenError."""
        kept_for = timedelta(seconds=settings.recycle_bin.kept_seconds)
        if asked.soft_delete and not kept_for:
            raise InvalidRequestError(
                "soft_delete: this service has no recycle bin (TAMS_RECYCLE_BIN__KEPT_SECONDS is 0): "
                "use soft_delete=false, or leave it out"
            )
        if asked.soft_delete is False:
            _check_may_destroy(settings, caller)
            kept_for = timedelta()
        if asked.deleted_by is not None and caller.name is not None:
            raise InvalidRequestError(
                "deleted_by: is not allowed here, because the service knows who you are from your credentials"
            )
        cascade = settings.deletion.cascade if asked.cascade is None else asked.cascade
        return cls(kept_for, cascade, caller.name or asked.deleted_by)

    def deletion(self, now: datetime) -> Deletion | None:
        """The deletion that entries of the recycle bin record. None if nothing is kept."""
        return self.kept_until(now) if self.kept_for else None

    def kept_until(self, now: datetime) -> Deletion:
        """The same; entries that are not to be kept are purged next."""
        return Deletion(str(uuid4()), to_us(now), to_us(now + self.kept_for), self.deleted_by)


def check_unkept(
    settings: Settings,
    caller: Caller,
    asked: DeletionOptions,
    what: str,
    others_stay: str | None = None,
) -> None:
    """For a deletion that the recycle bin never keeps anything of. `what` names it in the plural.

    `others_stay` says why nothing else is deleted with it, where a caller could expect that. Raises
    InvalidRequestError, ForbiddenError.
    """
    if asked.cascade and others_stay is not None:
        raise InvalidRequestError(f"cascade: {others_stay}")
    if asked.soft_delete:
        raise InvalidRequestError(
            f"soft_delete: the recycle bin does not keep {what}: use soft_delete=false, or leave it out"
        )
    Disposal.of(settings, caller, asked)


def _check_may_destroy(settings: Settings, caller: Caller) -> None:
    """Raises ForbiddenError."""
    asked = settings.recycle_bin
    if asked.kept_seconds and asked.hard_delete == "admin" and not caller.has_any([Scope.ADMIN]):
        raise ForbiddenError(f"soft_delete=false requires the scope {Scope.ADMIN}")
