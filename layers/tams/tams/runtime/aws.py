"""Settings in, Container out: with `runtime/storage.py` the place that names adapters."""

from datetime import timedelta
from functools import cache, partial

from tams import __version__
from tams.container import Container
from tams.messaging.queues import SqsQueue
from tams.messaging.url_signer import LambdaUrlSigner
from tams.messaging.webhook_sender import WebhookSender
from tams.models.address import AddressRules
from tams.models.service import EventStreamMechanism, Service
from tams.ports import Clock
from tams.repositories.database import Database
from tams.repositories.session import VastConnection
from tams.repositories.store import VastStore
from tams.runtime.secret_keys import key_finder
from tams.runtime.settings import (
    GRACE_SECONDS,
    Settings,
    WebhookSettings,
)
from tams.runtime.storage import USER_AGENT, object_stores_from, targets_from, utc_now
from tams.services.believed_time import BelievedTime
from tams.services.deletion import DeletionService
from tams.services.deletion_requests import DeletionRequestService
from tams.services.event_documents import EventDocuments
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
from tams.services.retry_policy import RetryPolicy
from tams.services.service import API_VERSION, ServiceService
from tams.services.source_properties import SourcePropertyService
from tams.services.sources import SourceService
from tams.services.uploads import UploadService
from tams.services.webhook_delivery import WebhookDelivery
from tams.services.webhook_settlement import Settlement
from tams.services.webhooks import WebhookService
from tams.timing.timestamp import NS_PER_SECOND, Timestamp


@cache
def build() -> Container:
    """The Container of this process, from its environment. Connects to nothing yet."""
    return build_from(Settings())


def build_from(settings: Settings, clock: Clock = utc_now) -> Container:
    promised = settings.service
    sweep_after = timedelta(seconds=settings.sweep.after_seconds)
    targets = targets_from(settings)
    events = _queue(settings, settings.queues.events)
    store = VastStore(
        Database(vast_connection(settings), patience_seconds=settings.vast.patience_seconds),
        announce=partial(events.send, ["events"]),
    )
    object_stores = object_stores_from(settings, clock)
    backends = {backend.id: backend for backend in object_stores.backends}
    labels = frozenset(backend.label for backend in backends.values() if backend.label)
    cleanup = _queue(settings, settings.queues.object_cleanup)
    deletions = _queue(settings, settings.queues.deletions)
    deliveries = _queue(settings, settings.queues.deliveries, ids_per_message=1)
    signer = LambdaUrlSigner(
        settings.url_signer,
        endpoint_url=settings.lambda_endpoint_url,
        region=settings.aws_region,
    )
    copies = _queue(settings, settings.queues.copies)
    believed = BelievedTime(store, clock)
    policy = _retry_policy(settings.webhooks)
    relay = EventRelay(store, clock, deliveries, policy)
    flow_segments = FlowSegmentService(store, clock, labels)
    return Container(
        service=ServiceService(store, _service(settings), tuple(backends.values())),
        health=HealthService(
            store, object_stores, (events, cleanup, deletions, deliveries, copies), clock
        ),
        profiles=ProfileService(store, clock),
        webhooks=WebhookService(store, relay, targets, deliveries, backends),
        sources=SourceService(store),
        flows=FlowService(store, clock),
        flow_properties=FlowPropertyService(store, clock),
        source_properties=SourcePropertyService(store, clock),
        flow_segments=flow_segments,
        deletion=DeletionService(
            store, clock, cleanup, deletions, settings.deletion.at_once_segments
        ),
        deletion_requests=DeletionRequestService(
            store,
            clock,
            cleanup,
            deletions,
            settings.deletion.step_segments,
            timedelta(seconds=settings.deletion.kept_seconds),
            timedelta(seconds=settings.deletion.idle_seconds),
        ),
        media_storage=MediaStorageService(store, clock, object_stores, tuple(backends.values())),
        objects=ObjectService(store),
        instances=InstanceService(store, copies, clock, backends),
        object_copies=ObjectCopyService(
            store, object_stores, copies, clock, timedelta(seconds=settings.copies.lease_seconds)
        ),
        object_cleanup=ObjectCleanupService(
            store,
            object_stores,
            cleanup,
            believed,
            timedelta(seconds=promised.min_object_timeout_seconds + GRACE_SECONDS),
            sweep_after,
        ),
        uploads=UploadService(store, object_stores, flow_segments, clock, sweep_after),
        event_log=EventLog(
            store,
            believed,
            EventDocuments(object_stores, backends),
            timedelta(seconds=settings.events.kept_seconds),
        ),
        event_relay=relay,
        webhook_delivery=WebhookDelivery(
            store,
            WebhookSender(targets, settings.webhooks.timeout_seconds, USER_AGENT),
            EventDocuments(signer, backends),
            deliveries,
            Settlement(clock, policy),
        ),
        object_stores=object_stores,
        backends=backends,
        address=AddressRules(
            settings.public_url, settings.trust_forwarded, settings.gateway_scheme
        ),
        refuses_unknown_query=settings.unknown_query == "refuse",
    )


def vast_connection(settings: Settings) -> VastConnection:
    vast = settings.vast
    find_keys = key_finder(vast, settings.secrets_max_age_seconds)
    assert find_keys is not None, "VastSettings"
    return VastConnection(
        endpoint=vast.endpoint,
        find_keys=find_keys,
        bucket=vast.bucket,
        schema=vast.schema_,
        timeout_seconds=vast.timeout_seconds,
        sorted_tables=vast.sorted_tables,
    )


def _queue(settings: Settings, url: str, ids_per_message: int = 100) -> SqsQueue:
    return SqsQueue(
        url,
        endpoint_url=settings.sqs_endpoint_url,
        region=settings.aws_region,
        ids_per_message=ids_per_message,
    )


def _retry_policy(settings: WebhookSettings) -> RetryPolicy:
    return RetryPolicy(
        settings.retry_first_seconds,
        settings.retry_longest_seconds,
        timedelta(seconds=settings.give_up_seconds),
        settings.lease_seconds,
    )


def _service(settings: Settings) -> Service:
    promised = settings.service
    return Service(
        name=promised.name,
        description=promised.description,
        type="urn:x-tams:service:vast",
        api_version=API_VERSION,
        service_version=__version__,
        event_stream_mechanisms=(EventStreamMechanism(name="webhooks"),),
        min_object_timeout=_seconds(promised.min_object_timeout_seconds),
        min_presigned_url_timeout=_seconds(promised.min_presigned_url_timeout_seconds),
    )


def _seconds(seconds: int) -> Timestamp:
    return Timestamp(seconds * NS_PER_SECOND)
