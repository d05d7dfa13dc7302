"""The addresses of a stack's parts, and the keys that open them."""

from abc import ABC, abstractmethod
from pathlib import Path

from local import parts
from local.credentials import KeyPair
from local.environment import MEDIA_BUCKET, VAST_BUCKET, VAST_SCHEMA
from local.host_config import HostConfig


class Addresses(ABC):
    """Known once the stack has started."""

    @property
    @abstractmethod
    def config(self) -> HostConfig: ...

    @property
    def api_url(self) -> str:
        return f"http://{parts.reachable(self.config.host)}:{self.config.ports.api}"

    @property
    def vast_url(self) -> str:
        return self.config.values.vast_url

    @property
    def vast_bucket(self) -> str:
        return VAST_BUCKET

    @property
    def vast_schema(self) -> str:
        return VAST_SCHEMA

    @property
    def vast_credentials(self) -> KeyPair:
        return self.config.credentials.vast

    @property
    def s3_url(self) -> str:
        return self.config.values.s3_url

    @property
    def s3_bucket(self) -> str:
        return MEDIA_BUCKET

    @property
    def s3_credentials(self) -> KeyPair:
        return self.config.credentials.s3

    @property
    def sqs_url(self) -> str:
        """The endpoint of all queues."""
        return self.config.values.sqs_url

    @property
    def sqs_credentials(self) -> KeyPair:
        return self.config.credentials.aws

    def queue_url(self, name: str) -> str:
        return self.config.values.queue_url(name)

    def log(self, part: str) -> Path:
        return self.config.data_dir / "logs" / f"{part}.log"
