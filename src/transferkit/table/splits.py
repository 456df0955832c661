"""`Splits`: what `data` hands to everything downstream."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from transferkit import locales
from transferkit.errors import shown
from transferkit.locales import ENGLISH, Say
from transferkit.table.rows import Rows

_IN_ENGLISH = locales.get(ENGLISH)

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

    def told(self, say: Say) -> str:
        """All of it in one line."""
        parts = [say(self.kind), say.found(self.message), say.found(self.action)]
        return say.language.COLON.join(filter(None, parts))

    def __str__(self) -> str:
        return self.told(_IN_ENGLISH)


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
    `example` is a row as it will be learned, name by name, and `number` its number, which counts rows, or lines
    where these are its `unit`. `problem` says why the rows cannot be used as they are; if not even their columns
    are known, `unused` are all of them, and `example` is a row as it is in the file. It is printed in `language`.
    """

    task: str = ""
    tables: tuple[Table, ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    made_of: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    targets: str = ""
    number: int = 0
    unit: str = "row"
    example: tuple[tuple[str, str], ...] = ()
    findings: tuple[Finding, ...] = ()
    problem: str = ""
    language: str = ENGLISH

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What is read and how, as pairs of a name and words; the example last."""
        return self.told(locales.get(self.language))

    def told(self, say: Say) -> list[tuple[str, str]]:
        """The `facts` in the language of `say`; the example, which is the user's, as it is."""
        pairs = [(say(table.split or "read"), _table_words(table, say)) for table in self.tables]
        pairs.append((say("task"), say(self.task)))
        if self.columns:
            columns = say.language.COMMA.join(self._origin(name, say) for name in self.columns)
            made = say("{columns}, made of {names}", columns=columns, names=_names(self.made_of, say))
            pairs.append((say("columns"), made if self.made_of else columns))
        if self.unused:
            pairs.append((say("not used" if self.columns else "columns"), _names(self.unused, say)))
        if self.targets:
            pairs.append((say("to learn"), say.found(self.targets)))
        place = "line {number}, {name}" if self.unit == "line" else "row {number}, {name}"
        named = [(say(place, number=self.number, name=say.found(name)), words) for name, words in self.example]
        return [*pairs, *named]

    def _origin(self, name: str, say: Say) -> str:
        """Which column one is read from, and why."""
        origin = say("{name} from {column}", name=say(name), column=repr(self.columns[name]))
        why = self.reasons.get(name)
        return say("{words} ({why})", words=origin, why=say.found(why)) if why else origin

    def __str__(self) -> str:
        say = locales.get(self.language)
        lines = [say.language.COLON.join(pair) for pair in self.told(say)]
        found = [finding.told(say) for finding in self.findings]
        return "\n".join([*lines, *found, *([self.problem] if self.problem else ())])

    __repr__ = __str__


_MOST_NAMES = 20


def _names(columns: Sequence[str], say: Say) -> str:
    names = say.language.COMMA.join(shown(name, 60) for name in columns[:_MOST_NAMES])
    more = len(columns) - _MOST_NAMES
    return say("{names} and {n} more", names=names, n=more) if more > 0 else names


def _table_words(table: Table, say: Say) -> str:
    source = table.source or say("a table in memory")
    rows = say.count(table.rows, "{n} row of {source}", "{n} rows of {source}", source=source)
    return say("{rows}, {encoding}", rows=rows, encoding=table.encoding) if table.encoding else rows


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
        return self.told(_IN_ENGLISH)

    def told(self, say: Say) -> str:
        """The same in the language of `say`."""
        train, validation, test = map(len, (self.train, self.validation, self.test))
        if not self.folds:
            counts = {"train": f"{train:,}", "validation": f"{validation:,}", "test": f"{test:,}"}
            return say("{train} rows to train, {validation} to validate, {test} to test", **counts)
        words = say("{rows} rows to cross-validate in {k} parts", rows=f"{train + validation:,}", k=self.folds)
        return say("{words}, {test} to test", words=words, test=f"{test:,}") if test else words
