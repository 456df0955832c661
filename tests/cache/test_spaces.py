"""The one cache: computes what is missing, survives whatever happens to its folder, stays bounded."""

import errno
import multiprocessing
import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filelock import FileLock

from transferkit.cache import shards
from transferkit.cache import spaces as caching
from transferkit.cache.spaces import Array, Cache, Compute, Space
from transferkit.errors import ResourceError

KEYS = [f"{i:032x}" for i in range(6)]


def value(key: str) -> Array:
    """Results of different lengths: key 4 has 5 tokens."""
    number = int(key, 16)
    return np.full((number + 1, 2), number, dtype=np.float32)


def computing(keys: list[str], asked: list[list[int]] | None = None) -> Compute:
    def compute(positions: list[int]) -> Iterator[tuple[int, Array]]:
        if asked is not None:
            asked.append(positions)
        return ((i, value(keys[i])) for i in reversed(positions))

    return compute


def check(space: Space, keys: list[str] = KEYS) -> None:
    reader = space.fetch(keys, computing(keys))
    assert len(reader) == len(keys)
    for i, key in enumerate(keys):
        assert np.array_equal(reader[i], value(key))


@pytest.fixture
def space(tmp_path: Path) -> Space:
    return Cache(tmp_path / "cache").space("test", 1)


def test_only_what_is_missing_is_computed(space: Space) -> None:
    asked: list[list[int]] = []
    space.fetch(KEYS[:3], computing(KEYS[:3], asked))
    space.fetch(KEYS, computing(KEYS, asked))
    space.fetch(KEYS[::-1], computing(KEYS[::-1], asked))
    assert asked == [[0, 1, 2], [3, 4, 5]]
    check(space, KEYS[::-1])


def test_equal_rows_are_computed_once(space: Space) -> None:
    twice, asked = [KEYS[1], KEYS[0], KEYS[1]], list[list[int]]()
    reader = space.fetch(twice, computing(twice, asked))
    assert asked in ([[0, 1]], [[2, 1]])
    assert np.array_equal(reader[0], value(KEYS[1])) and np.array_equal(reader[2], value(KEYS[1]))


def test_rows_of_equal_shape_stack(space: Space) -> None:
    reader = space.fetch(KEYS, lambda positions: ((i, np.full((1, 3), i, np.float32)) for i in positions))
    assert reader.stack().shape == (6, 1, 3) and reader.stack()[:, 0, 0].tolist() == [0, 1, 2, 3, 4, 5]


def test_other_facts_have_another_space(tmp_path: Path) -> None:
    store = Cache(tmp_path)
    folders = [store.space(*facts).folder for facts in [("a", 1), ("a", 2), ("b", 1), ("a", 1, "b"), ("a", 1)]]
    assert len(set(folders)) == 4 and folders[0] == folders[4]


def test_many_shards(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "_SHARD_BYTES", 30)
    check(space)
    assert len(list(space.folder.glob("shard-*"))) > 2 and not list(space.folder.glob("draft-*"))
    check(space)


def test_shards_are_written_as_time_goes_by(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "_SHARD_SECONDS", 0.0)
    check(space)
    assert len(list(space.folder.glob("shard-*"))) == len(KEYS)


def test_what_was_computed_before_a_stop_is_kept(space: Space) -> None:
    def stopped(positions: list[int]) -> Iterator[tuple[int, Array]]:
        for i in positions[:4]:
            yield i, value(KEYS[i])
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        space.fetch(KEYS, stopped)
    asked: list[list[int]] = []
    space.fetch(KEYS, computing(KEYS, asked))
    assert asked == [[4, 5]]
    check(space)


def test_a_reader_survives_the_deletion_of_the_folder(space: Space) -> None:
    reader = space.fetch(KEYS, computing(KEYS))
    shutil.rmtree(space.cache.folder)
    assert np.array_equal(reader[3], value(KEYS[3]))
    check(space)


def test_deletion_while_computing(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "_SHARD_BYTES", 30)
    deleted: list[int] = []

    def compute(positions: list[int]) -> Iterator[tuple[int, Array]]:
        for i in positions:
            yield i, value(KEYS[i])
            if i == 4 and not deleted:
                deleted.append(i)
                shutil.rmtree(space.cache.folder)

    reader = space.fetch(KEYS, compute)
    assert deleted and all(np.array_equal(reader[i], value(key)) for i, key in enumerate(KEYS))


def test_deletion_while_writing(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    save, calls = np.save, list[Path]()

    def cut(path: Path, array: Any) -> None:
        calls.append(path)
        if len(calls) == 2:
            shutil.rmtree(space.cache.folder)
        save(path, array)

    monkeypatch.setattr(shards.np, "save", cut)
    check(space)
    assert len(calls) == 2 and not space.folder.exists()
    check(space)
    assert len(calls) == 6


@pytest.mark.parametrize("content", [b"", b"nonsense", None])
@pytest.mark.parametrize("name", ["keys.npy", "offsets.npy", "values.npy"])
def test_a_damaged_shard_is_computed_anew(space: Space, name: str, content: bytes | None) -> None:
    check(space)
    (shard,) = space.folder.glob("shard-*")
    path = shard / name
    path.write_bytes(path.read_bytes()[:-4] if content is None else content)
    check(space)


def test_a_kill_while_writing_leaves_only_a_draft(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    save = np.save

    def killed(path: Path, array: Any) -> None:
        if path.name == "values.npy":
            raise KeyboardInterrupt
        save(path, array)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(shards.np, "save", killed)
        space.fetch(KEYS, computing(KEYS))
    assert not list(space.folder.glob("shard-*"))
    check(space)


def write_many(folder: Path, start: int) -> None:
    space = Cache(folder).space("shared")
    caching._SHARD_BYTES = 64
    for i in range(40):
        keys = [f"{number:032x}" for number in range(start + i, start + i + 3)]
        reader = space.fetch(keys, computing(keys))
        assert all(np.array_equal(reader[j], value(key)) for j, key in enumerate(keys))


def test_two_processes_at_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("fork")
    workers = [spawn.Process(target=write_many, args=(tmp_path / "cache", start)) for start in (0, 20)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    check(Cache(tmp_path / "cache").space("shared"), [f"{i:032x}" for i in range(62)])


def test_the_least_recently_used_space_goes_first(tmp_path: Path) -> None:
    store = Cache(tmp_path / "cache", limit_bytes=3000)
    kilobyte = np.zeros((1, 200), dtype=np.float32)
    for age, name in enumerate(["old", "older", "oldest"]):
        space = store.space(name)
        space.fetch(KEYS[:1], lambda positions: ((i, kilobyte) for i in positions))
        os.utime(space.folder, (1000 - age, 1000 - age))
    store.space("old").fetch(KEYS[:1], lambda positions: ((i, kilobyte) for i in positions))
    store.space("new").fetch(KEYS[:1], lambda positions: ((i, kilobyte) for i in positions))
    kept = {name for name in ("old", "older", "oldest", "new") if store.space(name).folder.exists()}
    assert kept == {"old", "new"}


def bytes_in(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.npy"))


def test_a_space_larger_than_the_limit_is_used_but_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(caching, "_SHARD_BYTES", 2000)
    caching._say_once.cache_clear()
    store = Cache(tmp_path / "cache", limit_bytes=20_000)
    rows = {f"{i:032x}": np.full((1, 200), i, dtype=np.float32) for i in range(100)}
    sizes = []

    def compute(positions: list[int]) -> Iterator[tuple[int, Array]]:
        for i in positions:
            yield i, rows[f"{i:032x}"]
            sizes.append(bytes_in(store.folder))

    check(store.space("earlier"))
    for _ in range(2):
        reader = store.space("large").fetch(list(rows), compute)
        assert all(np.array_equal(reader[i], value) for i, value in enumerate(rows.values()))
    assert 10_000 < max(sizes) <= 20_000 and bytes_in(store.folder) == store.size()
    assert len(sizes) < 200, "what fits is kept"
    assert caplog.text.count("whose limit is 0.0191 MB") == 1
    assert not list(tmp_path.rglob("tmp*")) and not store.space("earlier").folder.exists()


def test_a_limit_of_nothing(tmp_path: Path) -> None:
    store = Cache(tmp_path / "cache", limit_bytes=1)
    check(store.space("first"))
    assert bytes_in(store.folder) == 0 and store.spaces() == []


def test_rows_of_no_length(tmp_path: Path) -> None:
    for limit in (1, 10**6):
        space = Cache(tmp_path / str(limit), limit_bytes=limit).space("a")
        for _ in range(2):
            reader = space.fetch(KEYS, lambda positions: ((i, np.zeros(0, np.float32)) for i in positions))
            assert [len(reader[i]) for i in range(6)] == [0] * 6


def full(*_args: Any, **_named: Any) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def refused(*_args: Any, **_named: Any) -> Any:
    raise PermissionError(errno.EACCES, "not allowed")


@pytest.mark.parametrize("trouble", [full, refused])
@pytest.mark.parametrize("nowhere", [False, True])
def test_a_disk_that_takes_nothing_is_gone_without(
    space: Space, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, trouble: Any, nowhere: bool
) -> None:
    caching._say_once.cache_clear()
    with monkeypatch.context() as patch:
        patch.setattr(shards.np, "save", trouble)
        if nowhere:
            patch.setattr(shards.tempfile, "TemporaryFile", trouble)
        check(space)
        check(space)
    assert caplog.text.count("going on without") == 1 and bytes_in(space.folder) == 0
    assert not list(space.folder.glob("draft-*"))
    check(space)
    assert bytes_in(space.folder) > 0


def test_no_room_anywhere_is_one_sentence(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards.np, "save", full)
    monkeypatch.setattr(shards.tempfile, "TemporaryFile", full)
    monkeypatch.setattr(caching, "_MEMORY_BYTES", 10)
    with pytest.raises(ResourceError, match=r"no disk left .* --cache-dir"):
        space.fetch(KEYS, computing(KEYS))


def test_other_trouble_with_the_disk_is_not_hidden(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any) -> None:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(shards.np, "save", broken)
    with pytest.raises(OSError, match="input/output"):
        space.fetch(KEYS, computing(KEYS))


def killed_while_writing(folder: Path) -> None:
    save = np.save

    def die(path: Path, array: Any) -> None:
        if path.name == "values.npy":
            os.kill(os.getpid(), signal.SIGKILL)
        save(path, array)

    shards.np.save = die  # type: ignore[attr-defined]
    space = Cache(folder).space("test", 1)
    space.fetch(KEYS, computing(KEYS))


def test_drafts_of_killed_processes_go(tmp_path: Path) -> None:
    space = Cache(tmp_path / "cache").space("test", 1)
    worker = multiprocessing.get_context("fork").Process(target=killed_while_writing, args=(space.cache.folder,))
    worker.start()
    worker.join(60)
    assert worker.exitcode == -signal.SIGKILL and len(list(space.folder.glob("draft-*"))) == 1
    check(space)
    assert not list(space.folder.glob("draft-*"))


def test_drafts_of_others_at_work_stay(space: Space) -> None:
    check(space)
    locked, fresh, old = (space.folder / f"draft-{name}" for name in ("locked", "fresh", "old"))
    for draft in (locked, fresh, old):
        draft.mkdir()
    os.utime(old, (1000, 1000))
    with FileLock(locked / "lock"):
        os.utime(locked, (1000, 1000))
        space.cache.make_room()
    assert locked.exists() and fresh.exists() and not old.exists()


def test_what_others_keep_in_the_folder_is_not_the_caches(tmp_path: Path) -> None:
    store = Cache(tmp_path, limit_bytes=1500)
    foreign = {
        tmp_path / "notes" / "thesis.txt": b"x" * 5000,
        tmp_path / ("0" * 32) / "shard-1" / "values.npy": b"y" * 5000,
        tmp_path / "elsewhere" / "shard-1-1" / "values.npy": b"z",
        tmp_path / "data.csv": b"text",
    }
    for path, content in foreign.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    space = store.space("a")
    check(space)
    inside = [space.folder / "mine.txt", next(space.folder.glob("shard-*")) / "mine.npy"]
    for path in inside:
        path.write_bytes(b"kept")
    (space.folder / "shard-9-9").symlink_to(tmp_path / "elsewhere" / "shard-1-1")
    (tmp_path / "link").symlink_to(space.folder)
    store.space("b").fetch(KEYS[:1], lambda positions: ((i, np.zeros((1, 200), np.float32)) for i in positions))
    assert [path.name for path in store.spaces()] == [store.space("b").folder.name]
    store.empty()
    assert store.spaces() == [] and bytes_in(store.space("b").folder) == 0
    assert all(path.read_bytes() == content for path, content in foreign.items())
    assert all(path.read_bytes() == b"kept" for path in inside)


def test_spaces_of_earlier_versions_are_read_and_from_then_on_bounded(space: Space) -> None:
    check(space)
    (space.folder / "transferkit-space.json").unlink()
    assert space.cache.spaces() == []
    asked: list[list[int]] = []
    space.fetch(KEYS, computing(KEYS, asked))
    assert asked == [] and space.cache.spaces() == [space.folder]


def test_spaces_that_are_written_to_are_not_dropped(tmp_path: Path) -> None:
    store = Cache(tmp_path / "cache", limit_bytes=1)
    outer, inner, rounds = store.space("outer"), store.space("inner"), []

    def compute(positions: list[int]) -> Iterator[tuple[int, Array]]:
        rounds.append(len(positions))
        for i in positions:
            yield i, value(KEYS[i])
            with inner.writing() as keep:
                keep(KEYS[i], value(KEYS[i]))

    reader = outer.fetch(KEYS, compute)
    assert rounds == [len(KEYS)] and all(np.array_equal(reader[i], value(key)) for i, key in enumerate(KEYS))
    assert bytes_in(store.folder) == 0 and store.in_use == []


def test_what_was_written_on_the_way_is_not_computed(tmp_path: Path) -> None:
    space, asked = Cache(tmp_path / "cache").space("a"), []
    with space.writing() as keep:
        for key in KEYS[:4]:
            keep(key, value(key))
    reader = space.fetch(KEYS, computing(KEYS, asked))
    assert asked == [[4, 5]] and all(np.array_equal(reader[i], value(key)) for i, key in enumerate(KEYS))


def test_what_was_computed_earlier_is_told_in_seconds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that goes on by one second whenever it is read: a result is not free because it is kept."""
    clock = iter(range(1000))
    monkeypatch.setattr(caching.time, "monotonic", lambda: float(next(clock)))
    first = Cache(tmp_path / "cache")
    first.space("test").fetch(KEYS[:4], computing(KEYS[:4]))
    first.space("test").fetch(KEYS[:4], computing(KEYS[:4]))
    assert first.recalled_seconds == 0, "computed by itself"
    spent = 4 * float(shards.read(first.space("test").folder)[KEYS[0]].seconds)
    assert spent >= 1
    second = Cache(tmp_path / "cache")
    for keys in (KEYS[:2], KEYS[:2], KEYS):
        second.space("test").fetch(keys, computing(keys))
    assert second.recalled_seconds == pytest.approx(spent)
    third = Cache(tmp_path / "cache")
    third.space("test").fetch([KEYS[0]], computing(KEYS))
    assert third.recalled_seconds == pytest.approx(spent / 4)


def test_what_is_stored_on_the_side_costs_nothing(space: Space) -> None:
    """Whoever computes it counts its seconds already."""
    with space.writing() as store:
        for key in KEYS:
            store(key, value(key))
    assert {entry.seconds for entry in shards.read(space.folder).values()} == {0.0}


def test_shards_end_with_batches_where_time_passes_between_them(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what a killed process leaves to compute is computed in the batches it would have been in."""
    clock = [0.0]
    monkeypatch.setattr(caching.time, "monotonic", lambda: clock[0])

    def compute(positions: list[int]) -> Iterator[tuple[int, Array]]:
        for start in range(0, len(positions), 2):
            clock[0] += caching._SHARD_SECONDS
            yield from ((i, value(KEYS[i])) for i in positions[start : start + 2])

    space.fetch(KEYS, compute)
    sizes = [len(np.load(shard / "keys.npy")) for shard in sorted(space.folder.glob("shard-*"))]
    assert sizes == [2] * (len(KEYS) // 2) + [1] * (len(KEYS) % 2)
