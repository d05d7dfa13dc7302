"""The services of a deployment, as a caller of an open service has them."""

from tams.models.caller import EVERYONE
from tams.ports import Clock, Platform
from tams.runtime.clock import utc_now
from tams.runtime.deployment import Deployment
from tams.services.deletion.deletion import DeletionService
from tams.services.deletion.requests import DeletionRequestService
from tams.services.events.log import EventLog
from tams.services.flows.flows import FlowService
from tams.services.flows.properties import FlowPropertyService
from tams.services.flows.sources import SourceService
from tams.services.objects.cleanup import ObjectCleanupService
from tams.services.objects.copies import ObjectCopyService
from tams.services.objects.instances import InstanceService
from tams.services.segments.segments import FlowSegmentService
from tams.services.storage.media_storage import MediaStorageService
from tams.services.storage.uploads import UploadService
from tams.services.webhooks.delivery import WebhookDelivery
from tams.services.webhooks.relay import EventRelay
from tams.services.webhooks.webhooks import WebhookService
from tams.settings import Settings


class Services:
    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.store = platform.store(EVERYONE)
        self.flows = FlowService.of(platform, EVERYONE)
        self.flow_properties = FlowPropertyService.of(platform, EVERYONE)
        self.flow_segments = FlowSegmentService.of(platform, EVERYONE)
        self.sources = SourceService.of(platform, EVERYONE)
        self.media_storage = MediaStorageService.of(platform, EVERYONE)
        self.instances = InstanceService.of(platform, EVERYONE)
        self.uploads = UploadService.of(platform)
        self.object_copies = ObjectCopyService.of(platform)
        self.object_cleanup = ObjectCleanupService.of(platform)
        self.deletion = DeletionService.of(platform, EVERYONE)
        self.deletion_requests = DeletionRequestService.of(platform, EVERYONE)
        self.webhooks = WebhookService.of(platform, EVERYONE)
        self.event_relay = EventRelay.of(platform)
        self.event_log = EventLog.of(platform, EVERYONE)
        self.webhook_delivery = WebhookDelivery.of(platform)


def services_of(settings: Settings, clock: Clock = utc_now) -> Services:
    return Services(Deployment(settings, clock))
