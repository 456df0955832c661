"""The one cache: frozen computation is done once and kept on disk.

A `Space` holds the results of one computation (which backbone, which layer, which tokenizer
settings), a result per row under the row's hash. Results are arrays whose first dimension may
differ from row to row (tokens) and whose other dimensions are fixed. They live in immutable
shards, each written elsewhere and renamed into place, so that two processes can work side by
side and a kill leaves nothing half-written; the folder can be deleted at any time.
"""

import errno
import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from transferkit.errors import ResourceError

Array = npt.NDArray[np.float32]
Compute = Callable[[list[int]], Iterator[tuple[int, Array]]]

_SHARD_BYTES = 256 * 2**20
_SHARD_SECONDS = 60.0
_TRIES = 3
DEFAULT_LIMIT_BYTES = 20 * 2**30


@dataclass(frozen=True)
class Cache:
    """A folder of spaces, kept under `limit_bytes` by dropping the least recently used ones."""

    folder: Path
    limit_bytes: int = DEFAULT_LIMIT_BYTES
    in_use: list[Path] = field(default_factory=list, compare=False)

    def space(self, *facts: object) -> "Space":
        """The space of the computation described by `facts` (anything JSON can write)."""
        text = json.dumps(facts, sort_keys=True, default=str)
        name = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        return Space(self.folder / name, self)

    def make_room(self) -> None:
        """Drop least recently used spaces until the limit holds, but none that is being written to."""
        spaces = [path for path in self.folder.glob("*") if path.is_dir()]
        sizes = {path: _size(path) for path in spaces}
        total = sum(sizes.values())
        for path in sorted(spaces, key=_last_use):
            if total <= self.limit_bytes:
                return
            if path not in self.in_use:
                shutil.rmtree(path, ignore_errors=True)
                total -= sizes[path]


@dataclass(frozen=True)
class Space:
    """Results of one computation, by row hash."""

    folder: Path
    cache: Cache

    def fetch(self, keys: Sequence[str], compute: Compute) -> "Reader":
        """A reader over the results of `keys`, after computing those that are missing.

        `compute` takes positions into `keys` and yields (position, float32 array) in any order.
        """
        for _ in range(_TRIES):
            known = self._index()
            missing = list({key: i for i, key in enumerate(keys) if key not in known}.values())
            if not missing:
                with suppress(FileNotFoundError):
                    os.utime(self.folder)
                return Reader(tuple(known[key] for key in keys))
            # Written and yet missing, if somebody deletes the folder meanwhile: then once more.
            with self.writing() as store:
                for position, result in compute(missing):
                    store(keys[position], result)
        raise ResourceError(f"{self.folder} is deleted as fast as it is written; name another folder with --cache-dir")

    @contextmanager
    def writing(self) -> Iterator[Callable[[str, Array], None]]:
        """What stores a result under a key. Spaces that are written to are not dropped to make room."""
        found: list[tuple[str, Array]] = []
        size, began = 0, time.monotonic()

        def store(key: str, result: Array) -> None:
            nonlocal found, size, began
            found.append((key, result))
            size += result.nbytes
            if size >= _SHARD_BYTES or time.monotonic() - began >= _SHARD_SECONDS:
                done, found = found, []
                self._write_shard(done)
                size, began = 0, time.monotonic()

        self.cache.in_use.append(self.folder)
        try:
            yield store
        finally:  # stopped or out of memory half-way: what is there need not be computed again
            try:
                if found:
                    self._write_shard(found)
                self.cache.make_room()
            finally:
                self.cache.in_use.remove(self.folder)

    def _index(self) -> dict[str, "Entry"]:
        found: dict[str, Entry] = {}
        for shard in sorted(self.folder.glob("shard-*")):
            try:
                names = np.load(shard / "keys.npy")
                offsets = np.load(shard / "offsets.npy")
                values = np.load(shard / "values.npy", mmap_mode="r")
            except (OSError, ValueError, EOFError):
                continue
            bounds = offsets.tolist()
            for i, name in enumerate(names.tolist()):
                found[name.decode()] = Entry(values, bounds[i], bounds[i + 1])
        return found

    def _write_shard(self, found: Sequence[tuple[str, Array]]) -> None:
        names, arrays = [name for name, _ in found], [array for _, array in found]
        needed = sum(array.nbytes for array in arrays)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft = Path(tempfile.mkdtemp(prefix="draft-", dir=self.folder))
            try:
                np.save(draft / "keys.npy", np.array([name.encode() for name in names]))
                np.save(draft / "offsets.npy", np.cumsum([0, *(len(array) for array in arrays)]))
                np.save(draft / "values.npy", np.concatenate(arrays))
                draft.replace(self.folder / f"shard-{time.time_ns()}-{os.getpid()}")
            finally:
                shutil.rmtree(draft, ignore_errors=True)
        except FileNotFoundError:
            return  # deleted under our hands: `fetch` sees it
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise ResourceError(
                    f"no disk left for the cache: {needed / 2**20:.0f} MB did not fit into {self.cache.folder}; "
                    "free some space or name another folder with --cache-dir, then --resume"
                ) from None
            raise


@dataclass(frozen=True)
class Entry:
    """Where one row's result stands in its shard."""

    values: npt.NDArray[np.float32]
    start: int
    stop: int

    def read(self) -> Array:
        return np.asarray(self.values[self.start : self.stop])


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


def _size(folder: Path) -> int:
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # a draft that another process has just renamed
                total += (Path(path) / name).stat().st_size
    return total


def _last_use(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0
