"""The services of a deployment, as a caller of an open service gets them."""

import pytest

from local.stack import Stack
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


def services_on(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Services:
    """What the stack's functions are built from, in this process, on what the stack has stored."""
    lend_environment(stack, monkeypatch)
    return services_of(Settings())


def lend_environment(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give this process the variables of the stack's functions, and its key for the queues."""
    keys = stack.sqs_credentials
    variables = {
        **stack.settings_env(),
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
