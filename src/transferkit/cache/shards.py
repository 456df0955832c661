"""Shards: immutable files with results of many rows, each written aside and renamed into its space.

So two processes can work side by side, and a kill leaves nothing half-written but a draft, which the next process
removes: the lock in it ends with its writer.
"""

import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout

from transferkit.disk import remove_files

Array = npt.NDArray[np.float32]
Found = Sequence[tuple[str, Array]]

_KEYS, _OFFSETS, _VALUES, _SECONDS, _LOCK = "keys.npy", "offsets.npy", "values.npy", "seconds.npy", "lock"
_OURS = {_KEYS, _OFFSETS, _VALUES, _SECONDS, _LOCK}
_SHARD, _DRAFT = "shard-", "draft-"
_HEADERS = 4 * 128 + 2 * 8
_UNLOCKED_SECONDS = 60.0
"""So old must a draft without a lock be to count as left behind: its writer locks it at once."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Where one row's result stands in its shard; `seconds` is what computing one of that shard took on average, and
    `written` when it was written, in nanoseconds."""

    values: npt.NDArray[np.float32]
    start: int
    stop: int
    seconds: float = 0.0
    written: int = 0

    def read(self) -> Array:
        return np.asarray(self.values[self.start : self.stop])


def read(space: Path) -> dict[str, Entry]:
    """All results in the shards of `space`, by key; damaged shards count as absent."""
    entries: dict[str, Entry] = {}
    for shard in _folders(space, _SHARD):
        try:
            cost = float(np.load(shard / _SECONDS)), int(shard.name.removeprefix(_SHARD).split("-")[0])
            entries |= _entries(np.load(shard / _KEYS), np.load(shard / _OFFSETS), _values(shard), *cost)
        except (OSError, ValueError, EOFError):
            continue
    return entries


def write(space: Path, results: Found, seconds: float) -> dict[str, Entry]:
    """Keep `results`, computed in `seconds`, as a shard of `space`. The entries given back stay readable whoever
    removes the shard."""
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=space))
    try:
        with FileLock(draft / _LOCK):
            keys, offsets, values = _arrays(results)
            np.save(draft / _KEYS, keys)
            np.save(draft / _OFFSETS, offsets)
            np.save(draft / _VALUES, values)
            np.save(draft / _SECONDS, seconds)
            now = time.time_ns()
            entries = _entries(keys, offsets, _values(draft), seconds, now)
            shard = draft.rename(space / f"{_SHARD}{now}-{os.getpid()}")
    except BaseException:
        _remove(draft)
        raise
    (shard / _LOCK).unlink(missing_ok=True)
    return entries


def write_unnamed(folder: Path, results: Found) -> dict[str, Entry]:
    """`results` in a file on the disk of `folder` that has no name, and is gone when nothing reads it any more."""
    keys, offsets, values = _arrays(results)
    if not values.size:
        return _entries(keys, offsets, values)
    with tempfile.TemporaryFile(dir=folder) as file:
        values.tofile(file)
        file.flush()
        mapped: Array = np.memmap(file, dtype=values.dtype, mode="r", shape=values.shape)
    return _entries(keys, offsets, mapped)


def in_memory(results: Found) -> dict[str, Entry]:
    """`results` as they are."""
    return _entries(*_arrays(results))


def size_of(results: Found) -> int:
    """Bytes of a shard with `results`."""
    longest = max(len(name.encode()) for name, _ in results)
    return sum(array.nbytes + longest + 8 for _, array in results) + _HEADERS


def size(space: Path) -> int:
    """Bytes of shards and drafts in `space`."""
    total = 0
    for shard in (*_folders(space, _SHARD), *_folders(space, _DRAFT)):
        for name in _OURS:
            with suppress(OSError):  # a draft that another process has just renamed
                total += (shard / name).stat().st_size
    return total


def remove_abandoned(space: Path) -> None:
    """Remove drafts whose writers were killed."""
    for draft in _folders(space, _DRAFT):
        if _is_abandoned(draft):
            _remove(draft)


def remove_all(space: Path) -> None:
    """Remove shards and drafts, and nothing else."""
    for shard in (*_folders(space, _SHARD), *_folders(space, _DRAFT)):
        _remove(shard)


def _remove(shard: Path) -> None:
    remove_files(shard, _OURS.__contains__)


def _is_abandoned(draft: Path) -> bool:
    with suppress(OSError):  # gone meanwhile
        if not (draft / _LOCK).exists():
            return time.time() - draft.stat().st_mtime > _UNLOCKED_SECONDS
        try:
            with FileLock(draft / _LOCK, timeout=0):
                return True
        except Timeout:
            return False
    return False


def _folders(space: Path, prefix: str) -> list[Path]:
    return sorted(path for path in space.glob(f"{prefix}*") if path.is_dir() and not path.is_symlink())


def _arrays(results: Found) -> tuple[npt.NDArray[np.bytes_], npt.NDArray[np.int64], Array]:
    keys = np.array([name.encode() for name, _ in results])
    arrays = [array for _, array in results]
    return keys, np.cumsum([0, *(len(array) for array in arrays)]), np.concatenate(arrays)


def _values(shard: Path) -> Array:
    values: Array = np.load(shard / _VALUES, mmap_mode="r")
    return values


def _entries(
    keys: npt.NDArray[np.bytes_], offsets: npt.NDArray[np.int64], values: Array, seconds: float = 0.0, written: int = 0
) -> dict[str, Entry]:
    bounds, cost = offsets.tolist(), (seconds / max(len(keys), 1), written)
    return {name.decode(): Entry(values, bounds[i], bounds[i + 1], *cost) for i, name in enumerate(keys.tolist())}
