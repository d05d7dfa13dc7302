"""What is not there, or read-only, is said before what is wrong with the request (ERR-8).

Asked only once a request has turned out to be wrong, so that sound ones pay nothing for it.
"""

from starlette.requests import Request

from tams.api.audit import READING
from tams.api.callers import caller
from tams.api.dependencies import acting_for
from tams.api.query import flow_id, source_id, webhook_id
from tams.api.raw_path import path_value
from tams.container import Container
from tams.errors import ForbiddenError, NotFoundError
from tams.services.flow_segments import check_writable


def check_target(request: Request, container: Container) -> None:
    """Raises NotFoundError and ForbiddenError as the same request would if it were sound."""
    if "flowId" in request.path_params:
        _check_flow(request, container, request.path_params["flowId"])
        return
    try:
        _get_other(request, container)
    except ForbiddenError:
        if request.method in READING:
            raise  # or else it is not to be read, but maybe to be written


def _get_other(request: Request, container: Container) -> None:
    named, who = request.path_params, caller(request)
    if "sourceId" in named:
        acting_for(who, container.source_properties).get(source_id(named["sourceId"]))
    elif "webhookId" in named:
        acting_for(who, container.webhooks).get(webhook_id(named["webhookId"]))
    elif "objectId" in named:
        acting_for(who, container.objects).get(path_value(named["objectId"]))


def _check_flow(request: Request, container: Container, named: str) -> None:
    reading, path = request.method in READING, request.url.path
    if reading and path.endswith("/segments"):
        return  # an unknown Flow has none (SEG-2)
    try:
        properties = acting_for(caller(request), container.flow_properties)
        flow = properties.get(flow_id(named))
    except ForbiddenError:
        if reading:
            raise
        return  # not to be read, but maybe to be written
    except NotFoundError:
        if request.method == "PUT" and path.endswith(named):
            return  # it would be created
        raise
    if not reading and not path.endswith("/read_only"):
        check_writable(flow)
