"""The one cache: computes what is missing, survives whatever happens to its folder, stays bounded."""

import errno
import multiprocessing
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from transferkit.errors import ResourceError
from transferkit.training import cache as caching
from transferkit.training.cache import Array, Cache, Compute, Space

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

    monkeypatch.setattr(caching.np, "save", cut)
    check(space)
    assert len(calls) > 3


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
        patch.setattr(caching.np, "save", killed)
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


def test_the_space_in_use_is_kept_however_large(tmp_path: Path) -> None:
    store = Cache(tmp_path / "cache", limit_bytes=1)
    check(store.space("first"))
    check(store.space("second"))
    assert store.space("second").folder.exists() and not store.space("first").folder.exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_one_sentence(space: Space, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def full(*_args: Any) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(caching.np, "save", full)
        with pytest.raises(ResourceError, match=r"no disk left .* --cache-dir"):
            space.fetch(KEYS, computing(KEYS))
    assert not list(space.folder.glob("*-*"))
    check(space)


def test_other_trouble_with_the_disk_is_not_hidden(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: Any) -> None:
        raise PermissionError(errno.EACCES, "not allowed")

    monkeypatch.setattr(caching.np, "save", broken)
    with pytest.raises(PermissionError):
        space.fetch(KEYS, computing(KEYS))


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
    assert not inner.folder.exists() and store.in_use == []


def test_what_was_written_on_the_way_is_not_computed(tmp_path: Path) -> None:
    space, asked = Cache(tmp_path / "cache").space("a"), []
    with space.writing() as keep:
        for key in KEYS[:4]:
            keep(key, value(key))
    reader = space.fetch(KEYS, computing(KEYS, asked))
    assert asked == [[4, 5]] and all(np.array_equal(reader[i], value(key)) for i, key in enumerate(KEYS))
