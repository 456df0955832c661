"""Rows whose answers hang together say less than as many independent ones."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from transferkit.arrays import Doubles, Ints
from transferkit.evaluation.results import Interval
from transferkit.evaluation.shares import Z


@dataclass(frozen=True, eq=False)
class Dependence:
    """Why answers to rows are not independent, if they are not.

    They come out of the `folds` parts of a cross-validation, 0 for none; or rows belong together, of one customer or
    about one text: `groups` has the number of every row's group, (n,), from 0 on, None where each is alone. A design
    effect (Kish 1965) is the factor by which a variance is larger for that: n rows say as much as n / effect.
    """

    folds: int = 0
    groups: Ints | None = None

    @property
    def there(self) -> bool:
        """Whether answers hang together."""
        return self.folds > 0 or self.groups is not None

    @property
    def effect(self) -> float:
        """The design effect of folds, 2 - 1 / folds.

        Their models share rows, so that they make mistakes together, and it is another model that is kept: parts
        correlate by about the share of rows in each (Nadeau and Bengio, Machine Learning 52, 2003), which makes it
        1 + (folds - 1) / folds. There is no unbiased estimate (Bengio and Grandvalet 2004).
        """
        return 2.0 - 1.0 / self.folds if self.folds else 1.0

    @property
    def of_few(self) -> float:
        """What groups, being few, add to a design effect that is estimated from them: (t / z)^2."""
        if self.groups is None:
            return 1.0
        return float(stdtrit(int(self.groups.max()), 0.975) / Z) ** 2

    def of_mean(self, errors: Doubles) -> float:
        """The design effect of the mean of a number per row, by what each adds to its error, (n,).

        That of groups is the variance between their sums, beside that of as many rows alone (Rao and Scott 1992, of
        paired rows Obuchowski 1998), and at least 1.
        """
        if self.groups is None:
            return self.effect
        sums, alone = np.bincount(self.groups, errors), float((errors**2).sum())
        corrected = len(sums) / (len(sums) - 1) * float((sums**2).sum())
        return self.effect * self.of_few * (max(1.0, corrected / alone) if alone else 1.0)


INDEPENDENT = Dependence()


def of_groups(names: Sequence[Hashable] | None, folds: int = 0) -> Dependence:
    """Of rows in groups of these `names`, one per row; rows of a single group are as independent as can be known."""
    if names is None:
        return Dependence(folds)
    numbers: dict[Hashable, int] = {}
    groups = np.array([numbers.setdefault(name, len(numbers)) for name in names], dtype=np.int64)
    return Dependence(folds, groups if 1 < len(numbers) < len(groups) else None)


def widened(interval: Interval, effect: float) -> Interval:
    """`interval` as if of n / `effect` rows; its ends may lie beyond those of the metric."""
    value, factor = interval.value, effect**0.5
    return Interval(value, value - factor * (value - interval.low), value + factor * (interval.high - value))
