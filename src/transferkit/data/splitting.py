"""Rows -> held-out rows and the rest: stratified, by groups, the same for the same seed."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from transferkit.errors import DataError
from transferkit.shapes import Shape
from transferkit.table.values import label_key, names_in

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


def labels_of(targets: Sequence[Any], shape: Shape) -> list[list[str]] | None:
    """The labels of every row, where answers are labels."""
    if not shape.form.CLASSES:
        return None
    if shape.form.ONE_CLASS:
        names = _names(targets)
        known = {name: [name] for name in set(names)}
        return [known[name] for name in names]
    return [names_in(target) for target in targets]


def _names(targets: Sequence[Any]) -> list[str]:
    return list(targets) if set(map(type, targets)) == {str} else list(map(label_key, targets))


def strata(targets: Sequence[Any], shape: Shape) -> list[str]:
    """What is to be spread evenly: labels; the rarest of several; tenths of the range of numbers by rank."""
    if shape.form.ONE_CLASS:
        return _names(targets)
    if shape is Shape.LABELS:
        counts = Counter(name for target in targets for name in names_in(target))
        return [min(names_in(target), key=lambda name: (counts[name], name), default="") for target in targets]
    if shape is Shape.VALUE:
        ranks = np.argsort(np.argsort(np.asarray(targets, dtype=np.float64), kind="stable"), kind="stable")
        return [str(rank * _BINS // len(targets)) for rank in ranks.tolist()]
    return [""] * len(targets)


def hold_out(
    groups: Sequence[str],
    strata: Sequence[str],
    count: int,
    seed: int,
    labels: Sequence[Sequence[str]] | None = None,
    several: bool = False,
) -> npt.NDArray[np.bool_]:
    """Which rows are held out: `count` of them, in the proportions of `strata`.

    Rows of one group are never parted; it belongs to the rarest stratum of its rows. Every stratum keeps at least one
    group back, so one that has a single group is not held out at all; where this or the size of groups forbids exactly
    `count`, it is the nearest number below, but at least the smallest group. With the `labels` of every row, none of
    them is held out as a whole, and what was kept back fills up `count` where that takes no label away; where rows
    have `several`, not even the labels of one group alone hold that up.
    """
    members: dict[str, list[int]] = defaultdict(list)
    for position, group in enumerate(groups):
        members[group].append(position)
    held = _spread(list(members.values()), strata, count, seed)
    if labels is not None:
        _keep_every_label(list(members.values()), labels, held)
    if labels is not None and held.sum() < count:
        kept = [positions for positions in members.values() if not held[positions[0]]]
        order = np.random.default_rng(seed).permutation(len(kept))
        for alone in (False, True)[: 1 + several]:
            _fill_up([kept[i] for i in order], labels, count, held, alone)
    return held


def _spread(members: Sequence[list[int]], strata: Sequence[str], count: int, seed: int) -> npt.NDArray[np.bool_]:
    counts = Counter(strata)
    by_stratum: dict[str, list[list[int]]] = defaultdict(list)
    for positions in members:
        rarest = strata[positions[0]]
        if len(positions) > 1:
            rarest = min((strata[i] for i in positions), key=lambda name: (counts[name], name))
        by_stratum[rarest].append(positions)
    generator = np.random.default_rng(seed)
    available = {}
    for stratum in sorted(by_stratum):
        order = generator.permutation(len(by_stratum[stratum]))
        available[stratum] = [by_stratum[stratum][i] for i in order][:-1]
    quotas = _quotas({stratum: sum(map(len, groups)) for stratum, groups in by_stratum.items()}, available, count)
    held = np.zeros(len(strata), dtype=bool)
    for stratum, groups in available.items():
        _take(groups, quotas[stratum], held)
    # Groups larger than what a quota had left open leave a gap: fill it from any stratum.
    everything = [group for groups in available.values() for group in groups]
    _take(everything, count - int(held.sum()), held)
    if everything and not held.any():
        parted = [groups for groups in by_stratum.values() if len(groups) > 1]
        held[min((group for groups in parted for group in groups), key=len)] = True
    return held


def _keep_every_label(
    members: Sequence[list[int]], labels: Sequence[Sequence[str]], held: npt.NDArray[np.bool_]
) -> None:
    """Take back, of every label that was held out as a whole, the smallest group with it."""
    kept = {name for names, out in zip(labels, held, strict=True) if not out for name in names}
    for positions in sorted((group for group in members if held[group[0]]), key=len):
        names = {name for i in positions for name in labels[i]}
        if names - kept:
            held[positions] = False
            kept |= names


def _fill_up(
    kept: Sequence[list[int]], labels: Sequence[Sequence[str]], count: int, held: npt.NDArray[np.bool_], alone: bool
) -> None:
    """Hold out more of the groups that were kept, up to `count` rows, as long as their labels stay in others; with
    `alone` labels that no other group ever had do not count."""
    total = Counter(name for names in labels for name in names)
    left = Counter(name for names, out in zip(labels, held, strict=True) if not out for name in names)
    missing = count - int(held.sum())
    for positions in kept:
        if missing <= 0:
            return
        mine = Counter(name for i in positions for name in labels[i])
        gone = [name for name, many in mine.items() if left[name] == many and not (alone and total[name] == many)]
        if not gone and len(positions) <= missing and not held[positions[0]]:
            held[positions] = True
            missing -= len(positions)
            left -= mine


_WIDER = (1, 1.5, 2, 3, 4)
"""How many times as many rows as wanted may lie after a cut in time, so that groups on both sides find a place."""
_ENOUGH = 0.8
"""The share of the wanted rows from which on more rows to train on count more."""


def latest(times: Sequence[Any], groups: Sequence[str], count: int) -> tuple[npt.NDArray[np.bool_], ...]:
    """Which rows are held out because they are the latest, about `count` of them, and which have to be left out.

    Rows are cut by time; those of one time stand on one side. A group that stands on both sides goes to the later one,
    as long as that has fewer rows than wanted, those with the fewest rows before the cut first, else to the earlier
    one; its rows on the other side are left out. So every row held out is later than every other that is left, and no
    group is parted. Where that leaves rows out, the cut among several is taken that leaves the most to train on.
    Raises `DataError` where all rows have one time.
    """
    moments = sorted(set(times))
    rank = {moment: i for i, moment in enumerate(moments)}
    ranks = np.array([rank[time] for time in times], dtype=np.int64)
    numbers: dict[str, int] = {}
    of_group = np.array([numbers.setdefault(group, len(numbers)) for group in groups], dtype=np.int64)
    after = np.cumsum(np.bincount(ranks, minlength=len(moments))[::-1])[::-1]
    cuts = [i for i in range(1, len(moments)) if MINIMUM <= after[i] <= len(ranks) - MINIMUM]
    if not cuts:
        raise DataError(
            f"expected times that part {len(ranks):,} rows in an earlier and a later part of at least {MINIMUM} rows "
            f"each, found {len(moments):,} different; name another column with --time, or leave it out"
        )
    nearest = dict.fromkeys(min(cuts, key=lambda i: (abs(after[i] - wider * count), after[i])) for wider in _WIDER)
    sides = [_sides(ranks >= cut, of_group, count) for cut in nearest]
    return max(sides, key=lambda masks: _worth(masks, count)) if sides[0][1].any() else sides[0]


def _worth(sides: tuple[npt.NDArray[np.bool_], ...], count: int) -> tuple[float, int]:
    held, left_out = (int(mask.sum()) for mask in sides)
    train = len(sides[0]) - held - left_out
    return (min(held / count, _ENOUGH) if train >= MINIMUM else 0.0, train)


def _sides(
    late: npt.NDArray[np.bool_], of_group: npt.NDArray[np.int64], count: int
) -> tuple[npt.NDArray[np.bool_], ...]:
    after = np.bincount(of_group, weights=late)
    before = np.bincount(of_group, weights=~late)
    later = before == 0
    size = after[later].sum()
    parted = np.flatnonzero((before > 0) & (after > 0))
    for group in parted[np.argsort(before[parted] / after[parted], kind="stable")].tolist():
        if size + after[group] <= count or size < MINIMUM:
            later[group] = True
            size += after[group]
    held = late & later[of_group]
    return held, ~held & (late | later[of_group])


def _quotas(sizes: dict[str, int], available: dict[str, list[list[int]]], count: int) -> dict[str, int]:
    """Rows to take per stratum by largest remainder, none above what is available."""
    total = sum(sizes.values())
    limits = {stratum: sum(map(len, groups)) for stratum, groups in available.items()}
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


def _take(groups: Sequence[list[int]], quota: int, held: npt.NDArray[np.bool_]) -> None:
    for positions in groups:
        if quota <= 0:
            return
        if len(positions) <= quota and not held[positions[0]]:
            held[positions] = True
            quota -= len(positions)
