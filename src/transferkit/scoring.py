"""A labelled table in; a trained model's scores on it, and what is odd about its rows, out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from transferkit.answer_records import numbers_at
from transferkit.artifact import learned_rows
from transferkit.data import audit, content, label_sets, labels, no_consensus, oddities
from transferkit.data.cleaning import Cleaned, clean
from transferkit.data.merging import merged as merged_rows
from transferkit.errors import DataError
from transferkit.evaluation.results import Scores
from transferkit.language.parting import Parting
from transferkit.predictors import Predictor
from transferkit.progress import progress
from transferkit.shapes import Shape
from transferkit.table import prose
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.table.values import names_in
from transferkit.tagging.marking import How
from transferkit.tasks import Task

_LOST_OF_TALKS = "the end is lost, of a conversation its oldest turns"


@dataclass(frozen=True)
class Trained:
    """What is scored: a predictor for a task, the folder it is in, and how it splits a text into words to tag."""

    folder: Path
    predictor: Predictor
    task: Task
    parting: Parting

    def scores(self, rows: Rows, named: Mapping[str, str], asked: label_sets.Asked) -> Scores:
        """Scores on raw `rows`, whose columns are `named`, canonical -> raw; `asked` says how several labels are read.

        Raises `DataError` where rows have labels that the model does not know.
        """
        cleaned, findings = self._cleaned(rows, named, asked)
        from transferkit.evaluation.dependence import of_groups  # needs scipy
        from transferkit.evaluation.scores import score

        with progress(f"answering {prose.counted(len(cleaned.rows))}"):
            predictions = self.predictor.predict(cleaned.rows.for_models())
        cut, unfinished = (numbers_at(cleaned.rows, found) for found in (predictions.cut, predictions.unfinished))
        references, inputs = self.task.references(cleaned.rows), self.task.asked(cleaned.rows)
        dependence = of_groups(content.dependent(cleaned.rows, self.task))
        scores = score(self.task, predictions.outputs, references, inputs=inputs, dependence=dependence)
        return replace(scores, findings=(*findings, *left_unread(self.task, cut, unfinished, cleaned.rows.unit)))

    def _cleaned(
        self, rows: Rows, named: Mapping[str, str], asked: label_sets.Asked
    ) -> tuple[Cleaned, tuple[Finding, ...]]:
        tables, chosen, told = label_sets.in_lists({"": rows}, self.task, named, asked)
        tables = no_consensus.without(tables, self.task, chosen, self.predictor.labels)
        cleaned = clean(tables[""], self.task, chosen, "test", How(parting=self.parting))
        whole, merged = merged_rows({"test": self._respelt(cleaned.rows)}, self.task)
        cleaned = replace(cleaned, rows=whole["test"])
        self._know(cleaned.rows, cleaned.columns[self.task.target])
        findings = tuple(replace(f, action="left out") if f.kind == "unlabelled" else f for f in cleaned.findings)
        findings = (*told, *findings, *merged, *oddities.header(cleaned.rows, self.task, cleaned.columns, ""))
        if self.task.shape.form.OF_WORDS:
            findings += self._odd_tags(cleaned.rows)
        if self.task.shape is Shape.VALUE:
            findings += audit.constant(self.task.references(cleaned.rows))
        return cleaned, (*findings, *learned_rows.findings(self.folder, cleaned.rows, self.task))

    def _respelt(self, rows: Rows) -> Rows:
        """`rows` with the model's spelling of labels that a table writes otherwise: 1.0 for 1."""
        if not self.task.shape.form.CLASSES:
            return rows
        for spelling in (labels.same_numbers, lambda names: labels.respelt(names, self.predictor.labels)):
            rows, _ = labels.renamed(rows, self.task.target, spelling(audit.class_counts(rows, self.task)))
        return rows

    def _know(self, rows: Rows, column: str) -> None:
        if not self.task.shape.form.CLASSES:
            return
        known = self.predictor.labels
        for number, target in zip(rows.numbers, rows[self.task.target], strict=True):
            unknown = [label for label in names_in(target) if label not in known]
            if unknown:
                where = f"{rows.source}: " if rows.source else ""
                raise DataError(
                    f"{where}{rows.unit} {number}, column {column!r}: the model does not know the label {unknown[0]!r}"
                    f"; it knows {', '.join(map(repr, known[:20]))}; rename the label, or remove such rows"
                )

    def _odd_tags(self, rows: Rows) -> tuple[Finding, ...]:
        parts = {"test": rows}
        unknown = audit.unknown_tags(rows, self.task, self.predictor.labels, "that the model does not know")
        return (*audit.improper_tags(parts, self.task), *audit.plain_tags(parts, self.task), *unknown)


def left_unread(task: Task, cut: Sequence[int], unfinished: Sequence[int], unit: str = "row") -> tuple[Finding, ...]:
    """Findings on rows of these numbers that were read in part, and on those whose answers were cut off."""
    lost = _LOST_OF_TALKS if task.conversations else task.shape.form.LOST
    return (*audit.unread(cut, lost, unit), *audit.unfinished(unfinished))
