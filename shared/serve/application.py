"""The functions of template.yaml, as they are where nothing comes from Lambda."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.application import Application
from local.errors import LocalStackError
from local.intrinsics import Resolver
from local.template import read_application
from serve.errors import ServeError
from serve.settings import ServeSettings


@dataclass(frozen=True)
class _Values:
    """The functions take the environment as it is, so only the gateway's part of the template has values."""

    cors_origins: str

    @property
    def parameters(self) -> Mapping[str, str]:
        return {
            "CorsAllowOrigins": self.cors_origins,
            "VastEndpoint": "",
            "VastBucket": "",
            "VastSecretArn": "",
            "StorageBackendId": "",
        }

    @property
    def bucket(self) -> str:
        return "media"

    def queue_url(self, name: str) -> str:
        return name

    def function_environment(
        self, variables: Mapping[str, Any], resolver: Resolver
    ) -> dict[str, str]:
        del variables, resolver
        return {}


def served_application(settings: ServeSettings) -> tuple[Application, Path]:
    """The functions, and the folder they are in. Raises ServeError."""
    root = root_folder()
    try:
        return read_application(root / "template.yaml", _Values(settings.cors_origins)), root
    except LocalStackError as error:
        raise ServeError(str(error)) from error


def root_folder() -> Path:
    """The folder with template.yaml and the functions: that of this package, or the current one."""
    for folder in (*Path(__file__).resolve().parents, Path.cwd()):
        if (folder / "template.yaml").is_file() and (folder / "functions").is_dir():
            return folder
    raise ServeError(
        "template.yaml and functions/ were not found; run this in the folder that has them"
    )
