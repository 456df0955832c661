"""The one cache: frozen computation is done once and kept on disk.

A `Space` holds the results of one computation (which backbone, which layer, which tokenizer
settings), a result per row under the row's hash. Results are arrays whose first dimension may
differ from row to row (tokens) and whose other dimensions are fixed. The folder can be deleted
at any time, also while it is read and written.

The cache does not grow beyond its limit, or by a shard per process where several write at the same
moment. Before a shard is written, the least recently used spaces give way; where the spaces that are
being written to need more than the limit, or the disk has no room, what does not fit is computed all
the same and held in a file that is gone with this process.
"""

import errno
import hashlib
import json
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache as once
from pathlib import Path

import numpy as np

from transferkit.cache import shards
from transferkit.cache.shards import Array, Entry
from transferkit.disk import is_full
from transferkit.errors import ResourceError

log = logging.getLogger("transferkit")

Compute = Callable[[list[int]], Iterator[tuple[int, Array]]]

_SHARD_BYTES = 256 * 2**20
_SHARD_SECONDS = 60.0
_MEMORY_BYTES = 2**30
"""So much of one space is held in memory where no disk takes it."""
_MARK = "transferkit-space.json"
_MADE_BY = "transferkit"
_NO_ACCESS = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST, errno.ENOENT)
DEFAULT_LIMIT_BYTES = 20 * 2**30


@dataclass(frozen=True)
class Cache:
    """A folder of spaces, kept under `limit_bytes` by dropping the least recently used ones.

    Whatever else is in the folder is neither counted nor touched: a space is known by a mark in it.
    """

    folder: Path
    limit_bytes: int = DEFAULT_LIMIT_BYTES
    in_use: list[Path] = field(default_factory=list, compare=False)
    opened: int = field(default_factory=time.time_ns, compare=False)
    recalled: dict[Path, dict[str, float]] = field(default_factory=dict, compare=False)

    @property
    def recalled_seconds(self) -> float:
        """Seconds that it took to compute what was read here and had been computed before this object was made."""
        return sum(sum(seconds.values()) for seconds in self.recalled.values())

    def space(self, *facts: object) -> "Space":
        """The space of the computation described by `facts` (anything JSON can write)."""
        text = json.dumps(facts, sort_keys=True, default=str)
        name = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        return Space(self.folder / name, self)

    def spaces(self) -> list[Path]:
        """The folders of all spaces, the least recently used first."""
        found = [path for path in self.folder.glob("*") if not path.is_symlink() and _is_marked(path)]
        return sorted(found, key=_last_use)

    def size(self) -> int:
        """Bytes of all spaces."""
        return sum(map(shards.size, self.spaces()))

    def make_room(self, needed: int = 0) -> bool:
        """Drop least recently used spaces, but none that is being written to, until `needed` bytes more are within
        the limit. Whether they are."""
        sizes = {path: _swept(path) for path in self.spaces()}
        total = sum(sizes.values())
        for path, size in sizes.items():
            if total + needed <= self.limit_bytes:
                break
            if path not in self.in_use:
                drop(path)
                total -= size
        return total + needed <= self.limit_bytes

    def empty(self) -> None:
        """Drop all spaces."""
        for path in self.spaces():
            drop(path)


def of(cache_dir: Path) -> Cache:
    """The cache of computed results in a folder where fetched models and data are kept too."""
    return Cache(cache_dir / "activations")


@dataclass(frozen=True)
class Space:
    """Results of one computation, by row hash."""

    folder: Path
    cache: Cache

    def fetch(self, keys: Sequence[str], compute: Compute) -> "Reader":
        """A reader over the results of `keys`, after computing those that are missing.

        `compute` takes positions into `keys` and yields (position, float32 array) in any order. Every result asked for
        can be read, whether or not there is room to keep it. Raises `ResourceError` where nothing has room for it.
        """
        known = shards.read(self.folder)
        missing = list({key: i for i, key in enumerate(keys) if key not in known}.values())
        if missing:
            with self._writer(private=True) as writer:
                for position, result in compute(missing):
                    writer.store(keys[position], result)
            known |= writer.entries
        self._recall(keys, known)
        if keys and not missing:
            with suppress(OSError):  # deleted meanwhile, or not ours to change
                os.utime(self.folder)
                _mark(self.folder)
        return Reader(tuple(known[key] for key in keys))

    def _recall(self, keys: Sequence[str], known: dict[str, Entry]) -> None:
        earlier = {key: known[key].seconds for key in keys if 0 < known[key].written < self.cache.opened}
        self.cache.recalled.setdefault(self.folder, {}).update(earlier)

    @contextmanager
    def writing(self) -> Iterator[Callable[[str, Array], None]]:
        """What keeps a result under a key, where there is room. Meanwhile the space is not dropped to make room."""
        with self._writer(private=False) as writer:
            yield writer.store

    @contextmanager
    def _writer(self, private: bool) -> Iterator["_Writer"]:
        writer = _Writer(self, private)
        self.cache.in_use.append(self.folder)
        try:
            yield writer
        finally:  # stopped or out of memory half-way: what is there need not be computed again
            try:
                writer.flush()
            finally:
                self.cache.in_use.remove(self.folder)


class _Writer:
    """Gathers results into shards. Those that have no room in the space are `private`, or else given up."""

    def __init__(self, space: Space, private: bool) -> None:
        self.space, self.private = space, private
        self.entries: dict[str, Entry] = {}
        self._in_memory = 0
        self._due = time.monotonic() + _SHARD_SECONDS
        self._restart()

    def _restart(self) -> None:
        self._found: list[tuple[str, Array]] = []
        self._size, self._began = 0, time.monotonic()

    def store(self, key: str, result: Array) -> None:
        # Before the result and not after it: time passes before the first of a batch, so that shards end where batches
        # do, and what a killed process has left to compute is in the same ones.
        now = time.monotonic()
        if self._size >= _SHARD_BYTES or now >= self._due:
            self.flush()
            self._due = now + _SHARD_SECONDS
        self._found.append((key, result))
        self._size += result.nbytes

    def flush(self) -> None:
        if not self._found:
            return
        results, size = self._found, self._size
        seconds = time.monotonic() - self._began if self.private else 0.0  # else counted by whoever computes
        self._restart()
        entries = self._kept(results, seconds)
        if self.private:
            self.entries |= self._held(results, size) if entries is None else entries

    def _kept(self, results: shards.Found, seconds: float) -> dict[str, Entry] | None:
        """The entries of a shard in the space; None where there is no room for it or no way to write it."""
        cache, folder = self.space.cache, self.space.folder
        try:
            if not cache.make_room(shards.size_of(results)):
                _say_once(
                    f"what is computed does not fit into the cache, whose limit is {_amount(cache.limit_bytes)}: it is "
                    "used but not kept, and another run will compute it again"
                )
                return None
            folder.mkdir(parents=True, exist_ok=True)
            _mark(folder)
            return shards.write(folder, results, seconds)
        except OSError as error:
            if is_full(error):
                _say_once(f"no disk left for the cache in {cache.folder}: going on without keeping what is computed")
            elif error.errno in _NO_ACCESS:
                # ENOENT is a folder that somebody deletes while it is written to, about which nothing need be said.
                if error.errno != errno.ENOENT:
                    _say_once(f"the cache in {cache.folder} cannot be written ({error.strerror}): going on without it")
            else:
                raise
            return None

    def _held(self, results: shards.Found, size: int) -> dict[str, Entry]:
        """The entries of `results` in a file that ends with this process, or in memory where no disk has room."""
        for folder in (self.space.cache.folder, Path(tempfile.gettempdir())):
            try:
                folder.mkdir(parents=True, exist_ok=True)
                return shards.write_unnamed(folder, results)
            except OSError as error:
                if not is_full(error) and error.errno not in _NO_ACCESS:
                    raise
        self._in_memory += size
        if self._in_memory > _MEMORY_BYTES:
            raise ResourceError(
                f"no disk left for what is computed: {_amount(size)} did not fit into {self.space.cache.folder} nor "
                f"{tempfile.gettempdir()}; free some space or name another folder with --cache-dir, then --resume"
            )
        return shards.in_memory(results)


@dataclass(frozen=True)
class Reader:
    """Results in the order of the keys asked for; reads only what is asked for."""

    entries: tuple[Entry, ...]

    def __len__(self) -> int:
        return len(self.entries)

    def __getitem__(self, position: int) -> Array:
        return self.entries[position].read()

    def stack(self) -> Array:
        """All results as one array, for results of equal shape: (rows, *shape)."""
        return np.stack([entry.read() for entry in self.entries])


def drop(space: Path) -> None:
    """Remove what the cache has written into the folder of a space, and nothing else."""
    try:
        shards.remove_all(space)
        (space / _MARK).unlink(missing_ok=True)
        space.rmdir()
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT):
            _say_once(f"{space} cannot be removed to make room ({error.strerror})")


def _swept(space: Path) -> int:
    """The size of a space, after removing what killed processes have left in it."""
    with suppress(OSError):  # not ours to change
        shards.remove_abandoned(space)
    return shards.size(space)


def _mark(space: Path) -> None:
    if not (space / _MARK).exists():
        (space / _MARK).write_text(json.dumps({"made_by": _MADE_BY}), encoding="ascii")


def _is_marked(space: Path) -> bool:
    try:
        return bool(json.loads((space / _MARK).read_text(encoding="ascii"))["made_by"] == _MADE_BY)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _last_use(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0


def _amount(size: int) -> str:
    return f"{size / 2**30:.3g} GB" if size >= 2**30 else f"{size / 2**20:.3g} MB"


@once
def _say_once(words: str) -> None:
    log.warning("%s", words)
