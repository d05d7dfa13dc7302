"""The service's own description."""

from typing import Annotated, Any, Self

from pydantic import StringConstraints, model_validator

from tams.models import patterns
from tams.models.base import Model
from tams.models.common import Text
from tams.timing import Timestamp
from tams.timing.timestamp import NS_PER_SECOND

MIN_OBJECT_TIMEOUT_FLOOR = Timestamp(300 * NS_PER_SECOND)
MIN_PRESIGNED_URL_TIMEOUT_FLOOR = Timestamp(30 * NS_PER_SECOND)


class EventStreamMechanism(Model):
    """A mechanism by which this service delivers events. Source: event-stream-common.json."""

    name: Text
    docs: Text | None = None
    config: dict[Text, Any] | None = None


class Service(Model):
    """The response to `GET /service`. Source: service.json and ADR 44 of the specification."""

    name: Text | None = None
    description: Text | None = None
    type: Annotated[Text, StringConstraints(pattern=patterns.SERVICE_TYPE)]
    api_version: Annotated[Text, StringConstraints(pattern=patterns.API_VERSION)]
    service_version: Text | None = None
    event_stream_mechanisms: tuple[EventStreamMechanism, ...] | None = None
    min_object_timeout: Timestamp
    min_presigned_url_timeout: Timestamp | None = None

    @model_validator(mode="after")
    def _check_timeouts(self) -> Self:
        presigned = self.min_presigned_url_timeout
        if self.min_object_timeout < MIN_OBJECT_TIMEOUT_FLOOR:
            raise ValueError(f"min_object_timeout must be at least {MIN_OBJECT_TIMEOUT_FLOOR}")
        if presigned is not None and presigned < MIN_PRESIGNED_URL_TIMEOUT_FLOOR:
            raise ValueError(
                f"min_presigned_url_timeout must be at least {MIN_PRESIGNED_URL_TIMEOUT_FLOOR}"
            )
        if presigned is not None and presigned > self.min_object_timeout:
            raise ValueError("min_presigned_url_timeout must not exceed min_object_timeout")
        return self

    @model_validator(mode="after")
    def _check_mechanisms(self) -> Self:
        names = [mechanism.name for mechanism in self.event_stream_mechanisms or ()]
        if len(set(names)) < len(names):
            raise ValueError("the names of event_stream_mechanisms must be unique")
        return self


class ServicePost(Model):
    """What a client may change. A property that is absent stays unchanged. Source: service-post.json."""

    name: Text | None = None
    description: Text | None = None
