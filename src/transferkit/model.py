"""A trained model in use: texts in, labels and probabilities out, wherever it was saved."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np

from transferkit import data, predictors, tasks
from transferkit.answer_records import Answers
from transferkit.arrays import Floats
from transferkit.artifact import learned_rows, saved_run
from transferkit.config import DESCRIBED, Precision, resuming
from transferkit.data import audit, content, given_texts, joined, label_sets, labels, no_consensus, oddities
from transferkit.data.cleaning import clean
from transferkit.data.merging import merged as merged_rows
from transferkit.errors import ArtifactError, ConfigError, DataError, nearest, shown
from transferkit.evaluation.outputs import spread
from transferkit.evaluation.results import Scores
from transferkit.evaluation.scores import score
from transferkit.language.parting import BLANKS, Parting
from transferkit.places import beside, usable_path
from transferkit.predictors import Predictor
from transferkit.shapes import Shape
from transferkit.table import prose
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding
from transferkit.table.values import names_in
from transferkit.tagging import sentences, word_rows
from transferkit.tagging.marking import How
from transferkit.tagging.tagged import tagged, unparted
from transferkit.tasks import Task

_MOST_AT_ONCE = 1_000_000
_LOST_OF_TALKS = "the end is lost, of a conversation its oldest turns"

log = logging.getLogger("transferkit")


@dataclass(frozen=True)
class Model:
    """A predictor with the task it was made for; `load` makes one.

    `folder` is its artifact; `columns` maps `text`, `text_pair` and `label` to what the columns were called
    in the data it was trained on; `parting` says how a text is parted into words that are tagged;
    `precision` is the one that it was loaded in, None for that which its scores were measured in.

    >>> model = transferkit.load("runs/trec")           # doctest: +SKIP
    >>> model.predict(["Who wrote Ulysses ?"])          # doctest: +SKIP
    ['HUM']
    """

    folder: Path
    predictor: Predictor = field(repr=False)
    task: Task = field(repr=False)
    columns: Mapping[str, str] = field(default_factory=dict)
    parting: Parting = field(default=BLANKS, repr=False)
    precision: Precision | None = field(default=None, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """What is pickled is the place of the folder, from which another process loads the model again."""
        own_code = predictors.read_facts(self.folder).own_code  # which was trusted, or it would not have been loaded
        return _loaded_again, (str(self.folder.resolve()), own_code, self.precision)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels, in the order of the columns of `predict_proba`."""
        return self.predictor.labels

    @property
    def takes_pairs(self) -> bool:
        """Whether it was trained on pairs of texts."""
        return "text_pair" in self.columns

    def predict(self, texts: Sequence[given_texts.Text]) -> list[Any]:
        """The answer for every text, or (text, text_pair) tuple: its most probable label, all of its labels, a
        number, a tag per word with the entities among them (`Tagged`; of a text, or of a list of words), or for
        (question, context) the span that answers, "" for none. None where there is no text to answer. Raises
        `DataError` for one bare text instead of a list."""
        answers = self._answers(self._rows(texts))
        self._warn(answers.cut, answers.unfinished, answers.alone, answers.unparted)
        return answers.values

    def predict_proba(self, texts: Sequence[given_texts.Text]) -> Floats:
        """(texts, labels): probabilities summing to one, or of every label where they do not exclude each other, which
        `predict` gives from a threshold of the model's own on; NaN where there is no text."""
        self.require_probabilities()
        answers = self._answers(self._rows(texts))
        self._warn(answers.cut, (), answers.alone)
        return np.asarray(answers.outputs)[:, : len(self.labels)]

    def records(self, texts: Sequence[given_texts.Text], probabilities: bool = False) -> list[dict[str, Any]]:
        """What `transferkit predict` writes: a dict of plain values per text, as `Answers.records` describes it; `row`
        counts from 1. Texts are those that `predict` takes; for a file there is `stream`.

        Raises `ConfigError` where there are no `probabilities`, `DataError` for one bare text instead of a list.
        """
        if probabilities:
            self.require_probabilities()
        answers = self._answers(self._rows(texts))
        self._warn(answers.cut, answers.unfinished, answers.alone, answers.unparted)
        return answers.records(probabilities)

    def require_probabilities(self) -> None:
        """Raise `ConfigError` where answers are not labels of a text."""
        if not self.task.shape.form.CLASSES:
            raise ConfigError(
                f"{self.task.name} has no probabilities: its answers are {self.task.shape.value}; ask for answers alone"
            )

    def _rows(self, texts: Sequence[given_texts.Text]) -> Rows:
        texts = given_texts.listed(texts)
        if self.task.shape.form.OF_WORDS:
            return sentences.given(texts, self.parting)
        return given_texts.rows_of(
            given_texts.filled(texts, self.takes_pairs), self.takes_pairs if self.columns else None
        )

    def stream(
        self,
        path: Path,
        named: Mapping[str, str] | None = None,
        batch_size: int = 1000,
        encoding: str | None = None,
    ) -> Iterator[Answers]:
        """Answers for the rows of a file of any size, `batch_size` at a time, in their order.

        `named` says which columns hold `text` and `text_pair`; otherwise they are called as in training or
        have a usual name; `encoding` is UTF-8 unless named, or `auto`.
        """
        if isinstance(batch_size, bool) or not isinstance(batch_size, int) or not 1 <= batch_size <= _MOST_AT_ONCE:
            raise ConfigError(f"batch_size: expected a number from 1 to {_MOST_AT_ONCE:,}, found {shown(batch_size)}")
        broken = 0
        odd: list[Finding] = []
        cut: list[int] = []
        unfinished: list[int] = []
        alone: list[int] = []
        unparted: list[int] = []
        batches = data.stream(path, batch_size, encoding, of_words=self.task.shape.form.OF_WORDS)
        for batch in word_rows.whole(batches) if self.task.shape.form.OF_WORDS else batches:
            known = self._named(batch, named)
            rows, columns = data.canonical(batch, self.task, known, need_target=False, parting=self.parting)
            odd = odd or oddities.header(rows, self.task, columns, "")
            broken += sum(len(finding.rows) for finding in audit.encoding(rows, self.task, ""))
            if self.columns and not self.takes_pairs and named and "text_pair" in named:
                raise ConfigError(f"--text-pair {named['text_pair']}: this model reads single texts; leave it out")
            if self.takes_pairs and "text_pair" not in rows:
                raise DataError(f"{path}: this model reads pairs of texts; name the second column with --text-pair")
            answers = self._answers(rows)
            cut += answers.cut
            unfinished += answers.unfinished
            alone += answers.alone
            unparted += answers.unparted
            yield answers
        self._warn(cut, unfinished, alone, unparted)
        for finding in odd:
            log.warning("%s: %s: %s", path, finding.message, finding.action)
        if broken:
            log.warning("%s: bytes that are not UTF-8 in %s, read with the mark \ufffd", path, prose.counted(broken))

    def evaluate(
        self,
        table: Any,
        named: Mapping[str, str] | None = None,
        encoding: str | None = None,
        *,
        label_separator: str | None = None,
        label_names: Sequence[str] = (),
    ) -> tuple[Scores, tuple[Finding, ...]]:
        """Scores on a labelled table (whatever `read` takes), and the rows that had to be left out or that the model
        learned from, as far as its run is still around it. `label_separator` and `label_names` as in `fit`.

        Raises `DataError` where it has labels that the model does not know.
        """
        read = data.read(table, encoding)
        given = label_sets.Asked(label_separator, tuple(label_names), self.labels)
        tables, chosen, told = label_sets.in_lists({"": read}, self.task, self._named(read, named, target=True), given)
        tables = no_consensus.without(tables, self.task, chosen, self.labels)
        cleaned = clean(tables[""], self.task, chosen, "test", How(parting=self.parting))
        rows, merged = merged_rows({"test": self._respelt(cleaned.rows)}, self.task)
        cleaned = replace(cleaned, rows=rows["test"])
        self._know(cleaned.rows, cleaned.columns[self.task.target])
        references = self.task.references(cleaned.rows)
        findings = tuple(replace(f, action="left out") if f.kind == "unlabelled" else f for f in cleaned.findings)
        findings = (*told, *findings, *merged, *oddities.header(cleaned.rows, self.task, cleaned.columns, ""))
        if self.task.shape.form.OF_WORDS:
            findings += self._odd_tags(cleaned.rows)
        if self.task.shape is Shape.VALUE:
            findings += audit.constant(references)
        findings += learned_rows.findings(self.folder, cleaned.rows, self.task)
        predictions = self.predictor.predict(cleaned.rows.for_models())
        cut, unfinished = (_numbers(cleaned.rows, positions) for positions in (predictions.cut, predictions.unfinished))
        findings += self._told(cut, unfinished)
        return score(self.task, predictions.outputs, references, inputs=self.task.asked(cleaned.rows)), findings

    def _respelt(self, rows: Rows) -> Rows:
        """`rows` with the model's spelling of labels that a table writes otherwise: 1.0 for 1."""
        if not self.task.shape.form.CLASSES:
            return rows
        for spelling in (labels.same_numbers, lambda names: labels.respelt(names, self.labels)):
            rows, _ = labels.renamed(rows, self.task.target, spelling(audit.class_counts(rows, self.task)))
        return rows

    def _know(self, rows: Rows, column: str) -> None:
        if not self.task.shape.form.CLASSES:
            return
        for number, target in zip(rows.numbers, rows[self.task.target], strict=True):
            unknown = [label for label in names_in(target) if label not in self.labels]
            if unknown:
                where = f"{rows.source}: " if rows.source else ""
                raise DataError(
                    f"{where}row {number}, column {column!r}: the model does not know the label {unknown[0]!r}; it "
                    f"knows {', '.join(map(repr, self.labels[:20]))}; rename the label, or remove such rows"
                )

    def _odd_tags(self, rows: Rows) -> tuple[Finding, ...]:
        parts = {"test": rows}
        unknown = audit.unknown_tags(rows, self.task, self.labels, "that the model does not know")
        return (*audit.improper_tags(parts, self.task), *audit.plain_tags(parts, self.task), *unknown)

    def _answers(self, rows: Rows) -> Answers:
        blank = np.asarray(content.is_blank(rows, self.task), dtype=bool)
        rows_with_text = rows.take(~blank).for_models()
        predictions = self.predictor.predict(rows_with_text)
        answered: list[Any] = [None] * len(rows)
        decoded = self.task.decode(predictions.outputs, self.labels)
        if self.task.shape.form.OF_WORDS:
            decoded = tagged(rows_with_text, decoded, predictions.outputs)
        for i, value in zip(np.flatnonzero(~blank), decoded, strict=True):
            answered[i] = value
        return Answers(
            numbers=rows.numbers,
            values=answered,
            outputs=spread(predictions.outputs, ~blank),
            name=self.task.target,
            cut=_numbers(rows_with_text, predictions.cut),
            unfinished=_numbers(rows_with_text, predictions.unfinished),
            alone=tuple(content.without_second(rows_with_text, self.task)),
            unparted=unparted(rows_with_text, self.parting),
            labels=self.labels,
            shape=self.task.shape,
        )

    def _warn(
        self, cut: Sequence[int], unfinished: Sequence[int], alone: Sequence[int], unparted: Sequence[int] = ()
    ) -> None:
        for finding in (*self._told(cut, unfinished), *audit.alone(alone), *audit.unparted(unparted)):
            log.warning("%s: %s", finding.message, finding.action)

    def _told(self, cut: Sequence[int], unfinished: Sequence[int]) -> tuple[Finding, ...]:
        lost = _LOST_OF_TALKS if self.task.conversations else self.task.shape.form.LOST
        return (*audit.unread(cut, lost), *audit.unfinished(unfinished))

    def _named(self, rows: Rows, named: Mapping[str, str] | None, target: bool = False) -> dict[str, str]:
        known = {name: raw for name, raw in self.columns.items() if joined.there(raw, rows.columns)}
        if not target:
            known.pop(self.task.target, None)
        return known | _names(named)


def load(
    folder: str | Path,
    route: str | None = None,
    cheapest: bool = False,
    *,
    trust_remote_code: bool = False,
    precision: Precision | None = None,
) -> Model:
    """The model in `folder`: a run folder (its best route, the `route` named, or the `cheapest` one that is
    as good) or one artifact. `trust_remote_code` lets it run Python code that came with its pretrained model;
    `precision` is fp32, bf16 or fp16, by default the one that its scores were measured in.

    Raises `ArtifactError` for a damaged or foreign folder, and for code of its own that is not trusted; `ConfigError`
    for a route or a precision that it has not.
    """
    path = _place(folder)
    if not isinstance(route, str | None):
        raise ConfigError(f"expected the name of a route, found {shown(route)}")
    artifact = _artifact(path, route, cheapest)
    facts = predictors.read_facts(artifact)
    # A folder of an earlier version does not say itself what it is for.
    run = saved_run.read(artifact.parent.parent) if artifact.parent.name == "models" and facts.task is None else None
    from transferkit.sources.hush import hushed  # needs transformers, which a wrong name need not wait for

    with hushed():
        predictor = predictors.load(artifact, trust_remote_code, _precision(precision))
    name, columns = (run.task.name, run.data.columns) if run else (facts.task, facts.columns)
    task = replace(_task(artifact, name, predictor), labels=predictor.labels)
    return Model(artifact, predictor, task, columns, facts.parting or BLANKS, precision)


def _loaded_again(folder: str, trusted: bool, precision: Precision | None = None) -> Model:
    return load(folder, trust_remote_code=trusted, precision=precision)


def _precision(value: Any) -> Precision | None:
    if value is None:
        return None
    if not isinstance(value, str) or value not in get_args(Precision):
        raise ConfigError(f"precision: expected {', '.join(get_args(Precision))}, found {shown(value)}")
    return cast(Precision, value)


def _task(artifact: Path, name: str | None, predictor: Predictor) -> Task:
    if name is None:
        return tasks.of_shape(predictor.shape)
    known = name in (*tasks.names(), *tasks.ALIASES)
    if not known or tasks.get(name).shape is not predictor.shape:
        raise ArtifactError(
            f"{artifact / predictors.FACTS}: expected a task whose answers are {predictor.shape.value}, found "
            f"{name!r}; train again or restore it from a copy"
        )
    return tasks.get(name)


def _place(folder: Any) -> Path:
    if not isinstance(folder, str | Path):
        raise ConfigError(f"expected the folder of a run or a model, found {shown(folder)}")
    try:
        return usable_path(folder)
    except ValueError as error:
        raise ArtifactError(f"no run or model in {shown(str(folder))}: {error}") from None


def _names(named: Any) -> dict[str, str]:
    """Canonical -> raw column names, checked."""
    if not isinstance(named, Mapping | None) or not all(isinstance(name, str) for name in (named or {}).values()):
        raise ConfigError(f"named: expected names of columns such as {{'text': 'review'}}, found {shown(named)}")
    return dict(named or {})


def _numbers(rows: Rows, positions: Sequence[int]) -> tuple[int, ...]:
    return tuple(rows.numbers[list(positions)].tolist())


def _artifact(path: Path, route: str | None, cheapest: bool) -> Path:
    if not path.is_dir():
        if path.is_file():
            raise ArtifactError(f"no run or model in {path}: it is a file; the folder of the run comes before the rows")
        raise ArtifactError(f"no run or model in {path}: there is no such folder{beside(path)}")
    run = saved_run.read(path)
    if run is None and (path / DESCRIBED).exists():
        return _of_unfinished(path, route)
    if run is None:
        if route or cheapest:
            raise ConfigError(f"{path} is one model, not a run: it has no routes to choose from")
        return path
    name = route or (run.cheapest if cheapest else run.best)
    if name is None:
        raise ConfigError(
            f"{path} names no cheapest route: its rows were too few to show that a faster one is as good as "
            f"{run.best}; leave out --cheapest, or name one with --route"
        )
    chosen = run.route(name)
    if chosen is None:
        there = ", ".join(result.name for result in run.routes)
        near = nearest(name, [result.name for result in run.routes])
        meant = f"; did you mean {near}?" if near else ""
        raise ConfigError(f"{path} has no route {shown(name, 60)}; it has {there}{meant}")
    return path / chosen.artifact


def _of_unfinished(path: Path, route: str | None) -> Path:
    finished = sorted(file.parent.name for file in (path / "models").glob(f"*/{predictors.FACTS}"))
    if route in finished:
        return path / "models" / str(route)
    raise ArtifactError(
        f"the run in {path} is not finished; finish it with: {resuming(path)}"
        + (f", or name a finished route: {', '.join(finished)}" if finished else "")
    )
