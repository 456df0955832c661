"""Answers beside what the user's rows had: which columns are kept, and what those of the answers are called then."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from transferkit.artifact.predictions import as_json, own_names
from transferkit.cli import cells
from transferkit.cli.answer_files import Line

if TYPE_CHECKING:
    from transferkit.answer_records import Answers

log = logging.getLogger("transferkit")

_BEFORE = "predicted_"
_SHARE, _PROBABILITY = "\0", "probability_"
"""Before the name of a label, inside of this module and in the name of its column."""


class Keep(StrEnum):
    """Which of the user's columns stay beside the answers: none, those that were read, or all."""

    NONE = "none"
    INPUTS = "inputs"
    ALL = "all"


@dataclass
class Keeping:
    """Makes lines of answers, a batch at a time.

    The user's columns come first, under their own names. A column of answers that has one of these is called after it,
    `predicted_label`; the probability of a label is in a table called `probability_LABEL`. Without `ALL` a line begins
    with the number of its row. `table` and `nested` as in `AnswerFile`; `probabilities` says whether there is one for
    every label.
    """

    keep: Keep
    table: bool = False
    nested: bool = True
    probabilities: bool = False
    names: dict[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    late: dict[str, int] = field(default_factory=dict)

    def lines(self, answers: "Answers") -> list[Line]:
        """A line per row of `answers`."""
        records = [self._spread(record) for record in answers.records(self.probabilities)]
        columns = self._columns(answers)
        if not self.names:
            self.kept = tuple(columns)
            self._name([*columns], _columns_of(records, answers, self.probabilities and self.table))
        if self.table:
            for name in columns.keys() - set(self.kept):
                self.late.setdefault(name, int(answers.numbers[0]))
            columns = {name: columns[name] for name in self.kept if name in columns}
        own = own_names(columns, self.names.values())
        of_words = answers.shape.form.OF_WORDS
        cells = [[self._given(value) for value in values] for values in columns.values()]
        lines: list[dict[str, Any]] = [dict(zip(own, given, strict=True)) for given in zip(*cells, strict=True)]
        return [
            line | {self.names[name]: self._answered(value, of_words) for name, value in record.items()}
            for line, record in zip(lines or [{}] * len(records), records, strict=True)
        ]

    def finish(self) -> None:
        """Warn of columns that came when the header of the table had been written."""
        for name, number in self.late.items():
            log.warning("column %r appears first near row %d and is left out: the header stood by then", name, number)

    def _columns(self, answers: "Answers") -> Mapping[str, Sequence[Any]]:
        match self.keep:
            case Keep.NONE:
                return {}
            case Keep.INPUTS:
                return {name: answers.given[name] for name in answers.inputs}
            case Keep.ALL:
                return answers.given

    def _name(self, taken: Iterable[str], columns: Iterable[str]) -> None:
        known = {*taken}
        for column in columns:
            name = column.replace(_SHARE, _PROBABILITY, 1) if column.startswith(_SHARE) else column
            while name in known:
                name = f"{_BEFORE}{name}"
            known.add(name)
            self.names[column] = name

    def _spread(self, record: dict[str, Any]) -> dict[str, Any]:
        """`record` without a number where all columns are kept, with a column per label in a table."""
        if self.keep is Keep.ALL:
            del record["row"]
        if self.table and "probabilities" in record:
            shares = record.pop("probabilities")
            record |= {f"{_SHARE}{label}": share for label, share in (shares or {}).items()}
        return record

    def _given(self, value: Any) -> Any:
        return as_json(value) if self.nested else cells.given(value)

    def _answered(self, value: Any, of_words: bool) -> Any:
        return value if self.nested else cells.answered(value, of_words)


def _columns_of(records: Sequence[Mapping[str, Any]], answers: "Answers", spread: bool) -> list[str]:
    """The columns of answers; those of labels also where the first rows have no text."""
    shares = [f"{_SHARE}{label}" for label in answers.labels] if spread else []
    return [*dict.fromkeys((*(name for record in records for name in record), *shares))]
