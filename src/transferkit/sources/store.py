"""The cache of fetched things: a folder appears whole or not at all, and only once under many processes."""

import errno
import glob
import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from transferkit.disk import is_full, remove_files
from transferkit.errors import ResourceError, TransferkitError

log = logging.getLogger("transferkit")

_PARTIAL, _LIST = ".transferkit-", ".transferkit.json"
_LISTING: TypeAdapter[dict[str, int]] = TypeAdapter(dict[str, int])
_NO_ACCESS = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}


def place(cache_dir: Path, key: str) -> Path:
    """Where the thing called `key` lies once it is complete."""
    return cache_dir / "sources" / key


def publish(cache_dir: Path, key: str, needed: int, build: Callable[[Path], Path]) -> Path:
    """The folder called `key`, made by `build` where it does not exist yet.

    `build` gets an empty working folder, of which the folder it returns is kept. `needed` is the disk
    space in bytes this takes. Raises `ResourceError` where the disk is full or cannot be written.
    """
    target = place(cache_dir, key)
    if target.is_dir():
        return target
    with disk(target.parent, needed):
        _make(target.parent)
        require(target.parent, needed)
        with _lock(target.with_name(f"{key}.lock")):
            if not target.is_dir():
                _build(target, build)
    return target


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileNotFoundError as error:  # above it is no place for folders
        raise OSError(errno.EACCES, os.strerror(errno.EACCES), str(folder)) from error


def require(folder: Path, needed: int) -> None:
    """Raise `ResourceError` where the disk of `folder` has less than `needed` bytes left."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ResourceError(
            f"no disk space: {folder} needs {_megabytes(needed)} and has {_megabytes(free)} left; "
            "make room or choose another folder with --cache-dir"
        )


@contextmanager
def disk(folder: Path, needed: int) -> Iterator[None]:
    """Turn a full or unwritable disk into a `ResourceError` which names `folder` and the bytes needed."""
    try:
        yield
    except Exception as error:
        amount = f", which needs {_megabytes(needed)}" if needed else ""
        if not isinstance(error, TransferkitError) and is_full(error):
            raise ResourceError(
                f"no disk space left in {folder}{amount}; make room or choose another folder with --cache-dir"
            ) from None
        if isinstance(error, OSError) and error.errno in _NO_ACCESS:
            raise ResourceError(
                f"cannot write to {folder} ({error.strerror}); choose another folder with --cache-dir"
            ) from None
        raise


@dataclass(frozen=True)
class Fetched:
    """One thing in the cache of fetched things: its key and the bytes of the files that were fetched."""

    key: str
    size: int


def fetched(cache_dir: Path) -> list[Fetched]:
    """What was fetched into `cache_dir`, by key. What else is there does not count."""
    lists = sorted(place(cache_dir, "").glob(f"*{_LIST}"))
    return [Fetched(path.name.removesuffix(_LIST), sum(files.values())) for path in lists if (files := _listed(path))]


def remove(cache_dir: Path, key: str) -> list[Path]:
    """Remove what was fetched under `key`. Files in its folder that were not fetched stay, and are given back.

    Raises `ResourceError` while another process fetches it.
    """
    target, listing = place(cache_dir, key), place(cache_dir, f"{key}{_LIST}")
    with disk(target.parent, 0):
        try:
            with FileLock(target.with_name(f"{key}.lock"), timeout=0):
                stays = remove_files(target, _listed(listing).__contains__)
                listing.unlink(missing_ok=True)
        except Timeout:
            raise ResourceError(f"{key} is being fetched by another process; wait until it is done") from None
    return stays


def _listed(path: Path) -> dict[str, int]:
    try:
        return _LISTING.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return {}


def _build(target: Path, build: Callable[[Path], Path]) -> None:
    prefix = f"{_PARTIAL}{target.name}."
    # We hold the lock, so what lies there is of killed processes; a child of theirs may still write to it.
    for left in target.parent.glob(f"{glob.escape(prefix)}*"):
        _discard(left)
    partial = Path(tempfile.mkdtemp(prefix=prefix, suffix=".partial", dir=target.parent))
    try:
        whole = build(partial)
        whole.chmod(target.parent.stat().st_mode)
        files = {path.relative_to(whole).as_posix(): path.stat().st_size for path in whole.rglob("*") if path.is_file()}
        listing = partial.with_suffix(".part")
        listing.write_bytes(_LISTING.dump_json(files, indent=1))
        listing.replace(target.with_name(f"{target.name}{_LIST}"))
        whole.replace(target)
    finally:
        _discard(partial)


def _discard(partial: Path) -> None:
    """Remove a working folder, which has a name that nobody else gives to a folder and holds what we put there."""
    if partial.is_dir() and not partial.is_symlink():
        shutil.rmtree(partial)
    else:
        partial.unlink(missing_ok=True)


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        log.info("another process is fetching %s; waiting for it", path.stem)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.0f} MB"
