"""The ids in a webhook's filters: which ones a caller may know, and how the others are kept (AUT-15)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

from tams.errors import ForbiddenError, InvalidRequestError
from tams.models.caller import Permission
from tams.models.storage_backend import StorageBackend
from tams.models.webhook import Webhook, WebhookSettings
from tams.ports import Repositories
from tams.services.access.permissions import may_list_backend, readable_flows, readable_sources

FILTER_IDS_MAX = 1_000

_FLOWS = ("flow_ids", "flow_collected_by_ids")
_SOURCES = ("source_ids", "source_collected_by_ids")
_BACKENDS = ("accept_storage_ids",)

_Settings = TypeVar("_Settings", bound=WebhookSettings)


def check_filters(repositories: Repositories, given: WebhookSettings) -> None:
    """The caller must be able to read everything named. Raises ForbiddenError, InvalidRequestError."""
    for name in (*_FLOWS, *_SOURCES):
        if len(getattr(given, name) or ()) > FILTER_IDS_MAX:
            raise InvalidRequestError(f"{name}: at most {FILTER_IDS_MAX} ids")
    classes = repositories.caller.classes_for(Permission.READ)
    flows, sources = _ids([given], _FLOWS), _ids([given], _SOURCES)
    unknown = flows - readable_flows(repositories, classes, flows)
    unknown |= sources - readable_sources(repositories, classes, sources)
    if unknown:
        raise ForbiddenError(
            f"filters: you do not have permission to read {', '.join(sorted(unknown))}"
        )


@dataclass(frozen=True, slots=True)
class Known:
    """Those ids in some webhooks' filters that the caller may know of."""

    flows: Collection[str]
    sources: Collection[str]
    backends: Collection[str]

    def seen(self, webhook: Webhook) -> Webhook:
        """Hides the other ids. A list left empty stays a list, to be written back as one."""
        return _with(
            webhook,
            {
                name: [each for each in ids if each in known]
                for name, ids, known in self._lists(webhook)
            },
        )

    def with_unseen(self, put: _Settings, stored: Webhook) -> _Settings:
        """A caller writing a list back cannot mean to remove ids they do not know of, so these are kept."""
        return _with(
            put,
            {
                name: [*getattr(put, name), *(each for each in ids if each not in known)]
                for name, ids, known in self._lists(stored)
                if getattr(put, name) is not None
            },
        )

    def _lists(self, webhook: Webhook) -> list[tuple[str, Sequence[str], Collection[str]]]:
        groups = ((_FLOWS, self.flows), (_SOURCES, self.sources), (_BACKENDS, self.backends))
        return [
            (name, ids, known)
            for names, known in groups
            for name in names
            if (ids := getattr(webhook, name))
        ]


def known_ids(
    repositories: Repositories,
    backends: Mapping[str, StorageBackend],
    webhooks: Sequence[Webhook],
) -> Known | None:
    """None when the caller is not limited to classes, and so knows all."""
    caller = repositories.caller
    if caller.classes is None:
        return None
    classes = caller.classes_for(Permission.READ)
    return Known(
        readable_flows(repositories, classes, _ids(webhooks, _FLOWS)),
        readable_sources(repositories, classes, _ids(webhooks, _SOURCES)),
        {each.id for each in backends.values() if may_list_backend(caller, each)},
    )


def _ids(webhooks: Sequence[WebhookSettings], names: Sequence[str]) -> set[str]:
    return set(chain.from_iterable(getattr(it, name) or () for it in webhooks for name in names))


def _with(settings: _Settings, lists: Mapping[str, Sequence[str]]) -> _Settings:
    update: dict[str, Any] = {name: tuple(dict.fromkeys(ids)) for name, ids in lists.items()}
    return settings.model_copy(update=update) if update else settings
