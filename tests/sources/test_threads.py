"""No more threads than the process may use, unless somebody says so."""

import os
from pathlib import Path

import pytest
import torch

from transferkit.sources import threads


def container(root: Path, groups: str, **files: str) -> Path:
    """A root whose process is in `groups`; `files` by their path below /sys/fs/cgroup, with __ for /."""
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/cgroup").write_text(groups)
    for name, text in files.items():
        path = (
            root / "sys/fs/cgroup" / name.replace("__", "/").replace("cpu_max", "cpu.max").replace("cpu_cfs", "cpu.cfs")
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


@pytest.fixture(autouse=True)
def many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with 64 processors, of which the process may run on 16."""
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)


@pytest.mark.parametrize(
    ("groups", "files", "expected"),
    [
        ("0::/\n", {}, 16),
        ("0::/\n", {"cpu_max": "200000 100000\n"}, 2),
        ("0::/\n", {"cpu_max": "max 100000\n"}, 16),
        ("0::/\n", {"cpu_max": "50000 100000\n"}, 1),
        ("0::/\n", {"cpu_max": "150000 100000\n"}, 2),
        ("0::/a/b\n", {"a__b__cpu_max": "max 100000\n", "a__cpu_max": "300000 100000\n"}, 3),
        ("4:cpu,cpuacct:/a\n", {"cpu__cpu_cfs_quota_us": "-1\n", "cpu__cpu_cfs_period_us": "100000\n"}, 16),
        ("4:cpu,cpuacct:/a\n", {"cpu__a__cpu_cfs_quota_us": "400000\n", "cpu__a__cpu_cfs_period_us": "100000\n"}, 4),
        ("3:memory:/a\n", {"cpu_max": "200000 100000\n"}, 16),
        ("0::/\n", {"cpu_max": "rubbish\n"}, 16),
        ("0::/\n", {"cpu_max": "200000 0\n"}, 16),
    ],
)
def test_affinity_and_quotas_count(tmp_path: Path, groups: str, files: dict[str, str], expected: int) -> None:
    assert threads.usable(container(tmp_path, groups, **files)) == expected


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What torch is told, where it would take 64 threads."""
    told = [64]
    monkeypatch.setattr(torch, "get_num_threads", lambda: told[-1])
    monkeypatch.setattr(torch, "set_num_threads", told.append)
    monkeypatch.setattr(threads, "usable", lambda: 2)
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    return told


def test_the_quota_bounds_what_torch_would_take(asked: list[int]) -> None:
    assert threads.use(None) == 2 and asked == [64, 2]


def test_what_was_asked_for_wins(asked: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    assert threads.use(5) == 5
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert threads.use(None) == 5 and threads.use(1) == 1


def test_fewer_threads_of_the_callers_stay(asked: list[int]) -> None:
    asked.append(1)
    assert threads.use(None) == 1
