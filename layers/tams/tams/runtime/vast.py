"""Where VAST is, and which part of it is ours, from the settings."""

from typing import Protocol

from tams.repositories.session import VastConnection
from tams.runtime.ca_file import ca_file_finder
from tams.runtime.key_finder import key_finder
from tams.settings.places import VastSettings


class VastPlace(Protocol):
    """The part of the settings that describes VAST."""

    @property
    def vast(self) -> VastSettings: ...
    @property
    def secrets_max_age_seconds(self) -> float: ...


def vast_connection(settings: VastPlace) -> VastConnection:
    vast = settings.vast
    find_keys = key_finder(vast, settings.secrets_max_age_seconds)
    assert find_keys is not None, "VastSettings"
    return VastConnection(
        endpoints=vast.all_endpoints,
        find_keys=find_keys,
        find_ca_file=ca_file_finder(vast),
        bucket=vast.bucket,
        schema=vast.schema_,
        timeout_seconds=vast.timeout_seconds,
        sorted_tables=vast.sorted_tables,
    )
