"""No transfer at all: TF-IDF and a linear model, for tags a dictionary, for spans the question's words looked up in
the context. What does not beat it has transferred nothing."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import get_args

import numpy as np
from scipy.sparse import csr_matrix, hstack

from transferkit import metrics
from transferkit.arrays import Floats, Ints
from transferkit.config import Strict
from transferkit.context import Context
from transferkit.data import content, weights
from transferkit.errors import ConfigError, DataError
from transferkit.language.words import unbroken
from transferkit.options.baseline import Candidate, Options
from transferkit.predictors import span_matcher
from transferkit.predictors.bag_of_words import BagOfWords
from transferkit.predictors.plain_copy import PlainCopy
from transferkit.predictors.tag_dictionary import counted
from transferkit.routes import Cost, Outcome
from transferkit.shapes import Shape
from transferkit.table import prose
from transferkit.table.rows import Rows
from transferkit.terms import Terms, characters, overlap, words
from transferkit.training import linear, objectives
from transferkit.training.folds import folds
from transferkit.training.objectives import span
from transferkit.training.racing import Race
from transferkit.training.workload import BASE_BYTES, NUMBER_BYTES, Workload

_TRIED = 1000
_SECONDS = 5e-5  # per row and label: 1 s for TREC's 4,357 rows of 6
_LENGTHS = (0.5, 0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3)  # of first words, in usual answers
_TOO_LONG = 100  # a text of so many usual answers is none
_USUAL: tuple[float, ...] = (0.1, 0.3, 1.0, 3.0)
# Of several labels each has a machine for every strength and fold.
_STRENGTHS: Mapping[Shape, tuple[float, ...]] = {Shape.LABELS: (0.3, 1.0)}
_SAMPLE = 10_000  # rows that terms and strength are chosen on
_MOST_CHARACTERS = 30_000_000  # in longer files runs of characters would take gigabytes
_MOST_WEIGHTS = 4_000_000  # of words, of pairs, of runs: at most so many terms times labels, the most frequent
_COLUMNS = ("text", "text_pair")
_OVERLAP = "overlap"


_PARTS: Mapping[str, tuple[str, ...]] = {name: tuple(name.split("+")) for name in get_args(Candidate)}
_TITLES = {"words": "words", "pairs": "words and word pairs", "characters": "runs of characters"}


def why_not(variant: str, context: Context, options: Strict) -> str | None:
    assert isinstance(options, Options)
    odd = "strengths" if options.strengths else "terms" if options.terms else ""
    if odd and not context.task.shape.whole:
        raise ConfigError(f"{variant}.{odd}: for whole texts; {context.task.name} wants {context.task.shape.value}")
    return None


def cost(variant: str, context: Context, options: Strict, workload: Workload) -> Cost:
    """A constant for every row and label; no model is read, and at most so many weights are kept."""
    spent = _SECONDS * len(context.train) * len(context.task.labels)
    terms = NUMBER_BYTES * _MOST_WEIGHTS * len(_TITLES)
    return Cost(spent, spent, answering=0.0, memory=BASE_BYTES, disk=terms, again=1.0)


def run(variant: str, context: Context, options: Strict) -> Outcome:
    """Fit on all labelled rows; C and what scores are worth come from cross-validation on them."""
    assert isinstance(options, Options)
    began = time.perf_counter()
    shape = context.task.shape
    if shape.form.OF_WORDS:
        return _dictionary(context, began)
    if shape.form.OF_CONTEXTS:
        return _matcher(context, began)
    if shape.form.WRITTEN:
        return _copied(context, began)
    return _linear(context, options, began)


def _linear(context: Context, options: Options, began: float) -> Outcome:
    """The best terms and strength for at most 10,000 rows, fitted on all. Scores of rows held out say what its own
    scores are worth."""
    rows, task = context.labelled, context.task
    kind, shape = objectives.of(task.shape), task.shape
    targets = kind.targets(rows, task)
    taught = kind.regressed(targets)[:, 0] if shape is Shape.VALUE else targets
    groups, own = content.groups(rows, task), weights.of(rows)
    strengths = options.strengths or _STRENGTHS.get(shape, _USUAL)
    sample = np.sort(np.random.default_rng(context.seed).permutation(len(rows))[:_SAMPLE])
    made = _candidates(rows, sample, options.terms or get_args(Candidate), max(1, len(task.labels)))

    def race(chosen: Ints, inputs: Mapping[str, csr_matrix], tried: Sequence[float]) -> Race:
        about = [groups[i] for i in chosen]
        parts = folds(targets[chosen], context.seed, about) or folds(targets[chosen], context.seed)
        counted = None if own is None else own[chosen]
        return Race(inputs, targets[chosen], taught[chosen], kind, len(task.labels), parts, tried, counted)

    tried = race(sample, {name: inputs for name, (_, inputs) in made.items()}, strengths)
    name, strength = tried.winner()
    terms, inputs = made[name]
    if len(sample) < len(rows):
        terms, inputs = _fitted(_PARTS[name], rows, max(1, len(task.labels)))
        tried = race(np.arange(len(rows)), {name: inputs}, (strength,))
    fitted, bias = linear.fitted(inputs, taught, len(task.labels), strength, own)
    if tried.folds:
        held_out, evident = tried.held_out((name, strength), len(tried.folds))
        adjustment = kind.from_scores(held_out, targets[evident], None if own is None else own[evident])
    else:
        adjustment = kind.from_own_scores(np.asarray(inputs @ fitted + bias, dtype=np.float32), targets, own)
    predictor = BagOfWords(
        terms,
        np.ascontiguousarray(fitted * adjustment.scale, dtype=np.float32),
        np.asarray(bias * adjustment.scale + adjustment.shift, dtype=np.float32),
        task.labels,
        shape,
        adjustment.prior,
    )
    what = "ridge regression" if shape is Shape.VALUE else "linear support vector machine"
    shared = ", what two texts share" if "text_pair" in rows else ""
    return Outcome(
        predictor=predictor,
        method=f"TF-IDF of {' and '.join(_TITLES[part] for part in _PARTS[name])}{shared}, {what}",
        trained_parameters=predictor.parameters,
        seconds=time.perf_counter() - began,
        settings={"terms": name, "strengths": strengths, "C": strength},
        learned_all=True,
    )


def _candidates(
    rows: Rows, sample: Ints, names: Sequence[str], labels: int
) -> dict[str, tuple[tuple[Terms, ...], csr_matrix]]:
    """Terms fitted on the rows at `sample`, and their vectors, by name; what the rows have none of is left out."""
    columns = [name for name in _COLUMNS if name in rows]
    long = sum(len(text) for name in columns for text in rows[name]) > _MOST_CHARACTERS
    some = rows.take(sample) if len(sample) < len(rows) else rows
    kept = [name for name in names if not (long and "characters" in _PARTS[name])] or ["words"]
    parts = {part: _fitted_part(part, some, labels) for part in dict.fromkeys(p for name in kept for p in _PARTS[name])}
    shared = _fitted_part(_OVERLAP, some, labels)
    made = {name: _together([*(piece for p in _PARTS[name] for piece in parts[p]), *shared]) for name in kept}
    filled = {name: (terms, inputs) for name, (terms, inputs) in made.items() if inputs.nnz}
    if not filled:
        raise DataError(
            f"baseline: expected words in the column {columns[0]!r}, found none in {prose.counted(len(rows))}; "
            "name another column"
        )
    return filled


def _fitted(parts: Sequence[str], rows: Rows, labels: int) -> tuple[tuple[Terms, ...], csr_matrix]:
    return _together([piece for part in (*parts, _OVERLAP) for piece in _fitted_part(part, rows, labels)])


def _fitted_part(part: str, rows: Rows, labels: int) -> list[tuple[Terms, csr_matrix]]:
    """One for every column of texts, but one for both of what they share."""
    most = _MOST_WEIGHTS // labels
    columns = [name for name in _COLUMNS if name in rows]
    if part == _OVERLAP:
        return [overlap.fitted(rows, most)] if len(columns) > 1 else []
    if part == "characters":
        return [characters.fitted(rows, name, most) for name in columns]
    return [words.fitted(rows, name, most, part == "pairs") for name in columns]


def _together(fitted: Sequence[tuple[Terms, csr_matrix]]) -> tuple[tuple[Terms, ...], csr_matrix]:
    inputs = hstack([vectors for _, vectors in fitted], format="csr", dtype=np.float32)
    return tuple(terms for terms, _ in fitted), inputs


def _dictionary(context: Context, began: float) -> Outcome:
    """The tags that words, their neighbours and their endings have in the labelled rows."""
    task, rows = context.task, context.labelled
    numbers = {tag: i for i, tag in enumerate(task.labels)}
    tags = [[numbers[tag] for tag in row_tags] for row_tags in task.references(rows)]
    predictor = counted(rows["text"], tags, task.labels, weights.of(rows))
    return Outcome(
        predictor=predictor,
        method="the most frequent tag of every word among its neighbours, of unknown words by their endings",
        trained_parameters=predictor.parameters,
        seconds=time.perf_counter() - began,
        settings={},
        learned_all=True,
    )


def _copied(context: Context, began: float) -> Outcome:
    """The first words of the text (signs, where words are not marked), all of it or the most frequent answer: what
    does best on the labelled rows."""
    task, rows = context.task, context.labelled
    answers = [references[0] for references in task.references(rows)]
    signs = sum(map(unbroken, answers)) * 2 > len(answers)
    length = _signs if signs else _words
    usual = int(np.median([*map(length, answers)]))
    frequent = _most_frequent(answers, weights.of(rows))
    sample = rows.take(np.random.default_rng(context.seed).permutation(len(rows))[:_TRIED])
    whole = max(map(length, sample["text"])) <= _TOO_LONG * usual
    candidates = [
        *([PlainCopy()] if whole else []),
        *(PlainCopy(words, signs=signs) for words in sorted({max(1, round(share * usual)) for share in _LENGTHS})),
        PlainCopy(None, frequent),
    ]
    sign = 1 if metrics.get(task.main_metric).HIGHER_IS_BETTER else -1
    truth, own = task.references(sample), weights.of(sample)

    def quality(candidate: PlainCopy) -> float:
        return sign * metrics.compute(task.main_metric, task.decode(candidate.predict(sample).outputs, ()), truth, own)

    chosen = max(candidates, key=quality)
    return Outcome(
        predictor=chosen,
        method=chosen.said,
        trained_parameters=0,
        seconds=time.perf_counter() - began,
        settings={"words": chosen.words, "signs": chosen.signs},
        learned_all=True,
    )


def _most_frequent(answers: Sequence[str], own: Floats | None) -> str:
    counts: dict[str, float] = {}
    for answer, weight in zip(answers, np.ones(len(answers)) if own is None else own, strict=True):
        counts[answer] = counts.get(answer, 0.0) + float(weight)
    return max(counts, key=lambda answer: counts[answer])


def _words(text: str) -> int:
    return len(text.split())


def _signs(text: str) -> int:
    return len("".join(text.split()))


def _matcher(context: Context, began: float) -> Outcome:
    """What the kind of answer asked for is worth, and when there is none, is chosen on labelled rows."""
    task, rows = context.task, context.labelled
    tried = rows.take(np.random.default_rng(context.seed).permutation(len(rows))[:_TRIED])
    truth, own = task.references(tried), weights.of(tried)
    matcher = span_matcher.counted(list(dict.fromkeys(rows["text_pair"])), 0.0)
    learned = span_matcher.kinds(rows["text"], task.references(rows), weights.of(rows))
    candidates = [replace(matcher, bonus=bonus) for bonus in span_matcher.BONUSES]
    candidates += [replace(candidate, kinds=learned) for candidate in candidates if candidate.bonus]

    def quality(candidate: span_matcher.SpanMatcher) -> float:
        return metrics.compute(task.main_metric, task.decode(candidate.predict(tried).outputs, task.labels), truth, own)

    predictor = max(candidates, key=quality)
    if not all(task.references(rows)):
        threshold = span.fitted_threshold(task, predictor.spans(tried), tried, own)
        predictor = replace(predictor, threshold=0.0 if threshold is None else threshold)
    return Outcome(
        predictor=predictor,
        method="words of the question looked up in the context",
        trained_parameters=predictor.parameters,
        seconds=time.perf_counter() - began,
        settings={"bonus": predictor.bonus, "threshold": predictor.threshold},
        learned_all=True,
    )
