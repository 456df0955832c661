"""Answers beside what the user's rows had: which columns are kept, and what those of the answers are called then."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from transferkit.artifact.predictions import as_json, own_names
from transferkit.cli import cells
from transferkit.cli.answer_files import Columns
from transferkit.table.values import are_whole

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
    """Makes columns of answers, a batch at a time.

    The user's columns come first, under their own names. A column of answers that has one of these is called after it,
    `predicted_label`; the probability of a label is in a table called `probability_LABEL`. Without `ALL` the first has
    the numbers of the rows. `table` and `nested` as in `AnswerFile`; `probabilities` says whether there is one for
    every label.
    """

    keep: Keep
    table: bool = False
    nested: bool = True
    probabilities: bool = False
    names: dict[str, str] = field(default_factory=dict)
    kept: tuple[str, ...] = ()
    late: dict[str, int] = field(default_factory=dict)

    def columns(self, answers: "Answers") -> Columns:
        """Those of `answers`, behind the user's own."""
        answered, columns = self._spread(answers), self._kept(answers)
        if not self.names:
            self.kept = tuple(columns)
            self._name([*columns], answered)
        if self.table:
            for name in columns.keys() - set(self.kept):
                self.late.setdefault(name, int(answers.numbers[0]))
            columns = {name: columns[name] for name in self.kept if name in columns}
        names = [*own_names(columns, self.names.values()), *(self.names[name] for name in answered)]
        return dict(zip(names, [*map(self._given, columns.values()), *answered.values()], strict=True))

    def finish(self) -> None:
        """Warn of columns that came when the header of the table had been written."""
        for name, number in self.late.items():
            log.warning("column %r appears first near row %d and is left out: the header stood by then", name, number)

    def _kept(self, answers: "Answers") -> Mapping[str, Sequence[Any]]:
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

    def _spread(self, answers: "Answers") -> dict[str, list[Any]]:
        """The columns of answers, without that of numbers where all columns are kept; in a table one per label."""
        columns = answers.table(self.probabilities)
        if self.keep is Keep.ALL:
            del columns["row"]
        if self.table and "probabilities" in columns:
            shares = columns.pop("probabilities")
            for label in answers.labels:
                columns[f"{_SHARE}{label}"] = [share and share[label] for share in shares]
        if self.nested:
            return columns
        of_words = answers.shape.form.OF_WORDS
        return {name: [cells.answered(value, of_words) for value in values] for name, values in columns.items()}

    def _given(self, values: Sequence[Any]) -> Sequence[Any]:
        return values if are_whole(values) else [*map(as_json if self.nested else cells.given, values)]
