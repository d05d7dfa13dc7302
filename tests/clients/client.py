"""A client by openapi-python-client: allocates, registers and lists. Prints what it found as JSON."""

# mypy: ignore-errors
import json
import sys
from uuid import uuid4

from tams_client import Client
from tams_client.api.flow_segments import get_flows_flow_id_segments, post_flows_flow_id_segments
from tams_client.api.flows import (
    get_flows_flow_id_label,
    put_flows_flow_id,
    put_flows_flow_id_label,
)
from tams_client.api.media_storage import post_flows_flow_id_storage
from tams_client.api.sources import get_sources_source_id
from tams_client.models import (
    FlowSegmentPost,
    FlowStoragePost,
    Rational,
    VideoEssenceParameters,
    VideoFlow,
)

client = Client(base_url=sys.argv[1], timeout=30)
flow_id, source_id = str(uuid4()), str(uuid4())
flow = VideoFlow(
    id=flow_id,
    source_id=source_id,
    format_="urn:x-nmos:format:video",
    codec="video/h264",
    container="video/mp2t",
    essence_parameters=VideoEssenceParameters(
        frame_width=1920, frame_height=1080, frame_rate=Rational(numerator=25)
    ),
)
made = put_flows_flow_id.sync(flow_id, client=client, body=flow)
put_flows_flow_id_label.sync_detailed(flow_id, client=client, body="generated")
storage = post_flows_flow_id_storage.sync(flow_id, client=client, body=FlowStoragePost(limit=2))
segments = [
    FlowSegmentPost(object_id=allocated.object_id, timerange=f"[{at}:0_{at + 1}:0)")
    for at, allocated in enumerate(storage.media_objects)
]
posted = post_flows_flow_id_segments.sync_detailed(flow_id, client=client, body=segments)
listed = get_flows_flow_id_segments.sync(flow_id, client=client, limit=10)
sys.stdout.write(
    json.dumps(
        {
            "status": posted.status_code,
            "format": made.format_,
            "label": get_flows_flow_id_label.sync(flow_id, client=client),
            "timeranges": [segment.timerange for segment in listed],
            "urls": [each.url for segment in listed for each in segment.get_urls],
            "error": get_sources_source_id.sync("none", client=client).type_,
        }
    )
)
