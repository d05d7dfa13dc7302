"""The built object graph: what a function's routes and workers are given."""

from dataclasses import dataclass

from tams.models.address import AddressRules
from tams.models.storage_backend import StorageBackend
from tams.ports import ObjectStores
from tams.services.deletion import DeletionService
from tams.services.deletion_requests import DeletionRequestService
from tams.services.event_log import EventLog
from tams.services.event_relay import EventRelay
from tams.services.flow_properties import FlowPropertyService
from tams.services.flow_segments import FlowSegmentService
from tams.services.flows import FlowService
from tams.services.health import HealthService
from tams.services.instances import InstanceService
from tams.services.media_storage import MediaStorageService
from tams.services.object_cleanup import ObjectCleanupService
from tams.services.object_copies import ObjectCopyService
from tams.services.objects import ObjectService
from tams.services.profiles import ProfileService
from tams.services.service import ServiceService
from tams.services.source_properties import SourcePropertyService
from tams.services.sources import SourceService
from tams.services.uploads import UploadService
from tams.services.webhook_delivery import WebhookDelivery
from tams.services.webhooks import WebhookService


@dataclass(frozen=True, slots=True)
class Container:
    """One a process, made at the first event."""

    service: ServiceService
    health: HealthService
    profiles: ProfileService
    webhooks: WebhookService
    sources: SourceService
    flows: FlowService
    flow_properties: FlowPropertyService
    source_properties: SourcePropertyService
    flow_segments: FlowSegmentService
    deletion: DeletionService
    deletion_requests: DeletionRequestService
    media_storage: MediaStorageService
    objects: ObjectService
    instances: InstanceService
    object_cleanup: ObjectCleanupService
    object_copies: ObjectCopyService
    uploads: UploadService
    event_log: EventLog
    event_relay: EventRelay
    webhook_delivery: WebhookDelivery
    object_stores: ObjectStores
    backends: dict[str, StorageBackend]
    address: AddressRules
    refuses_unknown_query: bool
