"""Which columns are the text and the label, by what they hold, where their names do not say so."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from transferkit.data import contents, doubts, flags, headers, joined, name_hints, several, two_columns, unused_columns
from transferkit.data.columns import TaskColumns, by_name, find, usual_names
from transferkit.data.contents import Column, Content
from transferkit.data.name_hints import of_label
from transferkit.errors import DataError
from transferkit.shapes import Shape
from transferkit.table.column_names import ASIDE, plain
from transferkit.table.rows import Rows
from transferkit.table.splits import BY_CONTENT, BY_NAME, NAMED, Finding

_CLEARLY = 2
"""How many times as long as all others texts are that need no name."""
_HARDLY_FILLED, _HALF = 0.1, 0.5
_CALLED_LABEL = ("label", "labels", "gold_label", "标签", "標籤", "ラベル", "라벨", "метка")
_MOST_CLASSES, _MANY_REPEATS = 200, 10
_NO_TEXT = (Content.NOTHING, Content.CONSTANT, Content.TIMES, Content.ADDRESSES, Content.KEYS, Content.NUMBERS)
_NO_LABEL = (Content.NOTHING, Content.TIMES, Content.ADDRESSES, Content.KEYS, Content.TEXTS)


@dataclass(frozen=True)
class Taken:
    """The columns that are named by the user or taken by their content, canonical -> raw; why each of all that are read
    is taken, canonical -> one of `NAMED`, `BY_NAME` and `BY_CONTENT`; and what is to be said of them."""

    named: Mapping[str, str]
    reasons: Mapping[str, str]
    findings: tuple[Finding, ...] = ()


def taken(rows: Rows, task: TaskColumns, asked: Mapping[str, str]) -> Taken:
    """The columns of raw `rows` that are read for `task`: those that the user `asked` for, then those with usual names,
    then those that hold what is wanted.

    Raises `DataError` where it is not clear which column is meant, or where what a usual name stands over is hardly
    what the name says.
    """
    headers.refuse(rows)
    table = joined.with_texts(task.unpack(rows), asked, (*task.inputs, *task.optional_inputs))
    table = _with_labels(table, task, asked)
    called = _without_labels(table, task, by_name(list(table.columns), task, asked, True, rows.source), asked)
    if not task.shape.whole:
        found = two_columns.of(table, task, called)
        said = tuple(doubts.said(table, found))
        return Taken({**asked, **found}, _reasons({**called, **found}, asked, found), said)
    choice = _Choice(table, task, asked, called)
    doubts.refuse(choice.table, task, called, asked, choice.likely_texts, choice.likely_labels)
    found = choice.found
    read = {**called, **found}
    if not choice.labels_are_flags:
        _require(table, task, {**asked, **found})
    findings = (*doubts.said(table, found), *choice.rivals(read), *doubts.numbers_as_classes(table, task, read))
    return Taken({**asked, **found}, _reasons(read, asked, found), findings)


def _with_labels(table: Rows, task: TaskColumns, asked: Mapping[str, str]) -> Rows:
    """`table` with one column in place of those of 0 and 1 that the user named as labels, which `label_sets` fills."""
    raw = asked.get(task.target, "")
    parts = joined.parts(raw, table.columns) if task.shape is Shape.LABELS else []
    if len(parts) < 2 or not joined.there(raw, table.columns):
        return table
    left = {name: cells for name, cells in table.columns.items() if name not in parts}
    return replace(table, columns={**left, raw: [None] * len(table)})


def _without_labels(
    table: Rows, task: TaskColumns, called: Mapping[str, str], asked: Mapping[str, str]
) -> dict[str, str]:
    """`called` without the text, where another column holds texts and this one few values, and its name is usual for
    labels too: 评价 over 好评 and 差评."""
    name = next(iter(task.inputs))
    raw = called.get(name, "")
    if task.shape.whole and raw in table and name not in asked and "text_pair" not in called and of_label(raw):
        others = [column for column in table.columns if column not in called.values()]
        texts = any(contents.of(table, column).content is Content.TEXTS for column in others)
        if texts and doubts.is_no_text(contents.of(table, raw), True):
            return {role: column for role, column in called.items() if role != name}
    return dict(called)


def _reasons(read: Mapping[str, str], asked: Mapping[str, str], found: Mapping[str, str]) -> dict[str, str]:
    return {name: NAMED if name in asked else BY_CONTENT if name in found else BY_NAME for name in read}


def _require(table: Rows, task: TaskColumns, named: Mapping[str, str]) -> None:
    """Raise `DataError` where a column is missing, with what there is instead of it."""
    try:
        find(list(table.columns), task, named, True, table.source)
    except DataError as error:
        raise DataError(f"{error}{doubts.instead(table, task, named)}") from None


@dataclass(frozen=True)
class _Choice:
    """What may be the text and the label of `table`, where `called` are the columns that are found by name."""

    table: Rows
    task: TaskColumns
    asked: Mapping[str, str]
    called: Mapping[str, str]

    @property
    def text(self) -> str:
        return next(iter(self.task.inputs))

    @cached_property
    def columns(self) -> dict[str, Column]:
        """What every column holds that is not read by its name."""
        known = {part for raw in self.called.values() for part in joined.parts(raw, self.table.columns)}
        return {name: contents.of(self.table, name) for name in self.table.columns if name not in known}

    @cached_property
    def likely_texts(self) -> list[Column]:
        """Columns that may be the text, the longest texts first."""
        texts = [column for column in self.columns.values() if column.content is Content.TEXTS]
        texts = texts or [column for column in self.columns.values() if column.content is Content.NAMES]
        return sorted(_filled(texts), key=lambda column: -column.words)

    @cached_property
    def likely_labels(self) -> list[Column]:
        """Columns that may be the label; those about whose, whence and when a row is only if there are no others."""
        labels = [column for column in self.columns.values() if self._may_be_label(column)]
        if self.task.shape is Shape.LABELS:
            labels = [c for c in self.columns.values() if self._holds_several(c)] or labels
        labels = _filled(labels)
        return [column for column in labels if not name_hints.about_rows(column.name)] or labels

    def _may_be_label(self, column: Column) -> bool:
        if unused_columns.says_split(self.table, column.name):
            return False
        if self.task.shape is Shape.VALUE:
            return column.numbers and column.content in (Content.NUMBERS, Content.CATEGORIES)
        few = column.different <= _MOST_CLASSES or column.repeats >= _MANY_REPEATS
        return column.content is Content.CATEGORIES and few and not (column.numbers and not column.whole)

    def _holds_several(self, column: Column) -> bool:
        kept = several.seen(self.table, column.name)
        return kept is not None and kept.sure

    @cached_property
    def labels_are_flags(self) -> bool:
        """Whether there may be a column of 0 and 1 for every label, which `label_sets` looks for."""
        several = self.task.shape is Shape.LABELS and self.task.target not in self.called
        return several and len(flags.columns(self.table, [*self.called.values()])[0]) > 1

    @cached_property
    def found(self) -> dict[str, str]:
        """Canonical -> raw of what is taken by its content. Raises `DataError` where several columns may be meant."""
        wanted = [name for name in (self.text, self.task.target) if name not in self.called]
        if self.labels_are_flags:
            wanted.remove(self.task.target)
        elif two := self._of_two(wanted):
            return two
        found = self._texts() if self.text in wanted else {}
        if self.task.target in wanted and (label := self._label(found)):
            found |= {self.task.target: label}
        return found

    def _of_two(self, wanted: list[str]) -> dict[str, str]:
        """What is `wanted` of a table of two columns besides such as count rows or are empty: the longer one is the
        text."""
        aside = {self.called[name] for name in ASIDE if name in self.called}
        idle = {c.name for c in self.columns.values() if c.content is Content.KEYS or c.share < _HARDLY_FILLED}
        columns = [c for c in self.columns.values() if c.name not in idle]
        if not wanted or len(self.table.columns) - len(aside | idle) != 2 or len(columns) != len(wanted):
            return {}
        columns.sort(key=lambda column: (-column.words, -column.different))
        roles = dict(zip(wanted, columns, strict=True))
        return {name: c.name for name, c in roles.items()} if all(self._fits(*role) for role in roles.items()) else {}

    def _fits(self, name: str, column: Column) -> bool:
        """Whether one of two columns can be the text or the label that it is taken as."""
        if name == self.text:
            return column.content not in _NO_TEXT
        if self.task.shape is Shape.VALUE:
            return column.numbers
        return column.content not in (*_NO_LABEL, Content.NUMBERS)

    def _texts(self) -> dict[str, str]:
        texts = self.likely_texts
        if len(texts) < 2:
            return {self.text: texts[0].name} if texts else {}
        pair = sorted(text.name for text in texts)
        if len(pair) == 2 and name_hints.are_pair(*pair) and "text_pair" in self.task.optional_inputs:
            return dict(zip((self.text, "text_pair"), pair, strict=True))
        hinted = [text for text in texts if name_hints.of_text(text.name)]
        if len(hinted) == 1:
            return {self.text: hinted[0].name}
        if texts[0].content is Content.TEXTS and texts[0].words >= _CLEARLY * texts[1].words:
            return {self.text: texts[0].name}
        raise doubts.which_text(self.table, texts)

    def _label(self, found: Mapping[str, str]) -> str | None:
        labels = [column for column in self.likely_labels if column.name not in found.values()]
        if len(labels) < 2:
            return labels[0].name if labels else None
        hinted = [column for column in labels if of_label(column.name)]
        if len(hinted) == 1:
            return hinted[0].name
        raise doubts.which_label(self.table, labels)

    def rivals(self, read: Mapping[str, str]) -> list[Finding]:
        """Columns that could be the text or the label as well as those that are `read` without having been named."""
        target, findings = self.task.target, []
        if self.text in self.found and "text_pair" not in read:
            others = [c for c in self.likely_texts if c.name != read[self.text] and c.content is Content.TEXTS]
            others = [c for c in others if not unused_columns.reads_like(self.table, c.name, read[self.text])]
            findings += doubts.rivals(self.table, self.text, "--text", read[self.text], others)
        if target in read and target not in self.asked:
            usual = [c for c in self.likely_labels if target in self.found or self._is_rival(c.name, read[target])]
            others = [c for c in usual if not doubts.say_the_same(self.table, c.name, read[target])]
            findings += doubts.rivals(self.table, target, "--label", read[target], others)
        return findings

    def _is_rival(self, name: str, read: str) -> bool:
        """Whether a column is called as labels are, beside one that is read by its name; where that is called label,
        hints do not count."""
        hinted = plain(read) not in _CALLED_LABEL and of_label(name)
        return hinted or plain(name) in usual_names(self.task.target, self.task)


def _filled(columns: list[Column]) -> list[Column]:
    """Those of `columns` of which at least half of the cells are filled, if there are any."""
    return [column for column in columns if column.share >= _HALF] or columns
