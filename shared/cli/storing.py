"""Stores a batch of Segments: allocates Objects, uploads media in parallel, registers Segments.

They are registered in one request after the uploads, or by the uploads themselves (an extension).
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from cli.client import Client
from cli.errors import CommandError
from cli.flows import TrackFlow
from cli.progress import Progress
from cli.segmenting import Cut
from cli.times import between, stamp
from tams.timing import TimeRange

REGISTERED_WITHIN_SECONDS = 300.0
_PAUSE_SECONDS = 0.5


@dataclass(frozen=True)
class Storing:
    """The destination of a Flow's Segments, and the means to store them."""

    client: Client
    pool: ThreadPoolExecutor
    flow: TrackFlow
    progress: Progress
    segment_tags: Mapping[str, str | list[str]] = field(default_factory=dict)
    """Tags of each Segment, an extension of TAMS."""
    inits: dict[bytes, str] = field(default_factory=dict)
    """Ids of the Flow's init Objects, by their content."""

    @property
    def path(self) -> str:
        return f"/flows/{self.flow.flow_id}"


def store_and_register(to: Storing, cuts: Sequence[Cut]) -> int:
    """Returns how many. Raises CommandError."""
    _store_inits(to, cuts)
    objects: list[dict[str, Any]] = []
    while len(objects) < len(cuts):  # a server may allocate fewer than asked for
        asked = {"limit": len(cuts) - len(objects)}
        objects += to.client.post(f"{to.path}/storage", asked)["media_objects"]
    _upload(to, cuts, objects)
    posts = [
        {"object_id": entry["object_id"], **_segment(to, cut)}
        for cut, entry in zip(cuts, objects, strict=False)
    ]
    _register(to, posts)
    return len(posts)


def store_by_upload(to: Storing, cuts: Sequence[Cut]) -> int:
    """Returns how many. Raises CommandError, also when the server has not registered them in time."""
    _store_inits(to, cuts)
    posts = [_segment(to, cut) for cut in cuts]
    objects = to.client.post(f"{to.path}/storage", {"segments": posts})["media_objects"]
    if len(objects) != len(cuts) or any("headers" not in each["put_url"] for each in objects):
        raise CommandError("this server does not register Segments by upload")
    _upload(to, cuts, objects)
    _await(to, {each["object_id"] for each in objects}, posts)
    return len(posts)


def _store_inits(to: Storing, cuts: Sequence[Cut]) -> None:
    """One Object for each initialisation that the Flow does not have yet: nearly always one in all."""
    for init in dict.fromkeys(cut.init for cut in cuts):
        if init is None or init in to.inits:
            continue
        content_type = to.flow.track.wrapping.init_mime
        asked = {"limit": 1, "content_type": content_type}
        (entry,) = to.client.post(f"{to.path}/storage", asked)["media_objects"]
        put = entry["put_url"]
        headers = {
            **put.get("headers", {}),
            "Content-Type": put.get("content-type", content_type),
        }
        to.client.upload(put["url"], headers, init)
        to.inits[init] = entry["object_id"]


def _upload(to: Storing, cuts: Sequence[Cut], objects: Sequence[dict[str, Any]]) -> None:
    uploads = []
    for cut, entry in zip(cuts, objects, strict=False):
        put = entry["put_url"]
        content_type = put.get("content-type", to.flow.track.wrapping.mime)
        headers = {**put.get("headers", {}), "Content-Type": content_type}
        uploads.append(to.pool.submit(to.client.upload, put["url"], headers, cut.media))
    for cut, upload in zip(cuts, uploads, strict=True):
        upload.result()
        to.progress.advance(cut.end_ns - cut.start_ns)


def _register(to: Storing, posts: list[dict[str, Any]]) -> None:
    """A request whose answer was lost may have been carried out: its Segments then already exist."""
    answer = to.client.post(f"{to.path}/segments", posts)
    failed = answer["failed_segments"] if answer else []
    stored = _stored(to, posts) if failed else set()
    for each in failed:
        if each["object_id"] not in stored:
            reason = each.get("error", {}).get("summary", "no reason given")
            raise CommandError(f"Segment {each.get('timerange', '')} was rejected: {reason}")


def _await(to: Storing, object_ids: set[str], posts: Sequence[dict[str, Any]]) -> None:
    deadline = time.monotonic() + REGISTERED_WITHIN_SECONDS
    while missing := object_ids - _stored(to, posts):
        for object_id in missing:
            reason = to.client.why_missing(f"/objects/{object_id}")
            if reason is not None and "did not register" in reason:
                raise CommandError(reason)
        if time.monotonic() > deadline:
            raise CommandError(f"{len(missing)} uploads have not registered their Segments")
        time.sleep(_PAUSE_SECONDS)


def _stored(to: Storing, posts: Sequence[dict[str, Any]]) -> set[str]:
    """Ids of the Objects that the Flow has where the posts are."""
    spanned = TimeRange.never()
    for post in posts:
        spanned = spanned.hull(TimeRange.parse(post["timerange"]))
    listed = to.client.pages(f"{to.path}/segments", accept_get_urls="", timerange=str(spanned))
    return {each["object_id"] for each in listed}


def _segment(to: Storing, cut: Cut) -> dict[str, Any]:
    post: dict[str, Any] = {"timerange": between(cut.start_ns, cut.end_ns)}
    if cut.ts_offset_ns:
        post["ts_offset"] = stamp(cut.ts_offset_ns)
    if cut.object_ns is not None:
        post["object_timerange"] = between(*cut.object_ns)
    if cut.init is not None:
        post["init_object_id"] = to.inits[cut.init]
    if cut.key_frame_count:
        post["key_frame_count"] = cut.key_frame_count
    if to.segment_tags:
        post["tags"] = dict(to.segment_tags)
    return post
