"""What routes ask for: the services of this process's Container, ids from the path, bodies."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request

from tams.api import query
from tams.api.body import json_body, json_list_body, optional_json_body
from tams.api.callers import caller
from tams.api.head import IS_HEAD
from tams.container import Container
from tams.models.caller import Caller, Permission
from tams.models.storage_backend import StorageBackend
from tams.services.deletion import DeletionService
from tams.services.deletion_requests import DeletionRequestService
from tams.services.event_log import EventLog
from tams.services.flow_properties import FlowPropertyService
from tams.services.flow_segments import FlowSegmentService
from tams.services.flows import FlowService
from tams.services.health import HealthService
from tams.services.instances import InstanceService
from tams.services.media_storage import MediaStorageService
from tams.services.objects import ObjectService
from tams.services.permissions import readable_backends
from tams.services.profiles import ProfileService
from tams.services.service import ServiceService
from tams.services.source_properties import SourcePropertyService
from tams.services.sources import SourceService
from tams.services.webhooks import WebhookService

Acting = (
    ServiceService
    | ProfileService
    | WebhookService
    | SourceService
    | FlowService
    | FlowPropertyService
    | SourcePropertyService
    | FlowSegmentService
    | DeletionService
    | DeletionRequestService
    | MediaStorageService
    | ObjectService
    | InstanceService
    | EventLog
)
S = TypeVar("S", bound=Acting)


def container(request: Request) -> Container:
    built: Container = request.app.state.container
    return built


def acting_for(caller: Caller, service: S) -> S:
    """The service as this caller has it, with what it may reach and under its name."""
    return replace(service, store=service.store.acting_for(caller))


_Container = Annotated[Container, Depends(container)]
_Caller = Annotated[Caller, Depends(caller)]


def _service(container: _Container, caller: _Caller) -> ServiceService:
    return acting_for(caller, container.service)


def _health(container: _Container) -> HealthService:
    return container.health


def _profiles(container: _Container, caller: _Caller) -> ProfileService:
    return acting_for(caller, container.profiles)


def _webhooks(container: _Container, caller: _Caller) -> WebhookService:
    return acting_for(caller, container.webhooks)


def _sources(container: _Container, caller: _Caller) -> SourceService:
    return acting_for(caller, container.sources)


def _flows(container: _Container, caller: _Caller) -> FlowService:
    return acting_for(caller, container.flows)


def flow_properties(container: _Container, caller: _Caller) -> FlowPropertyService:
    return acting_for(caller, container.flow_properties)


def source_properties(container: _Container, caller: _Caller) -> SourcePropertyService:
    return acting_for(caller, container.source_properties)


def _flow_segments(container: _Container, caller: _Caller) -> FlowSegmentService:
    return acting_for(caller, container.flow_segments)


def _deletion(container: _Container, caller: _Caller) -> DeletionService:
    return acting_for(caller, container.deletion)


def _deletion_requests(container: _Container, caller: _Caller) -> DeletionRequestService:
    return acting_for(caller, container.deletion_requests)


def _media_storage(container: _Container, caller: _Caller) -> MediaStorageService:
    return acting_for(caller, container.media_storage)


def _objects(container: _Container, caller: _Caller) -> ObjectService:
    return acting_for(caller, container.objects)


def _instances(container: _Container, caller: _Caller) -> InstanceService:
    return acting_for(caller, container.instances)


def _events(container: _Container, caller: _Caller) -> EventLog:
    return acting_for(caller, container.event_log)


def _backends(container: _Container, caller: _Caller) -> Mapping[str, StorageBackend]:
    return readable_backends(caller.classes_for(Permission.READ), container.backends)


def _is_head(request: Request) -> bool:
    return IS_HEAD in request.scope


Built = _Container
Backends = Annotated[Mapping[str, StorageBackend], Depends(_backends)]
"""Those whose URLs the caller may have, by id."""
Service = Annotated[ServiceService, Depends(_service)]
Health = Annotated[HealthService, Depends(_health)]
Profiles = Annotated[ProfileService, Depends(_profiles)]
Webhooks = Annotated[WebhookService, Depends(_webhooks)]
Sources = Annotated[SourceService, Depends(_sources)]
Flows = Annotated[FlowService, Depends(_flows)]
FlowProperties = Annotated[FlowPropertyService, Depends(flow_properties)]
FlowSegments = Annotated[FlowSegmentService, Depends(_flow_segments)]
Deletion = Annotated[DeletionService, Depends(_deletion)]
DeletionRequests = Annotated[DeletionRequestService, Depends(_deletion_requests)]
MediaStorage = Annotated[MediaStorageService, Depends(_media_storage)]
Objects = Annotated[ObjectService, Depends(_objects)]

Events = Annotated[EventLog, Depends(_events)]
Instances = Annotated[InstanceService, Depends(_instances)]

FlowId = Annotated[str, Depends(query.flow_id)]
ProfileId = Annotated[str, Depends(query.profile_id)]
SourceId = Annotated[str, Depends(query.source_id)]
WebhookId = Annotated[str, Depends(query.webhook_id)]
JsonBody = Annotated[Any, Depends(json_body)]
JsonListBody = Annotated[Any, Depends(json_list_body)]
OptionalJsonBody = Annotated[Any, Depends(optional_json_body)]
IsHead = Annotated[bool, Depends(_is_head)]
