"""How many threads compute: no more than the process may use, whatever the machine has."""

import os
from collections.abc import Iterator
from math import ceil
from pathlib import Path

import torch

_SET_BY = ("OMP_NUM_THREADS", "MKL_NUM_THREADS")
"""Variables by which torch is told, before it is imported."""


def use(threads: int | None) -> int:
    """Let torch compute in so many threads, and return their number.

    None leaves the number that a variable of the environment has set, or whoever uses this process; but no more than
    the process may use.
    """
    if threads is None and not any(os.environ.get(name) for name in _SET_BY):
        threads = min(torch.get_num_threads(), usable())
    if threads is not None and threads != torch.get_num_threads():
        torch.set_num_threads(threads)
    return torch.get_num_threads()


def usable(root: Path = Path("/")) -> int:
    """Processors that this process may use: those that it may run on, and as many as its control groups allow."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min([cores, *(ceil(share) for share in _shares(root))]))


def _shares(root: Path) -> Iterator[float]:
    """Processors that every control group around this process allows it, with quotas of version 2 or 1."""
    for line in _read(root / "proc/self/cgroup").splitlines():
        _, kinds, place = line.split(":", 2)
        if kinds and "cpu" not in kinds.split(","):
            continue
        top = root / "sys/fs/cgroup" / ("cpu" if kinds else "")
        for folder in (top, *(top.joinpath(*Path(place).parts[1:end]) for end in range(2, len(Path(place).parts) + 1))):
            if kinds:
                quota, period = (_read(folder / f"cpu.cfs_{name}_us") for name in ("quota", "period"))
            else:
                quota, _, period = _read(folder / "cpu.max").partition(" ")
            if quota.strip().isdecimal() and period.strip().isdecimal() and int(period):
                yield int(quota) / int(period)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeError):
        return ""
