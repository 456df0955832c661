"""Cleaned tables -> disjoint train, validation and test rows: those given, and the rest held out of train."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from transferkit.config import DataConfig
from transferkit.data import checks, content, splitting
from transferkit.data.columns import TaskColumns
from transferkit.data.content import Keyed
from transferkit.data.leaks import Part, separate
from transferkit.errors import DataError
from transferkit.shapes import Shape
from transferkit.table import prose
from transferkit.table.column_names import TIME
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding, Splits

SPLITS = ("train", "validation", "test")
DEFAULT_TEST_SIZE = 0.1
_FEWEST_TO_PART = 10


@dataclass
class _Partition:
    """The parts so far, and what was found on the way."""

    parts: dict[str, Keyed]
    config: DataConfig
    task: TaskColumns
    near_too: bool = True
    findings: list[Finding] = field(default_factory=list)

    def separate(self, name: str, held: str) -> None:
        """Take out of the part `name` what also appears in `held`."""
        if name in self.parts and held in self.parts:
            whole, other = Part(name, self.parts[name]), Part(held, self.parts[held])
            self.parts[name], found = separate(whole, other, self.task, self.config.keep_leaks, self.near_too)
            self.findings += found

    def carve(self, name: str, size: float, seed: int) -> None:
        """Hold rows out of train for the part `name`: the latest where rows have times, else drawn at random."""
        train = self.parts["train"]
        groups, rows = content.groups_of(train, self.task), train.rows
        if content.ordered_in_time(rows):
            count = splitting.wanted(size, len(rows), f"--{name}-size")
            held, left_out = splitting.latest(rows[TIME], groups, count)
            self._report_left_out(rows.take(left_out), name)
        else:
            held = held_out(rows, groups, size, f"--{name}-size", self.task, seed)
            left_out = np.zeros_like(held)
        self.parts["train"], self.parts[name] = train.take(~held & ~left_out), train.take(held)
        if not held.any():
            self.findings.append(checks.nothing_held_out(name, rows, self.task))

    def _report_left_out(self, rows: Rows, name: str) -> None:
        if not len(rows):
            return
        numbers = tuple(int(number) for number in rows.numbers)
        message = (
            f"{prose.counted(len(rows))} {prose.verb(len(rows), 'belongs', 'belong')} to groups or texts that appear "
            f"both before and after the time where {name} begins ({prose.shown(numbers)})"
        )
        action = "left out: a group is on one side only, and training rows are older"
        self.findings.append(Finding("parted-groups", "fixed", message, numbers, action))


def disjoint(
    given_parts: Mapping[str, Keyed], config: DataConfig, task: TaskColumns, seed: int, near_too: bool = True
) -> tuple[dict[str, Rows], list[Finding]]:
    """All three parts, and the findings; without `near_too`, which takes long, rows that are nearly the same are not
    looked for. Raises `DataError` where nothing is left to learn from or to test on."""
    made = _Partition(dict(given_parts), config, task, near_too)
    made.separate("train", "test")
    if not len(made.parts["train"]):
        raise DataError(
            f"every one of {len(given_parts['train']):,} training rows also appears in test; "
            "name another test file, or let fit keep them, with --keep-leaks"
        )
    made.separate("validation", "test")
    made.separate("train", "validation")
    if "test" not in given_parts:
        made.carve("test", config.test_size or DEFAULT_TEST_SIZE, seed)
        made.separate("train", "test")
        made.separate("validation", "test")
    if "validation" not in given_parts:
        made.parts["validation"] = made.parts["train"].take([])
        if 0 < config.validation_size < 1 and len(made.parts["train"]) < 2 * splitting.MINIMUM:
            made.findings.append(checks.nothing_held_out("validation", made.parts["train"].rows, task))
        elif config.validation_size > 0:
            made.carve("validation", config.validation_size, seed + 1)
            made.separate("train", "validation")
    return {name: made.parts[name].rows for name in SPLITS}, made.findings


def part_of_folds(
    splits: Splits, held: npt.NDArray[np.int64], config: DataConfig, task: TaskColumns, seed: int
) -> Splits:
    """The splits of one part of a cross-validation: the labelled rows at `held` to test, the rest to train and, if the
    run has any, to validate. Copies and near copies of held-out rows are left out of the rest, as of any test."""
    rows, out = content.keyed(splits.labelled, task), np.zeros(len(splits.labelled), dtype=bool)
    out[held] = True
    test = rows.take(out)
    train, _ = separate(Part("train", rows.take(~out)), Part("test", test), task, config.keep_leaks)
    validation = train.take([])
    if len(splits.validation) and config.validation_size > 0 and len(train) >= _FEWEST_TO_PART:
        groups = content.groups_of(train, task)
        apart = held_out(train.rows, groups, config.validation_size, "--validation-size", task, seed)
        train, validation = train.take(~apart), train.take(apart)
    return replace(splits, train=train.rows, validation=validation.rows, test=test.rows)


def held_out(
    rows: Rows, groups: Sequence[str], size: float, flag: str, task: TaskColumns, seed: int
) -> npt.NDArray[np.bool_]:
    """Which of `rows` a split of `size`, drawn at random, holds out."""
    targets, shape = rows[task.target], task.shape
    strata, labels = splitting.strata(targets, shape), splitting.labels_of(targets, shape)
    count = splitting.wanted(size, len(rows), flag)
    return splitting.hold_out(groups, strata, count, seed, labels, several=shape is Shape.LABELS)
