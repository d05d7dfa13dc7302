"""The operationId of each operation: the one in the BBC's file, or one formed by the same rule."""

import re

_IRREGULAR = {
    "PUT /service/webhooks/{webhookId}": "PUT_webhooks",
    "HEAD /objects/{objectId}": "HEAD_objects",
    "GET /objects/{objectId}": "GET_objects",
    "POST /objects/{objectId}/instances": "POST_objects-instances",
    "DELETE /objects/{objectId}/instances": "DELETE_objects-instances",
    "HEAD /flow-delete-requests/{requestId}": "HEAD_flow-delete-requests-request-id",
    "GET /flow-delete-requests/{requestId}": "GET_flow-delete-requests-request-id",
}


def operation_id(method: str, path: str) -> str:
    """Such as `GET_flows-flowId-segments`."""
    method = method.upper()
    if irregular := _IRREGULAR.get(f"{method} {path}"):
        return irregular
    words = re.sub("[{}]", "", path).replace("_", "-").replace(".", "-").strip("/").split("/")
    if words[0] == "service":
        words = words[1:] or words
    return f"{method}_{'-'.join(words) or 'root'}"
