"""Reports a missing or read-only resource before faults in the request itself (ERR-8).

The check runs only once a request has turned out to be wrong, so valid ones pay nothing for it. Until then no
function loads the services of others.
"""
# ruff: noqa: PLC0415

from starlette.requests import Request

from tams.api.audit import READING
from tams.api.callers import CALLER, caller_of
from tams.api.query import valid_id
from tams.api.raw_path import path_value
from tams.errors import ForbiddenError, NotFoundError
from tams.ports import Platform


def check_target(request: Request, platform: Platform) -> None:
    """Raises the NotFoundError or ForbiddenError that the same request would raise if it were valid."""
    if CALLER not in request.scope:
        return  # the bearer of a token may not ask for anything else
    if "collectionId" in request.path_params:  # in which a flowId names a member
        _check_collection(request, platform, request.path_params["collectionId"])
        return
    if "flowId" in request.path_params:
        _check_flow(request, platform, request.path_params["flowId"])
        return
    try:
        _get_other(request, platform)
    except ForbiddenError:
        if request.method in READING:
            raise  # otherwise not readable, but perhaps writable


def _get_other(request: Request, platform: Platform) -> None:
    named, who = request.path_params, caller_of(request)
    if "sourceId" in named:
        from tams.services.flows.source_properties import SourcePropertyService

        SourcePropertyService.of(platform, who).get(valid_id(named["sourceId"], "Source"))
    elif "webhookId" in named:
        from tams.services.webhooks.webhooks import WebhookService

        WebhookService.of(platform, who).get(valid_id(named["webhookId"], "Webhook"))
    elif "objectId" in named:
        from tams.services.objects.objects import ObjectService

        ObjectService.of(platform, who).get(path_value(named["objectId"]))


def _check_collection(request: Request, platform: Platform, named: str) -> None:
    from tams.models.caller import Permission
    from tams.services.access.writable import check_writable
    from tams.services.flows.collection_resources import CollectionService

    reading = request.method in READING
    collections = CollectionService.of(platform, caller_of(request))
    flow = collections.flow(
        valid_id(named, "Collection"), Permission.READ if reading else Permission.WRITE
    )
    if not reading:
        check_writable(flow)


def _check_flow(request: Request, platform: Platform, named: str) -> None:
    from tams.services.access.writable import check_writable
    from tams.services.flows.properties import FlowPropertyService

    reading, path = request.method in READING, request.url.path
    if reading and path.endswith("/segments"):
        return  # an unknown Flow has none (SEG-2)
    try:
        properties = FlowPropertyService.of(platform, caller_of(request))
        flow = properties.get(valid_id(named, "Flow"))
    except ForbiddenError:
        if reading:
            raise
        return  # not readable, but perhaps writable
    except NotFoundError:
        if request.method == "PUT" and path.endswith(named):
            return  # it would be created
        raise
    if not reading and not path.endswith("/read_only"):
        check_writable(flow)
