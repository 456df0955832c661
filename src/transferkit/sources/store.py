"""The cache of fetched things: a folder appears whole or not at all, and only once under many processes."""

import errno
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from transferkit.errors import ResourceError

log = logging.getLogger("transferkit")

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT}
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
        target.parent.mkdir(parents=True, exist_ok=True)
        require(target.parent, needed)
        with _lock(target.with_name(f"{key}.lock")):
            if not target.is_dir():
                _build(target, build)
    return target


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
    except OSError as error:
        amount = f", which needs {_megabytes(needed)}" if needed else ""
        if error.errno in _NO_SPACE:
            raise ResourceError(
                f"no disk space left in {folder}{amount}; make room or choose another folder with --cache-dir"
            ) from None
        if error.errno in _NO_ACCESS:
            raise ResourceError(
                f"cannot write to {folder} ({error.strerror}); choose another folder with --cache-dir"
            ) from None
        raise


def _build(target: Path, build: Callable[[Path], Path]) -> None:
    # We hold the lock, so what lies there is of killed processes; a child of theirs may still write to it.
    for left in target.parent.glob(f"{target.name}.*.partial"):
        shutil.rmtree(left, ignore_errors=True)
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    partial.mkdir()
    try:
        build(partial).replace(target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


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
