"""What every member of this family is: a module which claims names and fetches what they stand for."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from transferkit.errors import SourceError


class UnreachableError(SourceError):
    """The network, an index or the hub did not serve what was asked for; another address may."""


@dataclass(frozen=True)
class Request:
    """How a name may be resolved. `cache_dir` is transferkit's own cache folder."""

    cache_dir: Path
    revision: str | None = None
    offline: bool = False
    trust_remote_code: bool = False


@dataclass(frozen=True)
class Found:
    """A complete local Hugging Face folder, or a single file which another member can turn into one."""

    path: Path
    revision: str | None = None


class Source(Protocol):
    """The shape of the modules `hub`, `folder`, `wheel` and `gguf`."""

    @staticmethod
    def claims(name: str) -> bool:
        """Whether `name` is written in this member's way; no two members claim the same name."""
        ...

    @staticmethod
    def fetch(name: str, request: Request) -> Found:
        """Bring `name` onto this machine. Raises `SourceError` where that cannot be done."""
        ...


def offline(flag: bool) -> bool:
    """True with `--offline`, or where HF_HUB_OFFLINE or TRANSFORMERS_OFFLINE is switched on."""
    switched_on = {"1", "true", "yes", "on"}
    return flag or any(
        os.environ.get(name, "").lower() in switched_on for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    )


def missing_offline(name: str, revision: str | None = None) -> UnreachableError:
    """The error for something absent which may not be fetched."""
    at = f" --revision {revision}" if revision else ""
    return UnreachableError(
        f"{name} is not on this machine and the run is offline; fetch it first, where there is a network: "
        f"transferkit fetch {name!r}{at}"
    )
