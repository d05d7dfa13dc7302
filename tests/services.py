"""The services of a deployment, as a caller of an open service has them."""

from tams.models.caller import EVERYONE
from tams.ports import Clock, Platform
from tams.runtime.clock import utc_now
from tams.runtime.deployment import Deployment
from tams.services.deletion import DeletionService
from tams.services.deletion_requests import DeletionRequestService
from tams.services.event_log import EventLog
from tams.services.event_relay import EventRelay
from tams.services.flow_properties import FlowPropertyService
from tams.services.flow_segments import FlowSegmentService
from tams.services.flows import FlowService
from tams.services.instances import InstanceService
from tams.services.media_storage import MediaStorageService
from tams.services.object_cleanup import ObjectCleanupService
from tams.services.object_copies import ObjectCopyService
from tams.services.sources import SourceService
from tams.services.uploads import UploadService
from tams.services.webhook_delivery import WebhookDelivery
from tams.services.webhooks import WebhookService
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
