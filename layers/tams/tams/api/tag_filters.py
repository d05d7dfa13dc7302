"""The paths that filter by tags. The first part of a parameter's name says whose tags."""

from collections.abc import Mapping

TAG_FILTERS: Mapping[str, Mapping[str, str]] = {
    "/flows": {"tag": "the Flow"},
    "/sources": {"tag": "the Source"},
    "/collections": {"tag": "the Flow"},
    "/source-collections": {"tag": "the Source"},
    "/service/webhooks": {"tag": "the webhook"},
    "/service/storage-backends": {"tag": "the storage backend"},
    "/flows/{flowId}/segments": {
        "storage_backend_tag": "a URL's storage backend",
        "tag": "the Segment (not part of TAMS)",
    },
    "/objects/{objectId}": {
        "storage_backend_tag": "a URL's storage backend",
        "flow_tag": "a Flow that uses the Object",
    },
}
