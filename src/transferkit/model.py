"""A trained model in use: texts in, labels and probabilities out, wherever it was saved."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np

from transferkit import answer_forms, data, keywords, predictors, tasks
from transferkit.answer_records import Answers, numbers_at
from transferkit.artifact.chosen import chosen
from transferkit.artifact.purpose import Purpose, described, encoding_of, require_probabilities
from transferkit.config import Precision
from transferkit.data import audit, content, given_texts, joined, label_sets, label_types, oddities
from transferkit.data.columns import usual_names
from transferkit.errors import ArtifactError, ConfigError, shown
from transferkit.evaluation.outputs import spread
from transferkit.evaluation.results import Scores
from transferkit.language.parting import BLANKS, Parting
from transferkit.predictors import Predictor
from transferkit.scoring import Trained, left_unread
from transferkit.table import prose
from transferkit.table.column_names import PAIRS, plain
from transferkit.table.rows import Rows
from transferkit.table.splits import Finding, LabelType
from transferkit.tagging import sentences
from transferkit.tagging.tagged import tagged, unparted
from transferkit.tasks import Task

_MOST_AT_ONCE = 1_000_000

log = logging.getLogger("transferkit")


@dataclass(frozen=True)
class Model:
    """A predictor with the task it was made for; `load` makes one.

    `folder` is its artifact; `columns` maps `text`, `text_pair` and `label` to what the columns were called
    in the data it was trained on, `label_type` is the type that labels had there; `parting` says how a text is parted
    into words that are tagged; `precision` is the one that it was loaded in, None for that which its scores were
    measured in.

    >>> model = transferkit.load("runs/trec")           # doctest: +SKIP
    >>> model.predict("Who wrote Ulysses ?")            # doctest: +SKIP
    'HUM'
    >>> model.predict(["Who wrote Ulysses ?"])          # doctest: +SKIP
    ['HUM']
    """

    folder: Path
    predictor: Predictor = field(repr=False)
    task: Task = field(repr=False)
    columns: Mapping[str, str] = field(default_factory=dict)
    parting: Parting = field(default=BLANKS, repr=False)
    label_type: LabelType = field(default="str", repr=False)
    precision: Precision | None = field(default=None, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        """What is pickled is the place of the folder, from which another process loads the model again."""
        own_code = predictors.read_facts(self.folder).own_code  # which was trusted, or it would not have been loaded
        return _loaded_again, (str(self.folder.resolve()), own_code, self.precision)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels as text, in the order of the columns of `predict_proba`; `classes` has them in their own type."""
        return self.predictor.labels

    @property
    def takes_pairs(self) -> bool:
        """Whether it was trained on pairs of texts."""
        return self.purpose.takes_pairs

    @property
    def classes(self) -> tuple[Any, ...]:
        """The labels in the type that they had in the training data, in the order of the columns of `predict_proba`."""
        return tuple(label_types.typed(label, self.label_type) for label in self.labels)

    def predict(self, texts: Any, named: Mapping[str, str] | None = None) -> Any:
        """The answer for every text, in the form that texts are given in.

        An answer is the most probable label or all labels of a text, in the type that labels had in the training data;
        a number; a tag per word with the entities among them (`Tagged`); of a question and its context the span that
        answers, "" for none; or a text. It is None where there is no text to answer.

        Parameters
        ----------
        texts : str, sequence of str, Series or DataFrame
            A text, or several. For models of two texts (text, text_pair) tuples, such as (question, context); for tags
            a text may be a list of words. Of a DataFrame the columns are read that have the names of the training data,
            or usual ones.
        named : mapping, optional
            Which columns of a DataFrame are read: `{"text": "review"}`.

        Returns
        -------
        answers : object, list, Series or DataFrame
            One answer for one text (or one tuple), a Series for a Series, else a list. For a DataFrame a DataFrame of
            answers alone, in the columns that `records` has; `df.join(model.predict(df).add_prefix("predicted_"))`
            puts them beside the rows. Series and DataFrame have the index of what was given.

        Raises
        ------
        DataError
            For anything else, and where a DataFrame has no column of texts.
        """
        return answer_forms.answered(self.answers(texts, named), self._form(texts))

    def predict_proba(self, texts: Any, named: Mapping[str, str] | None = None) -> Any:
        """(texts, labels): probabilities summing to one, or of every label where they do not exclude each other, which
        `predict` gives from a threshold of the model's own on; NaN where there is no text.

        `texts` and `named` as in `predict`. Of one text it is (labels,); of a Series or a DataFrame a DataFrame with
        its index and a column per label.
        """
        self.require_probabilities()
        return answer_forms.probable(self.answers(texts, named), self._form(texts))

    def records(self, texts: Any, probabilities: bool = False, named: Mapping[str, str] | None = None) -> Any:
        """What `transferkit predict --keep none` writes: a dict of plain values per text, as `Answers.records`
        describes it; `row` counts from 1. `texts` and `named` as in `predict`; of one text it is one dict. For a file
        there is `stream`.

        Raises `ConfigError` where there are no `probabilities`.
        """
        if probabilities:
            self.require_probabilities()
        return answer_forms.recorded(self.answers(texts, named), self._form(texts), probabilities)

    def answers(self, texts: Any, named: Mapping[str, str] | None = None) -> Answers:
        """What `predict`, `predict_proba` and `records` are made of. `texts` and `named` as in `predict`."""
        form = self._form(texts)
        if named is not None and form.kind != "frame":
            raise ConfigError("named: goes with a DataFrame, whose columns it names; leave it out")
        if form.kind == "frame" and len(texts):
            raw = data.read(texts)
            with keywords.named_columns():
                rows, _ = self.purpose.canonical(raw, _names(named))
            self.purpose.require_pairs(rows, "the DataFrame", 'named={"text_pair": ...}')
        else:
            rows = self._rows([] if form.kind == "frame" else [texts] if form.kind == "one" else texts)
        answers = self._answers(rows)
        self._warn(answers.cut, answers.unfinished, answers.alone, answers.unparted)
        return answers

    def _form(self, texts: Any) -> given_texts.Form:
        return given_texts.form_of(texts, self.takes_pairs or len(self.task.inputs) > 1)

    def require_probabilities(self) -> None:
        """Raise `ConfigError` where answers are not labels of a text."""
        require_probabilities(self.task)

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
        yield from self.streamed(self.purpose.stream(path, batch_size, encoding), path, named)

    def streamed(
        self, batches: Iterator[Rows], source: object, named: Mapping[str, str] | None = None
    ) -> Iterator[Answers]:
        """`stream` of raw `batches` that were read already; messages speak of `source`."""
        purpose, named = self.purpose, _names(named)
        broken, said, unit = 0, False, "row"
        odd: list[Finding] = []
        cut: list[int] = []
        unfinished: list[int] = []
        alone: list[int] = []
        unparted: list[int] = []
        for batch in batches:
            rows, columns = purpose.required(batch, source, named)
            odd = odd or oddities.header(rows, self.task, columns, "")
            alone_there = len(batch.columns) == 1 and not self.task.shape.form.OF_WORDS
            guessed = self._guessed(columns, named) if alone_there and not said else []
            said, unit = True, batch.unit
            if guessed:
                log.warning("%s: %s", source, f"{', '.join(guessed)}: its only column; --text names another")
            broken += sum(len(finding.rows) for finding in audit.encoding(rows, self.task, ""))
            read = {name: raw for name, raw in columns.items() if name != self.task.target}
            answers = replace(self._answers(rows), given=batch.columns, inputs=joined.of_columns(read, batch.columns))
            cut += answers.cut
            unfinished += answers.unfinished
            alone += answers.alone
            unparted += answers.unparted
            yield answers
        self._warn(cut, unfinished, alone, unparted, unit)
        for finding in odd:
            log.warning("%s: %s: %s", source, finding.message, finding.action)
        if broken:
            log.warning(
                "%s: signs that could not be read in %s, read with the mark \ufffd", source, prose.counted(broken)
            )

    def evaluate(
        self,
        table: Any,
        named: Mapping[str, str] | None = None,
        encoding: str | None = None,
        *,
        label_separator: str | None = None,
        label_names: Sequence[str] = (),
    ) -> Scores:
        """Scores on a labelled table (whatever `fit` takes as one). Their `findings` name the rows that had to be left
        out, or that the model learned from, as far as its run is still around it. `label_separator` and `label_names`
        as in `fit`.

        Raises `DataError` where it has labels that the model does not know.
        """
        rows = data.read(table, encoding, usual=self.purpose.encoding)
        asked = label_sets.Asked(label_separator, tuple(label_names), self.labels)
        trained = Trained(self.folder, self.predictor, self.task, self.parting)
        return trained.scores(rows, self.purpose.named(rows, _names(named), target=True), asked)

    def _answers(self, rows: Rows) -> Answers:
        blank = np.asarray(content.is_blank(rows, self.task), dtype=bool)
        rows_with_text = rows.take(~blank).for_models()
        predictions = self.predictor.predict(rows_with_text)
        answered: list[Any] = [None] * len(rows)
        decoded = self.task.decode(predictions.outputs, self.classes)
        if self.task.shape.form.OF_WORDS:
            decoded = tagged(rows_with_text, decoded, predictions.outputs)
        for i, value in zip(np.flatnonzero(~blank), decoded, strict=True):
            answered[i] = value
        return Answers(
            numbers=rows.numbers,
            values=answered,
            outputs=spread(predictions.outputs, ~blank),
            name=self.task.target,
            cut=numbers_at(rows_with_text, predictions.cut),
            unfinished=numbers_at(rows_with_text, predictions.unfinished),
            alone=tuple(content.without_second(rows_with_text, self.task)),
            unparted=unparted(rows_with_text, self.parting),
            labels=self.labels,
            classes=self.classes,
            shape=self.task.shape,
        )

    def _warn(
        self,
        cut: Sequence[int],
        unfinished: Sequence[int],
        alone: Sequence[int],
        unparted: Sequence[int],
        unit: str = "row",
    ) -> None:
        for finding in (*left_unread(self.task, cut, unfinished, unit), *audit.alone(alone), *audit.unparted(unparted)):
            log.warning("%s: %s", finding.message, finding.action)

    def _guessed(self, columns: Mapping[str, str], named: Mapping[str, str] | None) -> list[str]:
        """What is read from columns that were not `named`, and have neither usual names nor those of the training."""
        known = {*self.columns.values(), *(named or {}).values()}
        read = {name: raw for name, raw in columns.items() if name != self.task.target and raw not in known}
        return [
            f"{name} from {raw!r}"
            for name, raw in read.items()
            if plain(raw) not in usual_names(name, self.task) and not any(plain(raw) in pair for pair in PAIRS)
        ]

    @property
    def purpose(self) -> Purpose:
        """What it is for, without its weights."""
        return Purpose(self.task, self.columns, self.parting, encoding_of(self.folder))


def load(
    folder: str | Path,
    route: str | None = None,
    cheapest: bool = False,
    *,
    trust_remote_code: bool = False,
    precision: Precision | None = None,
) -> Model:
    """The trained model in a folder.

    Parameters
    ----------
    folder : str or path
        A run folder, or that of one model, such as runs/trec/models/full.
    route : str or None, default=None
        A route of the run; None is its best.
    cheapest : bool, default=False
        The fastest route that is not inferior to the best.
    trust_remote_code : bool, default=False
        Run the Python code that came with its pretrained model.
    precision : {"fp32", "bf16", "fp16"} or None, default=None
        Precision of matrix products; None is the one that its scores were measured in.

    Returns
    -------
    model : Model

    Raises
    ------
    ArtifactError
        For a damaged or foreign folder, and for code of its own that is not trusted.
    ConfigError
        For a route or a precision that it does not have.

    Examples
    --------
    >>> transferkit.load("runs/trec").predict("Who wrote Ulysses ?")  # doctest: +SKIP
    'HUM'
    """
    artifact = chosen(folder, route, cheapest).folder
    facts = predictors.read_facts(artifact)
    name, columns, parting = described(artifact)
    with _hushed(facts):
        predictor = predictors.load(artifact, trust_remote_code, _precision(precision))
    task = replace(_task(artifact, name, predictor), labels=predictor.labels)
    return Model(artifact, predictor, task, columns, parting, facts.label_type, precision)


def _hushed(facts: predictors.Facts) -> AbstractContextManager[None]:
    if not isinstance(facts, predictors.PretrainedFacts):
        return nullcontext()
    from transferkit.sources.hush import hushed  # needs transformers, which other kinds do without

    return hushed()


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


def _names(named: Any) -> dict[str, str]:
    """Canonical -> raw column names, checked."""
    if not isinstance(named, Mapping | None) or not all(isinstance(name, str) for name in (named or {}).values()):
        raise ConfigError(f"named: expected names of columns such as {{'text': 'review'}}, found {shown(named)}")
    return dict(named or {})
