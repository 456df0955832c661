"""Rows that stand more than once, and the same text under different labels."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class Repeats:
    """What `resolve` found, as positions.

    `kept` marks the rows that stay: one per input and target. `repeated` are later copies that carry the
    label that was kept; `conflicting` are all rows of inputs with more than one label; `undecided` are those
    among them where no label has a majority and none is kept.
    """

    kept: npt.NDArray[np.bool_]
    repeated: tuple[int, ...]
    conflicting: tuple[int, ...]
    undecided: tuple[int, ...]


def resolve(
    keys: Sequence[str], label: Callable[[int], str], one_label: bool, weights: Sequence[float] | None = None
) -> Repeats:
    """Decide which rows of equal key stay: the first of each `label`, which is that of the row at a position, or of
    the majority label if `one_label`: that of most rows, or of the greatest `weights` together."""
    groups = grouped(keys)
    kept = np.ones(len(keys), dtype=bool)
    repeated: list[int] = []
    conflicting: list[int] = []
    undecided: list[int] = []
    for group in groups:
        by_label: dict[str, list[int]] = defaultdict(list)
        for position in group:
            by_label[label(position)].append(position)
        staying = set(by_label)
        if one_label and len(by_label) > 1:
            conflicting += group
            staying = _majority(by_label, weights)
            undecided += [] if staying else group
        for name, positions in by_label.items():
            kept[positions] = False
            if name in staying:
                kept[positions[0]] = True
                repeated += positions[1:]
    return Repeats(kept, tuple(sorted(repeated)), tuple(sorted(conflicting)), tuple(sorted(undecided)))


def grouped(keys: Sequence[str]) -> list[list[int]]:
    """Positions of equal keys, for keys that occur at least twice."""
    if len(set(keys)) == len(keys):
        return []
    positions: dict[str, list[int]] = defaultdict(list)
    repeated = {key for key, count in Counter(keys).items() if count > 1}
    for position, key in enumerate(keys):
        if key in repeated:
            positions[key].append(position)
    return list(positions.values())


def _majority(by_label: dict[str, list[int]], weights: Sequence[float] | None) -> set[str]:
    votes = {
        label: float(len(rows)) if weights is None else math.fsum(weights[i] for i in rows)
        for label, rows in by_label.items()
    }
    (second, first) = sorted(votes, key=lambda label: votes[label])[-2:]
    return set() if math.isclose(votes[first], votes[second]) else {first}
