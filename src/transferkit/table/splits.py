"""`Splits`: what `data` hands to everything downstream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from transferkit.errors import shown
from transferkit.table.rows import Rows

LabelType = Literal["str", "int", "float", "bool"]
"""The type that labels had in a table: inside, every label is a text."""

NAMED, BY_NAME, BY_CONTENT = "named", "by its name", "by its content"
"""Why a column is read: the user named it, it is called as such columns usually are, or it holds what they hold."""


@dataclass(frozen=True)
class Finding:
    """One thing the audit noticed, what it touches and what was done about it.

    `rows` are 1-based row numbers in the file; `kind` is a short name such as duplicates, leaks or balance.
    `severity` is info, warning or fixed.
    """

    kind: str
    severity: str
    message: str
    rows: tuple[int, ...] = field(default=(), repr=False)
    action: str = ""

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}{f': {self.action}' if self.action else ''}"


@dataclass(frozen=True)
class Audit:
    """Findings plus the plain counts they rest on (JSON values only)."""

    findings: tuple[Finding, ...] = ()
    counts: Mapping[str, Any] = field(default_factory=dict)

    def of(self, kind: str) -> list[Finding]:
        return [finding for finding in self.findings if finding.kind == kind]


@dataclass(frozen=True)
class Table:
    """A table as it was read; `split` is "" where there is one only, `encoding` where it is no text file."""

    split: str
    source: str
    encoding: str
    rows: int


@dataclass(frozen=True)
class Overview:
    """What was read, and as what: to be looked at before anything is learned.

    `columns` maps what a task reads (text, label ...) to the columns that it is read from, `reasons` to why each of
    them is (`NAMED`, `BY_NAME` or `BY_CONTENT`, and which others could be it). `made_of` names those that were split
    or joined for that, `unused` those that are not read. `targets` says in words what is to be learned, with counts.
    `example` is a row as it will be learned, name by name, and `number` its number. `problem` says why the rows cannot
    be used as they are; if not even their columns are known, `unused` are all of them, and `example` is a row as it is
    in the file.
    """

    task: str = ""
    tables: tuple[Table, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    made_of: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    targets: str = ""
    number: int = 0
    example: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    problem: str = ""

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What is read and how, as pairs of a name and words; the example last."""
        pairs = [(table.split or "read", _table_words(table)) for table in self.tables]
        pairs.append(("task", self.task))
        if self.columns:
            made = f", made of {_names(self.made_of)}" if self.made_of else ""
            pairs.append(("columns", ", ".join(map(self._origin, self.columns)) + made))
        if self.unused:
            pairs.append(("not used" if self.columns else "columns", _names(self.unused)))
        if self.targets:
            pairs.append(("to learn", self.targets))
        return pairs + [(f"row {self.number}, {name}", words) for name, words in self.example]

    def _origin(self, name: str) -> str:
        """Which column one is read from, and why."""
        why = self.reasons.get(name)
        return f"{name} from {self.columns[name]!r}" + (f" ({why})" if why else "")

    def __str__(self) -> str:
        lines = [f"{name}: {words}" for name, words in self.facts]
        return "\n".join([*lines, *map(str, self.findings), *([self.problem] if self.problem else ())])

    __repr__ = __str__


_MOST_NAMES = 20


def _names(columns: Sequence[str]) -> str:
    more = f" and {len(columns) - _MOST_NAMES} more" if len(columns) > _MOST_NAMES else ""
    return ", ".join(shown(name, 60) for name in columns[:_MOST_NAMES]) + more


def _table_words(table: Table) -> str:
    encoding = f", {table.encoding}" if table.encoding else ""
    return f"{table.rows:,} row{'' if table.rows == 1 else 's'} of {table.source or 'a table in memory'}{encoding}"


@dataclass(frozen=True)
class Splits:
    """Train, validation and test rows with the audit that made them disjoint.

    `test` is touched once, at the end. `columns` maps canonical names of inputs and target to the names in the source.
    Rows may have the columns `group`, `time` and `weight` too, which no model sees.
    `unlabelled` has the rows without a target that stand in no other split, for distillation. Where `folds` is not 0,
    train and validation rows are cross-validated in so many parts; then `test` may be empty. `overview` says what the
    rows were read as, `label_type` the type that labels had in the table.
    """

    train: Rows
    validation: Rows
    test: Rows
    audit: Audit
    columns: Mapping[str, str] = field(default_factory=dict)
    unlabelled: Rows | None = None
    folds: int = 0
    overview: Overview = Overview()
    label_type: LabelType = "str"

    @property
    def labelled(self) -> Rows:
        """Train and validation rows."""
        return self.train.join(self.validation) if len(self.validation) else self.train

    @property
    def words(self) -> str:
        """How many rows are for what."""
        train, validation, test = map(len, (self.train, self.validation, self.test))
        if not self.folds:
            return f"{train:,} rows to train, {validation:,} to validate, {test:,} to test"
        held_out = f", {test:,} to test" if test else ""
        return f"{train + validation:,} rows to cross-validate in {self.folds} parts{held_out}"
