"""Two run folders -> their routes side by side, with paired tests where the test rows are the same."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.table import Table
from rich.text import Text

from transferkit import locales, metrics, tasks
from transferkit.artifact import saved_run
from transferkit.artifact.predictions import read_predictions
from transferkit.errors import ConfigError
from transferkit.evaluation.dependence import Dependence
from transferkit.evaluation.paired import compare, holm
from transferkit.evaluation.results import Comparison, Interval, p_words
from transferkit.locales import ENGLISH, Say
from transferkit.plain_table import as_frame, as_html, as_text, plain_table
from transferkit.table.rows import Rows
from transferkit.tasks import Task

if TYPE_CHECKING:
    import pandas as pd

Row = tuple[str, str, str]
_IN_ENGLISH = locales.get(ENGLISH)


@dataclass(frozen=True)
class Side:
    """One run.

    `values` has every route's main metric with its interval; `rows` are the test rows (text_pair or "", text, target)
    and `answers` every route's answer for each, as the cells of its predictions.csv say them; `fingerprint` is that of
    all its rows. `folds` are the parts of a cross-validation of these rows, 0 without one.
    """

    name: str
    task: Task = field(repr=False)
    metric: str
    best: str
    values: dict[str, Interval]
    rows: list[Row] = field(repr=False)
    answers: dict[str, list[str]] = field(repr=False)
    fingerprint: str
    folds: int = 0


@dataclass(frozen=True, repr=False)
class Paired:
    """Two runs side by side.

    `tests` says how much better the second run is, by route (of the same name in both), and `of_best` the same of the
    best of each; there are none where the runs have other test rows. `same_data` says whether all their rows are the
    same. Printing it shows both runs' routes in a table, and so does a notebook; `say` sets the language.
    """

    first: Side
    second: Side
    same_rows: bool
    same_data: bool
    tests: dict[str, Comparison]
    of_best: Comparison | None
    say: Say = field(default=_IN_ENGLISH, compare=False)

    def to_pandas(self) -> "pd.DataFrame":
        """A row per route: `first` and `second` have its main metric in either run, each with `_low` and `_high`;
        `difference` and `p` say how much better the second is, empty where that is not tested. Raises `ConfigError`
        without pandas."""
        return as_frame(_flat(self))

    def __repr__(self) -> str:
        words = self.of_best.words if self.of_best else "evaluated on different rows"
        return f"Paired({self.first.name!r}, {self.second.name!r}: {words})"

    def __str__(self) -> str:
        return as_text(rendered(self, self.say)).rstrip()

    def _repr_html_(self) -> str:
        return as_html(rendered(self, self.say))


def compared(first: Path, second: Path) -> Paired:
    """Read the run folders `first` and `second`; the tests are Holm-corrected for their number.

    Raises `ArtifactError` for a folder without a finished run, `ConfigError` for runs of two tasks or a run and itself.
    """
    a, b = _read(first), _read(second)
    if first.resolve() == second.resolve():
        raise ConfigError(f"{first} and {second} are one run; name two runs to compare")
    if a.name == b.name:
        a, b = replace(a, name=str(first)), replace(b, name=str(second))
    for what, one, other in (("task", a.task.name, b.task.name), ("metric", a.metric, b.metric)):
        if one != other:
            raise ConfigError(
                f"{first} and {second} are evaluated by another {what}, {one} and {other}; compare like runs"
            )
    same = bool(a.rows) and sorted(a.rows) == sorted(b.rows)
    names, best = [name for name in a.values if name in b.values], (a.best, b.best)
    pairs = list(dict.fromkeys([*((name, name) for name in names), best])) if same else []
    tests = dict(zip(pairs, holm([_tested(a, one, b, other) for one, other in pairs]), strict=True))
    by_route = {name: tests[name, name] for name in names if same}
    return Paired(a, b, same, a.fingerprint == b.fingerprint, by_route, tests.get(best))


def rendered(pair: Paired, say: Say = _IN_ENGLISH) -> Iterator[Table | Text]:
    """Both runs' routes side by side, and whether the difference means anything."""
    first, second = pair.first, pair.second
    rows = []
    for name in dict.fromkeys([*first.values, *second.values]):
        sides = [_shown(side.values.get(name)) for side in (first, second)]
        rows.append((name, *sides, _outcome(pair.tests.get(name), say)))
    title = say(metrics.get(first.metric).TITLE)
    scores = (say("{metric}, {run}", metric=title, run=side.name) for side in (first, second))
    yield plain_table((say("route"), *scores, say("second against first")), rows)
    yield Text()
    if pair.of_best is None:
        yield Text(
            say(
                "The two runs were evaluated on different rows, so their numbers cannot be compared and are not tested."
            )
        )
        return
    yield Text(_best_against_best(pair, pair.of_best, say))
    rows_and_test = {"rows": f"{len(first.rows):,}", "test": say.found(pair.of_best.test)}
    yield Text(say("Both were evaluated on the same {rows} rows ({test}).", **rows_and_test))
    if not pair.same_data:
        yield Text(say("Training or validation rows differ."))


def _best_against_best(pair: Paired, test: Comparison, say: Say) -> str:
    words = "Best against best: {route} of {run} is not significantly different from {other} ({p})."
    if test.significant:
        words = "Best against best: {route} of {run} is significantly worse than {other} ({p})."
    if test.significant and test.difference > 0:
        words = "Best against best: {route} of {run} is significantly better than {other} ({p})."
    other = say("{route} of {run}", route=pair.first.best, run=pair.first.name)
    return say(words, route=pair.second.best, run=pair.second.name, other=other, p=p_words(test.p_value))


def _flat(pair: Paired) -> Iterator[dict[str, Any]]:
    for name in dict.fromkeys([*pair.first.values, *pair.second.values]):
        row: dict[str, Any] = {"route": name}
        for which, side in (("first", pair.first), ("second", pair.second)):
            found = side.values.get(name)
            ends = (found.value, found.low, found.high) if found else (None, None, None)
            row |= dict(zip((which, f"{which}_low", f"{which}_high"), ends, strict=True))
        test = pair.tests.get(name)
        yield row | {"difference": test.difference if test else None, "p": test.p_value if test else None}


def _shown(interval: Interval | None) -> str:
    return f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]" if interval else ""


def _outcome(comparison: Comparison | None, say: Say) -> str:
    if comparison is None:
        return ""
    words = "not significant" if not comparison.significant else "better" if comparison.difference > 0 else "worse"
    return f"{comparison.difference:+.3f} {say(words)} ({p_words(comparison.p_value)})"


def _tested(a: Side, one: str, b: Side, other: str) -> Comparison:
    """The task's own test on what both answered, rows brought into one order."""
    in_b, in_a, truth = _ordered(b, b.answers[other]), _ordered(a, a.answers[one]), _ordered(a, _truth(a))
    target = a.task.target
    # What a route answers has the form of a target, save for spans and texts, of which there is just the text.
    cells = truth if a.task.shape.form.AS_TEXTS else [*in_b, *in_a, *truth]
    read = [a.task.read_target(cell) for cell in dict.fromkeys(cells)]
    task = a.task.bound(Rows({target: read}, np.arange(len(read))))
    outputs = [_as_outputs(task, cells) for cells in (in_b, in_a)]
    names = f"{other} of {b.name}", f"{one} of {a.name}"
    dependence = Dependence(max(a.folds, b.folds))
    return compare(task, (names[0], outputs[0]), (names[1], outputs[1]), _encoded(task, truth), dependence)


def _truth(side: Side) -> list[str]:
    return [target for _, _, target in side.rows]


def _ordered(side: Side, cells: list[str]) -> list[str]:
    order = sorted(range(len(side.rows)), key=lambda i: side.rows[i])
    return [cells[i] for i in order]


def _encoded(task: Task, cells: list[str]) -> list[Any]:
    return [task.encode_target(task.read_target(cell), task.labels) for cell in cells]


def _as_outputs(task: Task, cells: list[str]) -> "np.ndarray[Any, Any]":
    """Answers in the form of predictions that are sure of themselves."""
    if task.shape.form.OF_WORDS:
        encoded = _encoded(task, cells)
        out = np.full((len(cells), max(map(len, encoded)), len(task.labels)), np.nan)
        for i, tags in enumerate(encoded):
            out[i, : len(tags)] = np.eye(len(task.labels))[[task.labels.index(tag) for tag in tags]]
        return out
    if task.shape.form.OF_CONTEXTS:
        return np.array([(cell,) for cell in cells], dtype=[("answer", f"<U{max(1, *map(len, cells))}")])
    if task.shape.form.WRITTEN:
        return np.asarray(cells, dtype=np.str_)
    numbers = np.asarray(_encoded(task, cells), dtype=np.float64)
    if task.shape.form.ONE_CLASS:
        return np.asarray(np.eye(len(task.labels))[numbers.astype(np.int64)])
    return numbers.reshape(len(cells), -1)


def _read(folder: Path) -> Side:
    run = saved_run.read(folder) if folder.is_dir() else None
    if run is None:
        raise saved_run.missing(folder)
    path = folder / "predictions.csv"
    if not path.exists():
        raise saved_run.missing(folder, path.name)
    task, metric = tasks.get(run.task.name), run.task.main_metric
    table = read_predictions(path, task, [route.name for route in run.routes])
    return Side(
        name=folder.name,
        task=task,
        metric=metric,
        best=run.best,
        values={route.name: saved_run.interval(route.scores.metrics[metric]) for route in run.routes},
        rows=list(table.rows),
        answers={name: list(answers) for name, answers in table.answers.items()},
        fingerprint=run.data.fingerprint,
        folds=run.folds,
    )
