"""Rows -> held-out rows and the rest: stratified, by groups, the same for the same seed."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.data.values import label_key, names_in
from transferkit.errors import DataError

MINIMUM = 2
"""Fewest rows a split may have."""


def wanted(size: float, total: int, flag: str) -> int:
    """Rows that `size` asks for: a share of `total` if below 1 (never fewer than two rows), else a number."""
    count = max(MINIMUM, round(size * total)) if size < 1 else int(size)
    if count < MINIMUM or total - count < MINIMUM:
        other = f" or another {flag}" if total >= 2 * MINIMUM else ""
        raise DataError(
            f"{flag} {size:g}: expected at least {MINIMUM} rows to hold out and {MINIMUM} to train on, found {total} "
            f"in all without repeated ones and other splits; give more rows{other}"
        )
    return count


_BINS = 10


def strata(targets: Sequence[Any], shape: str) -> list[str]:
    """What is to be spread evenly: labels; the rarest of several; tenths of the range of numbers by rank."""
    if shape == "LABEL":
        return [label_key(target) for target in targets]
    if shape == "LABELS":
        counts = Counter(name for target in targets for name in names_in(target))
        return [min(names_in(target), key=lambda name: (counts[name], name), default="") for target in targets]
    if shape == "VALUE":
        ranks = np.argsort(np.argsort(np.asarray(targets, dtype=np.float64), kind="stable"), kind="stable")
        return [str(rank * _BINS // len(targets)) for rank in ranks.tolist()]
    return [""] * len(targets)


def hold_out(groups: Sequence[str], strata: Sequence[str], count: int, seed: int) -> npt.NDArray[np.bool_]:
    """Which rows are held out: `count` of them, in the proportions of `strata`.

    Rows of one group are never parted; it belongs to the rarest stratum of its rows. Every stratum keeps at least one
    group back, so one that has a single group is not held out at all; where this or the size of groups forbids exactly
    `count`, it is the nearest number below, but at least the smallest group.
    """
    members: dict[str, list[int]] = defaultdict(list)
    for position, group in enumerate(groups):
        members[group].append(position)
    counts = Counter(strata)
    by_stratum: dict[str, list[list[int]]] = defaultdict(list)
    for positions in members.values():
        by_stratum[min((strata[i] for i in positions), key=lambda each: (counts[each], each))].append(positions)
    generator = np.random.default_rng(seed)
    available = {}
    for stratum in sorted(by_stratum):
        order = generator.permutation(len(by_stratum[stratum]))
        available[stratum] = [by_stratum[stratum][i] for i in order][:-1]
    quotas = _quotas({stratum: sum(map(len, found)) for stratum, found in by_stratum.items()}, available, count)
    held = np.zeros(len(groups), dtype=bool)
    for stratum, found in available.items():
        _take(found, quotas[stratum], held)
    # Groups larger than what a quota had left open leave a gap: fill it from any stratum.
    everything = [group for found in available.values() for group in found]
    _take(everything, count - int(held.sum()), held)
    if everything and not held.any():
        held[min(everything, key=len)] = True
    return held


def _quotas(sizes: dict[str, int], available: dict[str, list[list[int]]], count: int) -> dict[str, int]:
    """Rows to take per stratum by largest remainder, none above what is available."""
    total = sum(sizes.values())
    limits = {stratum: sum(map(len, found)) for stratum, found in available.items()}
    shares = {stratum: sizes[stratum] * count / total for stratum in available}
    quotas = {stratum: min(int(share), limits[stratum]) for stratum, share in shares.items()}
    by_remainder = sorted(shares, key=lambda stratum: (int(shares[stratum]) - shares[stratum], stratum))
    open_rows = min(count, sum(limits.values())) - sum(quotas.values())
    while open_rows > 0:
        for stratum in by_remainder:
            if open_rows > 0 and quotas[stratum] < limits[stratum]:
                quotas[stratum] += 1
                open_rows -= 1
    return quotas


def _take(found: Sequence[list[int]], quota: int, held: npt.NDArray[np.bool_]) -> None:
    for positions in found:
        if quota <= 0:
            return
        if len(positions) <= quota and not held[positions[0]]:
            held[positions] = True
            quota -= len(positions)
