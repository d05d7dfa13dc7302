"""Uploads through the API (an extension): media and its Segment in one request."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from tams.errors import BackendUnavailableError, InvalidRequestError, clipped, quoted
from tams.models.caller import Caller
from tams.models.flow_segment import FlowSegmentPost
from tams.models.flow_storage import FlowStoragePost
from tams.models.upload_form import UploadPost
from tams.ports import Platform, Repositories
from tams.services.objects.cleanup import doom_unused
from tams.services.segments.segments import FlowSegmentService
from tams.services.storage.media_storage import MediaStorageService, Reserved
from tams.timing.microseconds import to_us

LATE_SECONDS = 30
"""After a PUT without an answer: longer than S3 takes for the bytes that it has."""

_TAKEN = "object_ids: "


@dataclass(frozen=True, slots=True)
class DirectUploadService:
    """An upload is an allocation, a PUT and a registration, as when a client makes them itself.

    The rules are checked with the allocation, before any bytes are stored, and again with the registration.
    """

    platform: Platform
    caller: Caller

    @classmethod
    def of(cls, platform: Platform, caller: Caller) -> Self:
        return cls(platform, caller)

    def upload(self, flow_id: str, post: UploadPost) -> str:
        """Store the media and register its Segment. Returns the Object's id.

        If anything fails, neither stays: the Object is doomed, and the cleanup removes it with its bytes. If
        this process dies, they go as any allocation goes that is not used. Raises NotFoundError,
        ForbiddenError, InvalidRequestError, BackendUnavailableError.
        """
        reserved, segment = self._reserve(flow_id, post)
        object_id = segment.object_id
        may_arrive_late = True
        try:
            self.platform.object_stores.put(
                reserved.storage_id, object_id, post.media.content, reserved.content_type
            )
            may_arrive_late = False
            FlowSegmentService.of(self.platform, self.caller).register(
                flow_id, [segment], single=True
            )
        except BaseException:
            self._discard(object_id, LATE_SECONDS if may_arrive_late else 0)
            raise
        return object_id

    def _reserve(self, flow_id: str, post: UploadPost) -> tuple[Reserved, FlowSegmentPost]:
        """The Object, if the Segment breaks no rule; otherwise nothing is stored."""
        storage_post = _storage_post(post)

        def work(platform: Platform) -> tuple[Reserved, FlowSegmentPost]:
            storage = MediaStorageService.of(platform, self.caller)
            reserved = storage.reserve(flow_id, storage_post)
            _check_type(post, reserved.content_type)
            (object_id,) = reserved.object_ids
            segment: FlowSegmentPost = post.segment.model_copy(update={"object_id": object_id})
            FlowSegmentService.of(platform, self.caller).check(flow_id, segment)
            return reserved, segment

        try:
            return self.platform.together(self.caller, work)
        except InvalidRequestError as error:
            if str(error).startswith(_TAKEN):
                raise InvalidRequestError(
                    f"segment: object_id {quoted(post.segment.object_id)} exists already: leave it out, or "
                    "POST the Segment alone, as JSON, to use that Object again"
                ) from error
            raise

    def _discard(self, object_id: str, delay_seconds: float) -> None:
        def work(repositories: Repositories) -> list[str]:
            return doom_unused(repositories, [object_id], to_us(self.platform.clock()))

        with suppress(BackendUnavailableError):  # the sweeper finds what VAST does not hear of now
            doomed = self.platform.store(self.caller).write(work)
            self.platform.queues.object_cleanup.send(doomed, delay_seconds=delay_seconds)


def _storage_post(post: UploadPost) -> FlowStoragePost:
    """Raises InvalidRequestError."""
    asked: dict[str, Any] = {"limit": 1}
    if post.names_object:
        asked = {"object_ids": [post.segment.object_id]}
    if post.storage_id is not None:
        asked["storage_id"] = post.storage_id
    return FlowStoragePost.from_body(asked)


def _check_type(post: UploadPost, container: str) -> None:
    """As for an upload to S3, whose URL is signed for this type. Raises InvalidRequestError."""
    given = post.media.content_type
    if given is not None and given.strip().lower() != container.lower():
        raise InvalidRequestError(
            f"file: its Content-Type is {clipped(given)}, but the container of the Flow is {container}: "
            "send it with that type, or with none"
        )
